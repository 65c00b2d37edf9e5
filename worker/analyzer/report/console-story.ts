/** One story of the console report: what, what it breaks, how we know, what to do. */
import type { Found } from '../report-shape';
import type { ConsoleInput } from './console-input';
import { aboutOf, type Story } from './stories';
import { wrapTerminal } from './terminal-text';

const maxCommands = 20;
const ruler = '-'.repeat(70);

export function renderStory({ first, others }: Story, input: ConsoleInput): readonly string[] {
  if (input.all) return [first, ...others].flatMap((finding) => renderFinding(finding, [], input));
  return renderFinding(first, others, input);
}

function renderFinding(finding: Found, others: readonly Found[], { known, report, form }: ConsoleInput): readonly string[] {
  const { number, heldBack } = known.get(finding.fingerprint) ?? {
    number: '',
    heldBack: 'seen once: look again in a quarter of an hour before you act',
  };
  const { sentence, breaks, messages, because, todo } = finding.explanation;
  const part = (label: string, text: string) =>
    wrapTerminal(text, 66, form).map((line, index) => `   ${(index === 0 ? label : '').padEnd(10)}${line}`);
  const hold = finding.heldBack ?? heldBack;
  const isClusters = report.cluster.findings.includes(finding);
  return [
    '',
    ruler,
    [number, `[${finding.severity.toUpperCase()}]`, finding.title, others.length > 0 ? `+ ${others.length}` : `(${aboutOf(finding)})`]
      .filter((word) => word !== '')
      .join('  '),
    ruler,
    ...wrapTerminal(sentence, 76, form).map((line) => `   ${line}`),
    ...(isClusters ? ['   (of the whole cluster)'] : []),
    '',
    ...part('Breaks', breaks),
    ...messages.map((message) => `             ${message}`),
    ...part('Because', because),
    ...(others.length === 0 ? [] : part('Also', listOthers(others))),
    ...part('To do', todo),
    ...listCommands(finding, others).map((command) => `             ${command}`),
    ...(hold === null ? [] : part('Held back', hold)),
  ];
}

/** Every command once, in order: removing a layer begins with what lies on top of it. */
function listCommands(first: Found, others: readonly Found[]): readonly string[] {
  const commands = [...new Set([first, ...others].flatMap(({ explanation }) => explanation.commands))];
  return commands.length <= maxCommands ? commands : [...commands.slice(0, maxCommands), `(and ${commands.length - maxCommands} more)`];
}

function listOthers(others: readonly Found[]): string {
  const names = others.slice(0, 20).map(({ detail }) => {
    const { volume, name } = detail as { readonly volume?: string; readonly name?: string };
    return name ?? volume ?? '';
  });
  return `${names.join(', ')}${others.length > 20 ? ` and ${others.length - 20} more` : ''}`;
}
