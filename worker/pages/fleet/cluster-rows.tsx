/** One cluster as one row: shape, name, what matters most, a square per node, what is open, when it was last heard. */
import { visibleText } from '../../text/visible';
import { countOf } from '../frame/count-words';
import { Glyph, type Mark, markWords } from '../frame/glyphs';
import { Span } from '../frame/time';
import type { ClusterCard, NodeMark } from './model';

type Rowed = { readonly now: number; readonly withCustomer: boolean };

export function ClusterRows({ cards, now, withCustomer }: Rowed & { cards: readonly ClusterCard[] }) {
  return (
    <>
      <div class="row head" aria-hidden="true">
        <span />
        <span>{withCustomer ? 'Customer / cluster' : 'Cluster'}</span>
        <span>What matters most</span>
        <span>Nodes</span>
        <span>Open</span>
        <span>Grade</span>
        <span>Checked</span>
      </div>
      <ul class="rows">
        {cards.map((card) => (
          <ClusterRow card={card} now={now} withCustomer={withCustomer} />
        ))}
      </ul>
    </>
  );
}

export function ClusterRow({ card, now, withCustomer }: Rowed & { card: ClusterCard }) {
  return (
    <li class="row">
      <Glyph mark={card.mark} />
      <a class="go" href={`/t/${card.tenantId}/clusters/${card.clusterId}`}>
        {withCustomer && `${visibleText(card.tenantName)} `}
        {withCustomer ? <span class="quiet">/ {nameCluster(card.name)}</span> : nameCluster(card.name)}
      </a>
      <span>{card.mark === 'critical' || card.mark === 'silent' ? <b>{visibleText(card.sentence)}</b> : visibleText(card.sentence)}</span>
      <Squares nodes={card.nodes} />
      {card.summary === undefined ? <span /> : <OpenCounts counts={card.summary.counts} notChecked={card.summary.notChecked} />}
      <span>{card.summary !== undefined && <GradeMark grade={card.summary.grade} complete={card.summary.complete} />}</span>
      {card.lastSeenAt === 0 ? <span>–</span> : <Span at={card.lastSeenAt} now={now} />}
    </li>
  );
}

/** A cluster names itself with its first node. */
export const nameCluster = (name: string): string => (name === '' ? 'new cluster' : visibleText(name));

/** As a sentence: `Grade B, incomplete; 95 of 100.` A grade with holes says so: nothing incomplete looks finished. */
export function sayGrade({ grade, score, complete }: { grade: string; score: number | null; complete: boolean }): string {
  return score === null ? 'Not graded: its mappings could not be seen.' : `Grade ${grade}${complete ? '' : ', incomplete'}; ${score} of 100.`;
}

/** In a column: `B ?`. */
export function GradeMark({ grade, complete }: { grade: string; complete: boolean }) {
  if (grade === '?') return <span title="Not graded: the mappings could not be seen">–</span>;
  return (
    <>
      {grade}
      {!complete && (
        <span title="Incomplete: not every check could be done">
          ?<span class="unseen">, incomplete</span>
        </span>
      )}
    </>
  );
}

const squaresShown = 16;

const squareClass: Readonly<Record<Mark, string>> = {
  critical: 'c',
  warning: 'w',
  info: 'i',
  'not-checked': 'u',
  silent: 's',
  waiting: 'p',
  clean: '',
};

function Squares({ nodes }: { nodes: readonly NodeMark[] }) {
  const drawn = nodes.flatMap(({ name, mark }) => (mark === undefined ? [] : [{ name, mark }])).slice(0, squaresShown);
  const hidden = nodes.length - drawn.length;
  const words = [...Map.groupBy(drawn, ({ mark }) => mark)].map(
    ([mark, alike]) => `${markWords[mark].toLowerCase()}: ${alike.map(({ name }) => visibleText(name)).join(', ')}`,
  );
  return (
    <span class="squares" role="img" title={`${countOf(nodes.length, 'node')}; ${words.join('; ')}${hidden > 0 ? `; and ${hidden} more` : ''}`}>
      {drawn.map(({ mark }) => (mark === 'clean' ? <i /> : <i class={squareClass[mark]} />))}
      {hidden > 0 && <span class="quiet">+ {hidden}</span>}
    </span>
  );
}

const severities: readonly (Mark & ('critical' | 'warning' | 'info'))[] = ['critical', 'warning', 'info'];

export function OpenCounts({ counts, notChecked }: { counts: Readonly<Record<'critical' | 'warning' | 'info', number>>; notChecked: number }) {
  const open = severities.filter((severity) => counts[severity] > 0);
  if (open.length === 0 && notChecked === 0) return <span class="quiet">–</span>;
  return (
    <span class="counts">
      {open.map((severity) => (
        <span>
          {counts[severity]} <Glyph mark={severity} />
        </span>
      ))}
      {notChecked > 0 && (
        <span>
          {notChecked} <Glyph mark="not-checked" />
        </span>
      )}
    </span>
  );
}
