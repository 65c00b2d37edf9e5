/** The nodes of a cluster, worst first. */
import { type Performance, sayPerformance } from '../../analyzer';
import { visibleText } from '../../text/visible';
import { GradeMark } from '../fleet/cluster-rows';
import { type NodeMark, worseFirst } from '../fleet/model';
import { countOf } from '../frame/count-words';
import { Glyph, markWords } from '../frame/glyphs';
import { Span } from '../frame/time';
import { performanceOf } from '../node/performance';

export function Members({ tenantId, nodes, now }: { tenantId: string; nodes: readonly NodeMark[]; now: number }) {
  if (nodes.length === 0) return <p class="card empty">No node yet.</p>;
  const sorted = [...nodes].sort((a, b) => worseFirst(a.mark, b.mark));
  return (
    <section class="card members" aria-label="Nodes">
      <div class="row head" aria-hidden="true">
        <span />
        <span>Node</span>
        <span>State</span>
        <span>Open</span>
        <span>Grade</span>
        <span>Performance</span>
        <span>Checked</span>
      </div>
      <ul class="rows">
        {sorted.map((node) => (
          <li class="row">
            <span>
              <Glyph mark={node.mark ?? 'not-checked'} mute />
            </span>
            <a class="go" href={`/t/${tenantId}/nodes/${node.nodeId}`}>
              {visibleText(node.name)}
            </a>
            <span>{node.status === 'pending' ? 'Waiting for approval' : markWords[node.mark ?? 'not-checked']}</span>
            <span>{node.open === 0 ? <span class="quiet">–</span> : countOf(node.open, 'finding')}</span>
            <span>{node.grade !== '' && <GradeMark grade={node.grade} complete={node.isComplete ?? true} />}</span>
            <PerformanceMark performance={performanceOf(node)} />
            {node.lastSeenAt === 0 ? <span>–</span> : <Span at={node.lastSeenAt} now={now} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** In a column: the letter, and what gives it in the title. */
function PerformanceMark({ performance }: { performance: Performance }) {
  const { grade, complete } = performance;
  return <span title={`Performance: ${sayPerformance(performance)}`}>{grade === '?' ? '–' : `${grade}${complete ? '' : ' ?'}`}</span>;
}
