/** The last lines: what there is to do, in one sentence of a fixed few, and where. */
import type { Found, NodeReport } from '../report-shape';
import { checksOf } from './checks-done';
import type { ConsoleInput } from './console-input';
import { terminalColumns, terminalText } from './terminal-text';

export function renderClosing(input: ConsoleInput, node: NodeReport): readonly string[] {
  const { report, page, known, form } = input;
  const findings = [...node.findings, ...report.cluster.findings];
  const { done, waiting, undone } = checksOf(input, node);
  const [holes, all] = [waiting + undone, done + waiting + undone];
  if (findings.length === 0) {
    if (holes === 0) return [`No issues. ${done} of ${all} checks done.`];
    return [`No issues found, but ${holes} of ${all} checks could not be done: see NOT CHECKED.`, ...where(page, form)];
  }
  const mendable = findings.filter(({ remedy }) => remedy !== null);
  const isHeld = ({ fingerprint, heldBack }: Found) => heldBack !== null || (known.get(fingerprint) ?? { heldBack: '' }).heldBack !== null;
  const held = mendable.filter(isHeld).length;
  return [
    sayIssues(findings.length, mendable.length),
    ...(held === 0 ? [] : [`   Not yet       ${sayHeld(held, mendable.length)} to be seen again first, or something is under way`]),
    ...where(page, form),
  ];
}

const sayHeld = (held: number, mendable: number): string => (held === mendable ? 'they have' : held === 1 ? '1 of them has' : `${held} of them have`);

/** `8 issues. 5 can be cleaned by a script, 3 need a look.` */
function sayIssues(all: number, mendable: number): string {
  const issues = all === 1 ? '1 issue.' : `${all} issues.`;
  const looks = all - mendable;
  if (looks === 0) return `${issues} ${all === 1 ? 'It' : `All ${all}`} can be cleaned by a script.`;
  if (mendable === 0) return `${issues} ${all === 1 ? 'It needs a look.' : `All ${all} need a look.`}`;
  return `${issues} ${mendable} can be cleaned by a script, ${looks} ${looks === 1 ? 'needs' : 'need'} a look.`;
}

/** An address is never broken: what does not fit beside its name stands below it. */
function where(page: string, form: ConsoleInput['form']): readonly string[] {
  if (page === '') return [];
  const line = `   Look at it    ${terminalText(page, form)}`;
  return line.length <= terminalColumns ? [line] : ['   Look at it', terminalText(page, form)];
}
