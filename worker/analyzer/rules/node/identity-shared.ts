/**
 * Two machines speak with one key: a cloned disk, a restored image. Each overwrites what the other said, so nothing the
 * node says is believed while it lasts. Seen by boot ids: one that another had replaced comes back, which no restart does.
 * @see random(4), /proc/sys/kernel/random/boot_id: made anew with every start
 */
import type { NodeInputs } from '../../node/node-inputs';
import { type Detection, defineRule } from '../../rule';

type Detail = { readonly name: string };

export const identityShared = defineRule<NodeInputs>()({
  id: 'node.identity-shared',
  title: 'Two machines speak with one key',
  brief: 'key on two machines',
  severity: 'warning',
  counts: 'none',
  doesNotApply: 'One machine alone speaks with this key.',
  reference: {
    what: 'Two machines check in with one key: a copied disk image or a restored node.',
    why: 'Each overwrites what the other said, so nothing about the node is believed while it lasts.',
    how: 'A boot id that another had replaced comes back. No restart does that.',
    evidence: ['host.boot-id'],
    guards: ['A restart makes a new boot id and never an old one.', 'It ends by itself when one machine alone has spoken for an hour.'],
    remedy: 'None: the copy makes a key of its own.',
    sources: ['random(4): /proc/sys/kernel/random/boot_id'],
  },
  isAboutCheckIns: true,
  holdMinutes: 0,
  needs: ['presence'],
  detect({ presence: { node, isShared } }): Detection<Detail> {
    const found = isShared ? [{ subject: 'node/identity', guests: [], evidence: [], detail: { name: node } }] : [];
    return { applies: true, found, notChecked: [] };
  },
  explain: (_detail, { node }) => ({
    sentence: `Two machines check in as ${node}: this looks like a copied disk image.`,
    breaks: `Each overwrites what the other said, so nothing about ${node} is believed while it lasts: it is not checked, and nothing is proposed for it.`,
    messages: [],
    because:
      'Every start of a machine has a boot id of its own. One that another had replaced came back, and no restart does that. ' +
      'A node that was rolled back to a state saved with its memory looks the same, once.',
    todo: 'On the copy, make a new key and enrol it as what it is; the original keeps its key. This ends when one machine alone has checked in for an hour.',
    commands: ['sexton-collector enroll --new-key'],
  }),
  remedy: () => undefined,
});
