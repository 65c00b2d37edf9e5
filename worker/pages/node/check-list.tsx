/** Every check of one node with its outcome: found, clean, not checked, does not apply. */
import { sayWhyIdle } from '../../analyzer';
import type { StoredOutcome } from '../../findings/stored-report';
import { titleOf } from '../cluster/checks';
import { Glyph, type Mark } from '../frame/glyphs';

function wordOutcome({ status, found, notChecked }: StoredOutcome): { readonly mark: Mark | undefined; readonly words: string } {
  switch (status) {
    case 'found':
      return { mark: 'warning', words: notChecked.length > 0 ? `${found} found, not checked on everything` : `${found} found` };
    case 'clean':
      return { mark: 'clean', words: 'clean' };
    case 'unknown':
      return { mark: 'not-checked', words: 'not checked' };
    case 'not_applicable':
      return { mark: undefined, words: 'does not apply' };
  }
}

export function CheckList({ outcomes }: { outcomes: readonly StoredOutcome[] }) {
  return (
    <ul class="card rows checks">
      {outcomes.map((outcome) => {
        const { mark, words } = wordOutcome(outcome);
        return (
          <li class="row">
            <span>{mark !== undefined && <Glyph mark={mark} mute />}</span>
            <span>
              {titleOf(outcome.ruleId)} <span class="mono quiet">{outcome.ruleId}</span>
              {outcome.status === 'not_applicable' && <span class="quiet"> {sayWhyIdle(outcome.ruleId)}</span>}
            </span>
            <span class="soft">{words}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** `6 checks: 1 found, 4 clean, 1 not checked` */
export function countOutcomes(outcomes: readonly StoredOutcome[]): string {
  const count = (status: StoredOutcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
  const parts = [
    [count('found'), 'found'],
    [count('clean'), 'clean'],
    [count('unknown'), 'not checked'],
    [count('not_applicable'), count('not_applicable') === 1 ? 'does not apply' : 'do not apply'],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`)
    .join(', ');
}
