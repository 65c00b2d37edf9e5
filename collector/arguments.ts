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
  readonly caFile: string | undefined;
  /** How long `unenroll` may take to tell the server; 0: it is not told. */
  readonly goodbyeSeconds: number;
  readonly flags: ReadonlySet<Flag>;
};

const flagNames = ['json', 'raw', 'quiet', 'report', 'all', 'now', 'new-key', 'for-later'] as const;
export type Flag = (typeof flagNames)[number];

const flagsOf: Readonly<Record<CommandName, readonly Flag[]>> = {
  enroll: ['json', 'new-key'],
  collect: ['json', 'raw'],
  send: ['json', 'quiet', 'report', 'all', 'now'],
  status: ['json'],
  unenroll: ['json', 'quiet', 'for-later'],
  help: ['json'],
};
/** Options with a value, and the command they belong to. */
const valueOptions = { root: '', config: '', server: 'enroll', 'token-file': 'enroll', 'ca-file': 'enroll', 'goodbye-seconds': 'unenroll' } as const;
const valueNames = Object.keys(valueOptions) as (keyof typeof valueOptions)[];

export function parseArguments(argv: readonly string[]): Result<CommandLine, string> {
  const values = new Map<string, string>();
  const flags = new Set<Flag>();
  let command: CommandLine['command'] | undefined;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const [, name = '', attached] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (word === '--version') command = 'version';
    else if (word === '--help' || word === '-h') command = 'help';
    else if (isOneOf(valueNames, name)) {
      const value = attached ?? argv[++at];
      if (value === undefined || value === '') return err(`--${name} needs a value.`);
      values.set(name, value);
    } else if (isOneOf(flagNames, name) && attached === undefined) flags.add(name);
    else if (!word.startsWith('-') && command === undefined && isOneOf(commands, word)) command = word;
    else return err(`"${word}" is not understood here.`);
  }
  if (command === undefined) return err('Which command?');
  if (command !== 'version') {
    for (const flag of flags) if (!flagsOf[command].includes(flag)) return err(`--${flag} does not go with ${command}.`);
    for (const name of valueNames)
      if (values.has(name) && valueOptions[name] !== '' && valueOptions[name] !== command) return err(`--${name} does not go with ${command}.`);
  }
  const goodbyeSeconds = Number(values.get('goodbye-seconds') ?? 5);
  if (!(goodbyeSeconds >= 0 && goodbyeSeconds <= 60)) return err('--goodbye-seconds is a number from 0 to 60.');
  return ok({
    command,
    root: trimEndOf(values.get('root') ?? '', /\//),
    config: values.get('config'),
    server: values.get('server'),
    tokenFile: values.get('token-file'),
    caFile: values.get('ca-file'),
    goodbyeSeconds,
    flags,
  });
}

function isOneOf<T extends string>(words: readonly T[], word: string): word is T {
  return words.some((one) => one === word);
}
