/** Findings in full: what, what it breaks, how we know, what to do. Names come from nodes and are shown with everything invisible made visible. */
import { visibleLines, visibleText } from '../../text/visible';
import { listOf } from '../frame/count-words';
import { Sign } from '../frame/glyphs';
import { Ago } from '../frame/time';
import type { FindingView } from './finding-view';
import { joinNodes, type NodesStory } from './same-on-nodes';

/** More than this on one page is a list nobody reads and a page nobody waits for. */
const shownAtMost = 50;
/** Nodes of one story that are shown in full. */
const nodesAtMost = 16;
/** The first ones are open; the rest unfold. */
const openAtMost = 3;

export function FindingList({ findings, now, withNode }: { findings: readonly FindingView[]; now: number; withNode: boolean }) {
  const stories = joinNodes(findings);
  const hidden = stories.slice(shownAtMost).reduce((sum, { others }) => sum + 1 + others.length, 0);
  return (
    <section class="card" aria-label="Findings">
      {stories.slice(0, shownAtMost).map((story, index) => (
        <Story story={story} now={now} withNode={withNode} open={index < openAtMost} />
      ))}
      {hidden > 0 && <p class="pad soft">And {hidden} more.</p>}
    </section>
  );
}

function Story({ story: { first, others }, now, withNode, open }: { story: NodesStory; now: number; withNode: boolean; open: boolean }) {
  const nodes = [first, ...others].map(({ nodeName }) => visibleText(nodeName)).filter((name) => name !== '');
  return (
    <details class="finding" id={first.number} open={open}>
      <summary>
        <h3>
          <Sign mark={first.severity} /> <span class="number">{first.number}</span>{' '}
          {others.length > 0 && <span class="number">+ {others.length}</span>} {visibleText(first.title)}
          {withNode && nodes.length > 0 && <span class="quiet"> {sayNodes(nodes)}</span>}
        </h3>
      </summary>
      <Body finding={first} />
      <Aside finding={first} now={now} />
      {others.slice(0, nodesAtMost).map((finding) => (
        <OnNode finding={finding} now={now} />
      ))}
      {others.length > nodesAtMost && <p class="soft">And on {others.length - nodesAtMost} more nodes.</p>}
    </details>
  );
}

const sayNodes = (nodes: readonly string[]) => listOf(nodes.length > 8 ? [...nodes.slice(0, 8), `${nodes.length - 8} more`] : nodes);

function Aside({ finding, now }: { finding: FindingView; now: number }) {
  return (
    <p class="aside">
      Open for <Ago at={finding.openedAt} now={now} bare />
      {' · '}
      <span class="mono">{finding.rule}</span>
      {' · '}
      <a href={finding.page}>lines it rests on</a>
    </p>
  );
}

/** The same on another node: what it is there, and what is to be done there. */
function OnNode({ finding, now }: { finding: FindingView; now: number }) {
  return (
    <section id={finding.number}>
      <h4>
        <span class="number">{finding.number}</span> {visibleText(finding.nodeName)}
      </h4>
      {finding.explanation !== undefined && <p>{visibleText(finding.explanation.sentence)}</p>}
      <Todo finding={finding} />
      <Aside finding={finding} now={now} />
    </section>
  );
}

export function Body({ finding }: { finding: FindingView }) {
  const { explanation, subject, alreadyHit } = finding;
  if (explanation === undefined) {
    return (
      <p>
        Found by a check this release does not have words for: <code>{visibleText(subject)}</code>
      </p>
    );
  }
  return (
    <>
      <p>
        <b>{visibleText(explanation.sentence)}</b>
      </p>
      <h4>What it breaks</h4>
      <p>{visibleText(explanation.breaks)}</p>
      {explanation.messages.length > 0 && <Said lines={explanation.messages} />}
      {alreadyHit !== undefined && (
        <p>
          <b>Already hit:</b> {visibleText(alreadyHit)}.
        </p>
      )}
      <h4>How we know</h4>
      <p>{visibleText(explanation.because)}</p>
      <h4>What to do</h4>
      <Todo finding={finding} />
    </>
  );
}

function Todo({ finding: { explanation, heldBack, safe } }: { finding: FindingView }) {
  if (explanation === undefined) return null;
  return (
    <>
      {/* Above the command: who copies it has read it. */}
      {heldBack !== null && (
        <p>
          <b>Not yet:</b> {visibleText(heldBack)}.
        </p>
      )}
      {safe !== undefined && (
        <p>
          <b>{safe.name}:</b> {safe.reasons.map(visibleText).join(', ')}.
        </p>
      )}
      <p>{visibleText(explanation.todo)}</p>
      {explanation.commands.length > 0 && <Said lines={explanation.commands} />}
    </>
  );
}

/** Exact words of a machine, or for one. */
export function Said({ lines }: { lines: readonly string[] }) {
  return <pre class="said">{lines.map(visibleLines).join('\n')}</pre>;
}
