/** One story of the console report: the worst in full, what it breaks, how we know, why mending is safe; the others in one line. */
import type { Found } from '../report-shape';
import { listNames } from '../words';
import type { ConsoleInput } from './console-input';
import type { Line } from './console-line';
import { nameSafe, safeBecause } from './guards';
import { marksOf } from './raw-lines';
import { aboutOf, alsoOn, type Story, subjectOf } from './stories';
import { cell, columnsOf, cutTo, terminalColumns, wrapCommand, wrapTerminal } from './terminal-text';

const maxCommands = 20;
const maxMessages = 6;
/** Findings in full in an answer of the server. */
const answeredAtMost = 100;
const rulerColumns = 70;
const ruler = '-'.repeat(rulerColumns);
const label = 13;
/** Offline nobody knows it from an earlier look. */
const seenOnce = 'seen once: look again in a quarter of an hour before you act';

export function renderStories(stories: readonly Story[], input: ConsoleInput): readonly Line[] {
  if (input.all) {
    const findings = stories.flatMap(({ first, others }) => [first, ...others]);
    const shown = input.page === '' ? findings : findings.slice(0, answeredAtMost);
    const more = findings.length - shown.length;
    return [...shown.flatMap((first) => renderInFull({ first, others: [] }, input)), ...(more === 0 ? [] : ['', `And ${more} more: see the page.`])];
  }
  const [worst, ...rest] = stories;
  if (worst === undefined) return [];
  const lines = rest.map((story) => headOf(story, input, terminalColumns));
  return [...renderInFull(worst, input), ...(lines.length === 0 ? [] : ['']), ...lines];
}

function renderInFull({ first, others }: Story, input: ConsoleInput): readonly Line[] {
  const { form, known, members } = input;
  const { sentence, breaks, messages, because, todo } = first.explanation;
  const standing = known.get(first.fingerprint);
  const hold = first.heldBack ?? (standing === undefined ? seenOnce : standing.heldBack);
  const safe = safeBecause(first, { isQuorate: members?.quorate, seen: standing?.seen });
  const part = (name: string, lines: readonly string[]) => {
    const names = wrapTerminal(name, 9, form);
    const rows = Math.max(lines.length, lines.length === 0 ? 0 : names.length);
    return Array.from({ length: rows }, (_, row) => `   ${(names[row] ?? '').padEnd(10)}${lines[row] ?? ''}`);
  };
  const text = (words: string) => wrapTerminal(words, rulerColumns - label, form);
  const commands = listCommands(first, others).flatMap((command) => wrapCommand(command, label, form));
  const elsewhere = alsoOn(input.report, first, input.nodeId);
  const isClusters = input.report.cluster.findings.includes(first);
  return [
    '',
    ruler,
    headOf({ first, others }, input, rulerColumns),
    ruler,
    ...wrapTerminal(sentence, rulerColumns - 3, form).map((line) => `   ${line}`),
    ...(isClusters ? ['   (of the whole cluster)'] : []),
    '',
    ...part('Breaks', [...text(breaks), ...messages.slice(0, maxMessages).flatMap((message) => text(`"${message}"`))]),
    ...(first.alreadyHit === undefined ? [] : part('Already hit', text(`${first.alreadyHit}.`))),
    ...part('Because', text(because)),
    ...(others.length === 0 ? [] : part('Also', text(listOthers(others)))),
    ...(elsewhere.length === 0 ? [] : part('Also on', text(`${listNames(elsewhere)}: the same, to be mended on each for itself.`))),
    ...(hold !== null && first.remedy !== null ? part('Not yet', text(hold)) : []),
    ...(first.remedy !== null && safe.length > 0 ? part(nameSafe(first.remedy, hold !== null), text(safe.join(', '))) : []),
    ...fixPart(first, commands, text(todo)),
    ...(input.all ? part('Rests on', evidenceOf(first, input)) : []),
  ];
}

/** What to type first, then the words about it; without a remedy the words come first. */
function fixPart({ remedy }: Found, commands: readonly string[], todo: readonly string[]): readonly string[] {
  const indented = (lines: readonly string[]) => lines.map((line) => `${' '.repeat(label)}${line}`);
  const named = (name: string, [first = '', ...rest]: readonly string[]) => [`   ${name.padEnd(10)}${first.trimStart()}`, ...rest];
  if (remedy === null || commands.length === 0) return [...named('To do', indented(todo)), ...commands];
  const [opening = ''] = commands;
  // A command that needs the whole width begins below its name.
  const isNarrow = opening.length - opening.trimStart().length >= label;
  return [...(isNarrow ? named('Fix', commands) : ['   Fix', ...commands]), ...indented(todo)];
}

/** `ACM-18 + 2  WARNING   Leftover mapping blocks a disk name   VM 777`, what it is about at the right edge. */
function headOf({ first, others }: Story, { form, known, guests }: ConsoleInput, columns: number): string {
  const number = cutTo(known.get(first.fingerprint)?.number ?? '', 16, form);
  const more = others.length === 0 ? '' : ` + ${others.length}`;
  const head = number === '' ? '' : `${number}${more}`;
  // Single lines stand below one another.
  const before = `${head === '' ? '' : `${head.padEnd(columns === terminalColumns ? 10 : 0)}  `}${first.severity.toUpperCase().padEnd(8)}  `;
  const about = cutTo(aboutOf([first, ...others], guests ?? []), 24, form);
  const room = Math.max(12, columns - columnsOf(before) - columnsOf(about) - 2);
  // Where nothing has a number, how many there are stands behind the title.
  const alike = number === '' ? more : '';
  const words = first.title.length + alike.length <= room ? first.title : `${first.brief.charAt(0).toUpperCase()}${first.brief.slice(1)}`;
  const title = `${words}${alike}`;
  return `${before}${cell(title, room, form)}  ${about}`;
}

/** Every command once, in order: removing a layer begins with what lies on top of it. */
function listCommands(first: Found, others: readonly Found[]): readonly string[] {
  const commands = [...new Set([first, ...others].flatMap(({ explanation }) => explanation.commands))];
  return commands.length <= maxCommands ? commands : [...commands.slice(0, maxCommands), `# and ${commands.length - maxCommands} more: --all`];
}

function listOthers(others: readonly Found[]): string {
  const names = others.slice(0, 20).map(subjectOf);
  return `${names.join(', ')}${others.length > 20 ? ` and ${others.length - 20} more` : ''}`;
}

/** The raw lines, where they are at hand; else which capture and line to look at. */
function evidenceOf({ evidence, subject, detail }: Found, { raw, form, nodeId }: ConsoleInput): readonly string[] {
  const marks = marksOf(subject, detail);
  return evidence.slice(0, 8).flatMap((line) => {
    const text = raw?.(line, marks);
    const where = `${line.node === nodeId || line.node === '' ? '' : `${line.node}: `}${line.capture}, line ${line.line}`;
    return wrapTerminal(text === undefined ? where : `${where}: ${text}`, rulerColumns - label, form);
  });
}
