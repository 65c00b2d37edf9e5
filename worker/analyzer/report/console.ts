import type { Found, NodeReport } from '../report-shape';
import type { ConsoleInput } from './console-input';
import { renderStory } from './console-story';
import { groupNotChecked, sayUnknown } from './not-checked';
import { tellStories } from './stories';
import { terminalText, wrapTerminal } from './terminal-text';

const doubleRuler = '='.repeat(40);

export function renderConsole(input: ConsoleInput): string {
  const node = input.report.nodes.find(({ nodeId }) => nodeId === input.nodeId);
  if (node === undefined) return '';
  const findings = [...node.findings, ...input.report.cluster.findings];
  const stories = tellStories(findings);
  const lines = [
    ...renderHeading(input, node),
    ...renderSummary(input, node, findings),
    ...renderGuests(input, findings),
    ...stories.flatMap((story) => renderStory(story, input)),
    ...renderNotChecked(input, node),
    '',
    ...renderClosing(input, node, findings),
  ];
  return `${lines.map((line) => colour(terminalText(line, input.form), input.form)).join('\n')}\n`;
}

function renderHeading({ version, at, place, pve, members }: ConsoleInput, node: NodeReport): readonly string[] {
  const when = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const release = [pve.manager === '' ? '' : `Proxmox VE ${pve.manager}`, pve.kernel === '' ? '' : `kernel ${pve.kernel}`]
    .filter((part) => part !== '')
    .join(', ');
  const missing =
    members === null || members.missing.length === 0
      ? []
      : [
          '',
          `   ${members.reporting} of ${members.total} nodes of ${members.cluster ?? node.node} reporting (missing: ${members.missing.join(', ')}).`,
          '   What needs them is said below.',
        ];
  return [
    `Sexton ${version}   ${node.node}${place === '' ? '' : ` in ${place}`}   ${when}`,
    `${release === '' ? '' : `${release}. `}Nothing was changed on this node.`,
    ...missing,
    '',
  ];
}

function renderSummary({ members }: ConsoleInput, node: NodeReport, findings: readonly Found[]): readonly string[] {
  const { counts, guests, score, grade, complete } = node;
  const row = (label: string, value: number, rest = '') => `   ${label.padEnd(29)}${String(value).padStart(4)}${rest}`.trimEnd();
  const mappings = counts && [
    row('Total device mapper entries:', counts.total),
    row('Valid entries:', counts.valid),
    row('Duplicate entries:', counts.duplicate, counts.duplicate > 0 ? '   [CRITICAL]' : ''),
    ...listKinds(node, true),
    row('Tombstoned entries:', counts.tombstoned, counts.tombstoned > 0 ? '   [WARNING]' : ''),
    ...listKinds(node, false),
    row('Not checked:', counts.notChecked),
  ];
  return [
    doubleRuler,
    'ANALYSIS SUMMARY',
    doubleRuler,
    ...(mappings ?? ['   Device mapper entries:       not checked, see below']),
    row('Total issues:', findings.length),
    '',
    ...(guests === null
      ? ['   Guests on this node:         not checked']
      : [row('Guests on this node:', guests.total, `   (${guests.running} running)`)]),
    `   Health:      ${score === null ? 'not graded' : `${score}/100, grade ${grade}`}${complete ? '' : ', incomplete'}`,
    ...(members === null
      ? []
      : [
          `   Nodes of ${members.cluster ?? 'this node'}: ${members.reporting} of ${members.total} reporting, ${members.quorate ? 'quorate' : 'not quorate'}`,
        ]),
  ];
}

/** What the two old words stand for here: a live disk on the wrong node is no tombstone. */
function listKinds({ findings }: NodeReport, isCritical: boolean): readonly string[] {
  const kinds = new Map<string, number>();
  for (const { severity, brief } of findings) if ((severity === 'critical') === isCritical) kinds.set(brief, (kinds.get(brief) ?? 0) + 1);
  return [...kinds].map(([brief, count]) => `     ${`- ${brief}:`.padEnd(27)}${String(count).padStart(4)}`);
}

