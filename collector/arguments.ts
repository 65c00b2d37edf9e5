/** The command line, parsed once. Anything unknown is an error, never ignored. */
import { err, ok, type Result } from './result';
import { trimEndOf } from './trim-end';

export const commands = ['enroll', 'collect', 'send', 'status', 'unenroll', 'help'] as const;
export type CommandName = (typeof commands)[number];

export type CommandLine = {
  readonly command: CommandName | 'version';
  /** Empty for the real root. */
  readonly root: string;
  readonly config: string | undefined;
  readonly server: string | undefined;
  readonly tokenFile: string | undefined;
  readonly flags: ReadonlySet<Flag>;
};

export type Flag = 'json' | 'raw' | 'quiet' | 'report' | 'new-key';

const flagsOf: Readonly<Record<CommandName, readonly Flag[]>> = {
  enroll: ['json', 'new-key'],
  collect: ['json', 'raw'],
  send: ['json', 'quiet', 'report'],
  status: ['json'],
  unenroll: ['json'],
  help: ['json'],
};
const valueOptions = ['root', 'config', 'server', 'token-file'] as const;

export function parseArguments(argv: readonly string[]): Result<CommandLine, string> {
  const values = new Map<string, string>();
  const flags = new Set<Flag>();
  let command: CommandLine['command'] | undefined;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const [, name = '', attached] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (word === '--version') command = 'version';
    else if (word === '--help' || word === '-h') command = 'help';
    else if (isOneOf(valueOptions, name)) {
      const value = attached ?? argv[++at];
      if (value === undefined || value === '') return err(`--${name} needs a value.`);
      values.set(name, value);
    } else if (isFlag(name) && attached === undefined) flags.add(name);
    else if (!word.startsWith('-') && command === undefined && isOneOf(commands, word)) command = word;
    else return err(`"${word}" is not understood here.`);
  }
  if (command === undefined) return err('Which command?');
  if (command !== 'version') {
    for (const flag of flags) if (!flagsOf[command].includes(flag)) return err(`--${flag} does not go with ${command}.`);
    for (const name of ['server', 'token-file']) if (values.has(name) && command !== 'enroll') return err(`--${name} does not go with ${command}.`);
  }
  const root = trimEndOf(values.get('root') ?? '', /\//);
  return ok({ command, root, config: values.get('config'), server: values.get('server'), tokenFile: values.get('token-file'), flags });
}

function isOneOf<T extends string>(words: readonly T[], word: string): word is T {
  return words.some((one) => one === word);
}

function isFlag(name: string): name is Flag {
  return isOneOf(['json', 'raw', 'quiet', 'report', 'new-key'] as const, name);
}
