/** The enrolment token: from a file, from standard input, or typed unseen. Never from the command line, which everybody can list. */
import { readFileSync } from 'node:fs';
import type { Context } from './context';
import { errnoOf } from './errno';
import { err, ok, type Result } from './result';

export async function readToken({ commandLine: { tokenFile }, terminal }: Context): Promise<Result<string, string>> {
  if (tokenFile !== undefined) {
    try {
      return checkToken(readFileSync(tokenFile === '-' ? 0 : tokenFile, 'utf8'));
    } catch (error) {
      return err(`The token file cannot be read (${errnoOf(error)}).`);
    }
  }
  if (terminal.askHidden === undefined) return err('enroll needs --token-file FILE (- reads it from standard input).');
  const typed = await terminal.askHidden('Enrolment token: ');
  return typed === undefined ? err('No token was given. Nothing was changed here.') : checkToken(typed);
}

function checkToken(text: string): Result<string, string> {
  const token = (text.split('\n')[0] ?? '').trim();
  if (token === '') return err('The token is empty. Nothing was changed here.');
  return /^[!-~]{1,200}$/.test(token) ? ok(token) : err('That is no enrolment token. Nothing was changed here.');
}