/** Only guests something was found on; the others are one line. */
function renderGuests({ guests, running, report, nodeId, form }: ConsoleInput, findings: readonly Found[]): readonly string[] {
  const node = report.nodes.find((one) => one.nodeId === nodeId)?.node ?? '';
  const worst = new Map<number, Found>();
  for (const finding of findings) for (const vmid of finding.guests) if (!worst.has(vmid)) worst.set(vmid, finding);
  if (worst.size === 0) return [];
  const known = new Map(guests.map((guest) => [guest.vmid, guest]));
  const rows = [...worst]
    .sort(([a], [b]) => a - b)
    .slice(0, 20)
    .map(([vmid, finding]) => {
      const guest = known.get(vmid);
      const status = guest === undefined ? 'no guest' : guest.node === node ? (running[String(vmid)] ?? 'not checked') : `on ${guest.node}`;
      return `${String(vmid).padEnd(9)}${cut(terminalText(guest?.name || '-', form), 20).padEnd(22)}${cut(terminalText(status, form), 12).padEnd(14)}[!] ${finding.brief}`;
    });
  const more = worst.size > 20 ? [`and ${worst.size - 20} more guests`] : [];
  const others = guests.filter((guest) => guest.node === node && !worst.has(guest.vmid)).length;
  if (others > 0) more.push(`${`${others} more`.padEnd(9)}${'guests on this node'.padEnd(36)}nothing found`);
  return [
    '',
    `${'VM ID'.padEnd(9)}${'NAME'.padEnd(22)}${'STATUS'.padEnd(14)}DM HEALTH`,
    `${'-----'.padEnd(9)}${'----'.padEnd(22)}${'------'.padEnd(14)}---------`,
    ...rows,
    ...more,
  ];
}

function renderNotChecked({ report, form }: ConsoleInput, node: NodeReport): readonly string[] {
  // The rules about mappings share their reasons: each is said once.
  const reasons = new Map<string, string>();
  for (const { notChecked } of [...node.outcomes, ...report.cluster.outcomes]) {
    for (const { why, count, names } of groupNotChecked(notChecked)) {
      const what = count === 0 ? '' : `${names.join(', ')}${count > names.length ? ` and ${count - names.length} more` : ''}: `;
      reasons.set(JSON.stringify(why), reasons.get(JSON.stringify(why)) ?? `${what}${sayUnknown(why)}`);
    }
  }
  if (reasons.size === 0) return [];
  return [
    '',
    'NOT CHECKED',
    '-----------',
    ...[...reasons.values()].flatMap((text) => wrapTerminal(text, 74, form).map((line, index) => `${index === 0 ? ' * ' : '   '}${line}`)),
  ];
}

function renderClosing({ page, report, known }: ConsoleInput, node: NodeReport, findings: readonly Found[]): readonly string[] {
  const outcomes = [...node.outcomes, ...report.cluster.outcomes];
  const done = outcomes.filter(({ notChecked }) => notChecked.length === 0).length;
  const where = page === '' ? [] : [`   ${page}`];
  if (findings.length === 0 && done === outcomes.length) return [`No issues. ${done} of ${outcomes.length} checks done.`, ...where];
  if (findings.length === 0)
    return [`No issues found, but ${outcomes.length - done} of ${outcomes.length} checks could not be done: see NOT CHECKED.`, ...where];
  const isHeld = ({ fingerprint, heldBack }: Found) => heldBack !== null || (known.get(fingerprint) ?? { heldBack: '' }).heldBack !== null;
  const mendable = findings.filter(({ remedy }) => remedy !== null);
  const held = mendable.filter(isHeld).length;
  const count = findings.length === 1 ? '1 issue.' : `${findings.length} issues.`;
  return [`${count} ${sayWhatCanBeDone(mendable.length - held, held, findings.length - mendable.length)}`, ...where];
}

function sayWhatCanBeDone(now: number, held: number, looks: number): string {
  const parts = [
    ...(now > 0 ? [`${now} can be cleaned with the commands above`] : []),
    ...(held > 0 ? [`${held} ${held === 1 ? 'is' : 'are'} held back: do nothing about ${held === 1 ? 'it' : 'them'} yet`] : []),
    ...(looks > 0 ? [`${looks} ${looks === 1 ? 'needs' : 'need'} a look`] : []),
  ];
  return `${parts.join(', ')}.`;
}

function colour(line: string, form: 'ascii' | 'terminal'): string {
  if (form === 'ascii') return line;
  return line
    .replace('[CRITICAL]', '\u001b[1;31m[CRITICAL]\u001b[0m')
    .replace('[WARNING]', '\u001b[33m[WARNING]\u001b[0m')
    .replace('[INFO]', '\u001b[36m[INFO]\u001b[0m');
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3)}...`;
}
