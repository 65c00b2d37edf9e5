/**
 * A node whose clock is off, by the time in its signatures against the server's when they arrive. Nothing rests on that
 * clock and no check-in is refused for it. Two check-ins in a row must agree, so that one slow request accuses nobody.
 * @see corosync and pmxcfs: members should agree within 5 seconds; ha-manager says "detected time drift!"
 */
import { sayClockLevel } from '../../cluster/clock-level';
import type { NodeInputs } from '../../node/node-inputs';
import { type Detection, defineRule } from '../../rule';

type Detail = { readonly name: string; readonly level: number };

export const clockSkew = defineRule<NodeInputs>()({
  id: 'node.clock-skew',
  title: 'The clock of a node is wrong',
  brief: 'clock is off',
  severity: 'warning',
  counts: 'none',
  doesNotApply: 'It has not been heard yet.',
  reference: {
    what: 'A node’s clock is off, by the time in its signatures.',
    why: 'Its logs and tasks carry wrong times, certificates and one-time codes fail, and cluster members should agree within seconds.',
    how: 'The signed time against the server’s at arrival, at two check-ins in a row.',
    evidence: [],
    guards: ['One slow request accuses nobody: two in a row must agree.', 'Nothing here rests on a node’s clock; no check-in is refused for it.'],
    remedy: 'None: look at its time service.',
    sources: ['chronyc(1), timedatectl(1)'],
  },
  isAboutCheckIns: true,
  holdMinutes: 0,
  needs: ['presence'],
  detect({ presence: { node, clockLevel, silence } }): Detection<Detail> {
    // A silent node may have been put right meanwhile.
    if (silence !== undefined)
      return { applies: true, found: [], notChecked: [{ subject: null, name: '', why: { reason: 'silent', node, since: silence.since } }] };
    const found = clockLevel === 0 ? [] : [{ subject: 'node/clock', guests: [], evidence: [], detail: { name: node, level: clockLevel } }];
    return { applies: true, found, notChecked: [] };
  },
  explain: ({ level }, { node }) => ({
    sentence: `The clock of ${node} is ${sayClockLevel(level) ?? 'off'}.`,
    breaks:
      'Times in its logs and tasks do not fit those of other nodes; certificates and one-time codes fail; members of a cluster should agree within 5 seconds.',
    messages: [],
    because:
      'Two check-ins in a row were signed with a time that far from the one at which they arrived. They are taken all the same: nothing here rests on the clock of a node.',
    todo: 'Look at its time service. If all nodes show this, look at the clock of the machine this server runs on.',
    commands: ['timedatectl', 'chronyc tracking'],
  }),
  remedy: () => undefined,
});
