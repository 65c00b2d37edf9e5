/** What could not be checked, why, and what that leaves open. One line per reason: a hidden group is one story. */
import { sayUnknown } from '../../analyzer';
import { visibleText } from '../../text/visible';
import { countOf, listOf } from '../frame/count-words';
import { type CheckHole, titleOf } from './checks';

type Story = { readonly reason: string; readonly where: Set<string>; readonly checks: Set<string>; readonly names: Set<string> };

/** Holes with the same reason on the same node are one story, whichever checks it keeps from being done. */
function tellStories(holes: readonly CheckHole[]): readonly Story[] {
  const stories = new Map<string, Story>();
  for (const { ruleId, nodeName, notChecked } of holes) {
    for (const { why, names } of notChecked) {
      const reason = sayUnknown(why);
      const story = stories.get(reason) ?? { reason, where: new Set(), checks: new Set(), names: new Set() };
      stories.set(reason, story);
      if (nodeName !== undefined) story.where.add(nodeName);
      story.checks.add(titleOf(ruleId));
      for (const name of names) story.names.add(name);
    }
  }
  return [...stories.values()];
}

const shownAtMost = 20;

export function NotChecked({ holes, total, withNodes }: { holes: readonly CheckHole[]; total: number; withNodes: boolean }) {
  if (holes.length === 0) return null;
  const stories = tellStories(holes);
  return (
    <section aria-labelledby="not-checked">
      <h2 id="not-checked">Not checked</h2>
      <p class="strip unknown">
        {holes.length} of {countOf(total, 'check')} could not be done, or not on everything. That is not "clean".
      </p>
      <ul class="card rows">
        {stories.slice(0, shownAtMost).map(({ reason, where, checks, names }) => (
          <li class="finding">
            <p>
              <b class="unknown">Not checked{withNodes && where.size > 0 ? ` on ${listOf([...where].slice(0, 5).map(visibleText))}` : ''}:</b>{' '}
              {visibleText(reason)}
            </p>
            <p class="aside">
              {listOf([...checks])}
              {names.size > 0 && (
                <>
                  {' · '}
                  <span class="mono">{[...names].slice(0, 3).map(visibleText).join(', ')}</span>
                </>
              )}
            </p>
          </li>
        ))}
        {stories.length > shownAtMost && <li class="finding soft">And {stories.length - shownAtMost} more reasons.</li>}
      </ul>
    </section>
  );
}
