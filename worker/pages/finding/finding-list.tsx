/** Findings in full: what, what it breaks, how we know, what to do. Names come from nodes and are shown with everything invisible made visible. */
import { visibleLines, visibleText } from '../../text/visible';
import { Sign } from '../frame/glyphs';
import { Ago } from '../frame/time';
import type { FindingView } from './finding-view';

/** More than this on one page is a list nobody reads and a page nobody waits for. */
const shownAtMost = 50;
/** The first ones are open; the rest unfold. */
const openAtMost = 3;

export function FindingList({ findings, now, withNode }: { findings: readonly FindingView[]; now: number; withNode: boolean }) {
  const hidden = findings.length - shownAtMost;
  return (
    <section class="card" aria-label="Findings">
      {findings.slice(0, shownAtMost).map((finding, index) => (
        <Finding finding={finding} now={now} withNode={withNode} open={index < openAtMost} />
      ))}
      {hidden > 0 && <p class="pad soft">And {hidden} more.</p>}
    </section>
  );
}

function Finding({ finding, now, withNode, open }: { finding: FindingView; now: number; withNode: boolean; open: boolean }) {
  return (
    <details class="finding" id={finding.number} open={open}>
      <summary>
        <h3>
          <Sign mark={finding.severity} /> <span class="number">{finding.number}</span> {visibleText(finding.title)}
          {withNode && finding.nodeName !== '' && <span class="quiet"> {visibleText(finding.nodeName)}</span>}
        </h3>
      </summary>
      <Body finding={finding} />
      <p class="aside">
        Open for <Ago at={finding.openedAt} now={now} bare />
        {' · '}
        <span class="mono">{finding.rule}</span>
        {' · '}
        <a href={finding.page}>lines it rests on</a>
      </p>
    </details>
  );
}

export function Body({ finding: { explanation, subject, alreadyHit, heldBack, safe } }: { finding: FindingView }) {
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
