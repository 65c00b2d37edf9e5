/**
 * A node that was heard before and is not heard any more, by the server's clock. We know that it does not speak, not that
 * it is down. When all members are silent it is one story of the cluster (cluster.silent), and until that is clear none.
 */
import type { NodeInputs } from '../../node/node-inputs';
import { type Detection, defineRule } from '../../rule';
import { utcMinute } from '../../words';

type Detail = { readonly name: string; readonly since: number; readonly intervalSeconds: number; readonly hasOthers: boolean };

export const lookAtTimer = ['systemctl status sexton-collector.timer', 'journalctl -u sexton-collector -n 20', 'sexton-collector send'];

export const silentNode = defineRule<NodeInputs>()({
  id: 'node.silent',
  title: 'A node is silent',
  brief: 'silent node',
  severity: 'warning',
  counts: 'none',
  doesNotApply: 'It has been heard.',
  reference: {
    what: 'A node that was heard before and has not been for three intervals.',
    why: 'Nothing on it is checked. What it said last counts only where it says that something is in use.',
    how: 'By the server’s clock: no check-in for three intervals, at least 15 minutes, while others were heard or there are none.',
    evidence: [],
    guards: [
      'A whole site that falls silent is one story of the cluster.',
      'Until it is clear which of both it is, neither is said.',
      'Silent is not down: it is not called that.',
    ],
    remedy: 'None: where to look is said.',
    sources: ['The times at which check-ins arrived'],
  },
  isAboutCheckIns: true,
  holdMinutes: 0,
  needs: ['presence'],
  detect({ presence: { node, silence, intervalSeconds, hasOthers } }): Detection<Detail> {
    if (silence === undefined) return { applies: true, found: [], notChecked: [] };
    if (silence.who !== 'alone')
      return { applies: true, found: [], notChecked: [{ subject: null, name: '', why: { reason: 'silent', node, since: silence.since } }] };
    const detail = { name: node, since: silence.since, intervalSeconds, hasOthers };
    return { applies: true, found: [{ subject: 'node/silent', guests: [], evidence: [], detail }], notChecked: [] };
  },
  explain: ({ since, intervalSeconds, hasOthers }, { node }) => ({
    sentence: `${node} has been silent since ${utcMinute(since)}.`,
    breaks: `Nothing on ${node} is checked. What it said last counts only where it says that something is in use: what is open there now is not known.`,
    messages: [],
    because:
      `Its last check-in was taken at ${utcMinute(since)}; one is due every ${Math.round(intervalSeconds / 60)} minutes, and at least three did not come.` +
      (hasOthers ? ' Other nodes of the cluster have been heard since.' : ''),
    todo: `If ${node} is up, look at its timer and at what it logged last: a check-in that was refused says why there. If it is off on purpose, nothing needs to be done; if it left for good: sexton-collector unenroll, on the node.`,
    commands: lookAtTimer,
  }),
  remedy: () => undefined,
});
