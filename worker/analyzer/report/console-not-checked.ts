/** What could not be seen, once per reason however many checks need it; and, when asked for, what does not apply here. */
import type { NodeReport } from '../report-shape';
import type { ConsoleInput } from './console-input';
import { sayWhyIdle } from './idle';
import { groupNotChecked, sayUnknown } from './not-checked';
import { terminalColumns, wrapTerminal } from './terminal-text';

export function renderNotChecked(input: ConsoleInput, { outcomes }: NodeReport): readonly string[] {
  const reasons = new Map<string, { readonly says: string; readonly names: Set<string>; count: number; isAll: boolean }>();
  for (const { notChecked } of [...outcomes, ...input.report.cluster.outcomes]) {
    for (const { why, count, names } of groupNotChecked(notChecked)) {
      const key = JSON.stringify(why);
      const reason = reasons.get(key) ?? { says: sayUnknown(why), names: new Set<string>(), count: 0, isAll: false };
      reasons.set(key, reason);
      reason.isAll ||= count === 0;
      // The rules about mappings share their reasons: the longest list names what each of them could not see.
      reason.count = Math.max(reason.count, count);
      for (const name of names) if (reason.names.size < 3) reason.names.add(name);
    }
  }
  const texts = [...reasons.values()].map(({ says, names, count, isAll }) => {
    const more = count > names.size ? ` and ${count - names.size} more` : '';
    return isAll ? says : `${[...names].join(', ')}${more}: ${says}`;
  });
  return list('NOT CHECKED', texts, input);
}

export function renderDoesNotApply(input: ConsoleInput, { outcomes }: NodeReport): readonly string[] {
  const idle = [...outcomes, ...input.report.cluster.outcomes].filter(({ status }) => status === 'not_applicable');
  const texts = new Map<string, string[]>();
  for (const { ruleId } of idle) {
    const says = sayWhyIdle(ruleId);
    texts.set(says, [...(texts.get(says) ?? []), ruleId]);
  }
  return list(
    'DOES NOT APPLY',
    [...texts].map(([says, rules]) => `${rules.join(', ')}: ${says}`),
    input,
  );
}

function list(title: string, texts: readonly string[], { form }: ConsoleInput): readonly string[] {
  if (texts.length === 0) return [];
  const lines = texts.flatMap((text) => wrapTerminal(text, terminalColumns - 6, form).map((line, index) => `${index === 0 ? ' * ' : '   '}${line}`));
  return ['', title, '-'.repeat(title.length), ...lines];
}
