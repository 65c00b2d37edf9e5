/**
 * The console report of one node: what operators of this kind of machine know, worst first, never wider than 80 columns. A
 * node with nothing to say about it is five lines.
 */
import type { NodeReport } from '../report-shape';
import { renderClosing } from './console-closing';
import { renderGuests } from './console-guests';
import type { ConsoleInput } from './console-input';
import { type Line, paint } from './console-line';
import { renderDoesNotApply, renderNotChecked } from './console-not-checked';
import { renderStories } from './console-story';
import { renderHealth, renderOpening, renderSummary } from './console-summary';
import { tellStories } from './stories';
import { cutTo, terminalColumns } from './terminal-text';

export function renderConsole(input: ConsoleInput): string {
  const node = input.report.nodes.find(({ nodeId }) => nodeId === input.nodeId);
  if (node === undefined) return '';
  const findings = [...node.findings, ...input.report.cluster.findings];
  const lines: readonly Line[] = isHealthy(input, node)
    ? [...renderHeading(input, node), ...renderHealth(input, node), ...renderClosing(input, node)]
    : [
        ...renderHeading(input, node),
        ...renderOpening(input, node),
        '',
        ...renderSummary(input, node, findings),
        ...renderGuests(input, node, findings),
        ...renderStories(tellStories(findings), input),
        ...renderNotChecked(input, node),
        ...(input.all ? renderDoesNotApply(input, node) : []),
        '',
        ...renderClosing(input, node),
      ];
  return `${lines.map((line) => paint(line, input.form)).join('\n')}\n`;
}

/** Nothing found, nothing left out, everybody there. Whoever asks for everything gets it. */
function isHealthy({ report, members, all }: ConsoleInput, node: NodeReport): boolean {
  const isWhole = node.complete && report.cluster.complete && node.counts !== null && node.guests !== null;
  return !all && isWhole && node.findings.length + report.cluster.findings.length === 0 && (members?.missing.length ?? 0) === 0;
}

function renderHeading({ version, at, place, pve, form }: ConsoleInput, { node }: NodeReport): readonly string[] {
  const when = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const program = cutTo(`Sexton ${version}`, 24, form);
  const where = cutTo(`${node}${place === '' ? '' : ` in ${place}`}`, terminalColumns - program.length - when.length - 6, form);
  const release = [
    pve.manager === '' ? '' : `Proxmox VE ${cutTo(pve.manager, 20, form)}`,
    pve.kernel === '' ? '' : `kernel ${cutTo(pve.kernel, 24, form)}`,
  ];
  const said = release.filter((part) => part !== '').join(', ');
  return [`${program}   ${where}   ${when}`, cutTo(`${said === '' ? '' : `${said}. `}Nothing was changed on this node.`, terminalColumns, form)];
}
