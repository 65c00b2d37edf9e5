/** docs/rules.md: the reference of every rule, from the rules themselves. `npm run docs` writes it, a test holds the file to it. */
import { clusterRules, nodeRules } from '../catalogue';
import type { Rule } from '../rule';

const opening = `# The rules

Written by \`npm run docs\` from the rules themselves; edit them there.

A rule answers one of four things: **found**, **clean**, **not checked** and why, or **does not apply** and why. What could not be
seen is never called clean, and nothing that might be in use is ever called unused. A finding opens at first sight; a remedy is
offered only after it was seen again, and after the time that stands with the rule.

The score of a node is 100, less 20 for every duplicate entry (at most 60) and 5 for every tombstoned one (at most 40). Grades: A+
nothing, B 1 to 5 tombstoned entries, C 6 to 20, D 21 to 50, F any duplicate or more than 50; a report with holes is never A+.
As what a mapping counts, and in which word of the summary, stands with each rule. A volume without a mapping counts nowhere. The
performance grade stands beside it and changes nothing about it.
`;

const countWords = {
  duplicate: 'as a duplicate entry',
  tombstone: 'as a tombstoned entry',
  none: 'nowhere: neither in the summary of mappings nor in the score',
  varies: 'as a duplicate entry where it is critical',
} as const;

export function renderRules(): string {
  const parts = [
    opening,
    listRules('Of one node', nodeRules),
    listRules('Of the cluster', clusterRules),
    ...[...nodeRules, ...clusterRules].map((rule) => renderRule(rule)),
  ];
  return `${parts.join('\n')}`;
}

type AnyRule = Pick<Rule<never>, Exclude<keyof Rule<never>, 'check'>>;

function listRules(title: string, rules: readonly AnyRule[]): string {
  const rows = rules.map(({ id, title: says, severity }) => `| [\`${id}\`](#${anchor(id)}) | ${says} | ${severity ?? 'depends'} |`);
  return `## ${title}\n\n| Rule | Title | Severity |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function renderRule({ id, title, brief, severity, holdMinutes, isAboutCheckIns, counts, word, doesNotApply, reference }: AnyRule): string {
  const { what, why, how, severity: whenSevere, evidence, guards, remedy, sources } = reference;
  const captures = evidence.map((capture) => `[\`${capture}\`](what-leaves-the-node.md#${anchor(capture)})`).join(', ');
  const list = (items: readonly string[]) => items.map((item) => `* ${item}`).join('\n');
  return `## \`${id}\`

**${title}** (in tables: "${brief}")

**What.** ${what}

**What it breaks.** ${why}

**How it is decided.** ${how}${isAboutCheckIns ? ' Not for saved files: nobody hears them.' : ''}

**Severity.** ${whenSevere ?? `${severity === undefined ? '' : severity.charAt(0).toUpperCase() + severity.slice(1)}.`}

**Counts** ${countWords[counts]}${counts === 'none' ? '' : `, in the word "${word}"`}.

**Evidence.** ${captures === '' ? "The server's own observation." : captures}

**What looks alike and is not.**

${list(guards)}

**Does not apply.** ${doesNotApply}

**Remedy.** ${remedy} ${sayHold(holdMinutes)}

**Sources.**

${list(sources)}
`;
}

function sayHold(minutes: number): string {
  if (minutes === 0) return 'It waits for nothing.';
  const time = minutes % 60 === 0 ? `${minutes / 60} hours` : `${minutes} minutes`;
  return `Nothing is offered before two looks and ${time}.`;
}

const anchor = (id: string): string => id.toLowerCase().replaceAll(/[^a-z0-9-]/g, '');
