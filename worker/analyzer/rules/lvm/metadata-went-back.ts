/**
 * A node keeps reading older metadata of a volume group than was known before: another copy of the LUN, a stale path, a
 * restore. LVM writes what it reads, so the next change from there can lose volumes made since.
 */
import type { NodeInputs } from '../../node/node-inputs';
import { commandWith } from '../../plain-text';
import { defineRule } from '../../rule';

type Detail = {
  readonly name: string;
  readonly group: string;
  readonly seqno: number;
  readonly known: number;
  /** The node that had shown the known number; null: it is not a member any more. */
  readonly shownBy: string | null;
  readonly isOwnWord: boolean;
  /** No member shows that number any more. */
  readonly isShownByNobody: boolean;
};

export const metadataWentBack = defineRule<NodeInputs>()({
  id: 'lvm.metadata-went-back',
  title: 'A node reads old LVM metadata',
  brief: 'reads old volume group metadata',
  counts: 'none',
  severity: 'critical',
  isAboutCheckIns: true,
  holdMinutes: 0,
  doesNotApply: 'LVM shows no volume group on this node.',
  reference: {
    what: 'A node still reads an older version of a volume group than was known at its check-in before.',
    why: 'LVM writes what it reads: a disk made, deleted or resized from this node can be written over the newer list, and the volumes made since are lost with it.',
    how: 'Every change raises the number of the group (vg_seqno). The highest number any member showed is remembered; found when a node shows a lower one at two check-ins, about an interval apart, than was known before the first of them.',
    evidence: ['lvm.report'],
    guards: [
      'Merely overtaken: its metadata was read before the change and its check-in arrived after; the next one has caught up.',
      'One check-in with old metadata: nothing is judged by it, and nothing is accused.',
      'A number only a removed node had shown counts no more.',
      'Nodes made from one disk image: their local groups have one UUID and numbers of their own. Another node’s number counts where storage.cfg calls the group shared, or both show the same guest’s disk; else not checked.',
    ],
    remedy: 'None: by hand. Whether the old or the new list is the right one only a person can say.',
    sources: ['lvm2 lib/metadata (seqno), vgcfgrestore(8)', 'our kernel machine: with only an old copy visible, lvs exits 0 and shows the old list'],
  },
  needs: ['groups', 'behind'],
  detect({ groups, behind }) {
    const proven = behind.filter(({ hasStayed }) => hasStayed);
    return {
      applies: groups.length > 0,
      found: proven.map(({ uuid, line, hasStayed: _, ...detail }) => ({
        subject: uuid,
        guests: [],
        evidence: [{ node: '', capture: 'lvm.report', line }],
        detail: { ...detail, name: detail.group },
      })),
      notChecked: behind
        .filter(({ hasStayed }) => !hasStayed)
        .map(({ uuid, group, seqno, known }) => ({ subject: uuid, name: group, why: { reason: 'old_metadata', group, seqno, known } as const })),
    };
  },
  explain: (detail: Detail, { node }) => ({
    sentence: `${node} reads number ${detail.seqno} of ${detail.group}'s metadata; number ${detail.known} was known at its check-in before.`,
    breaks:
      `LVM on ${node} works with a list of volumes that is not the newest. A disk made, deleted or resized in ${detail.group} from there can be written over ` +
      `the newer list, and what was made since is lost with it. Nothing in ${detail.group} is judged on ${node} while this lasts.`,
    messages: [],
    because:
      `Each change of a group raises its number. ${sayWhoShowed(detail, node)} Two check-ins of ${node}, an interval apart, were below it.` +
      (detail.isShownByNobody ? ` No member shows ${detail.known} or more any more.` : ''),
    todo: detail.isShownByNobody ? sayRestored(detail, node) : sayLook(detail, node),
    commands: [commandWith('vgs -o+vg_seqno,vg_uuid', detail.group), 'pvs -o+pv_uuid,vg_uuid', 'multipath -ll', 'lsblk -o NAME,SIZE,WWN,SERIAL'],
  }),
  remedy: () => undefined,
});

function sayWhoShowed({ known, shownBy, isOwnWord }: Detail, node: string): string {
  if (isOwnWord) return `${node} itself had shown ${known} before.`;
  return shownBy === null ? `${known} had been shown before.` : `${shownBy} had shown ${known}.`;
}

const sayLook = ({ group }: Detail, node: string) =>
  `No script. Change nothing in ${group} from ${node}: make, delete, resize and snapshot no disk there, move guests away from it if you can. Compare number, PV ` +
  'UUIDs and WWNs with a node that is right: a copy or snapshot of the LUN, a path to an old controller, or a device filter shows another disk here.';

/** A restore looks like this on every node at once, and nothing would ever be above the old number again. */
function sayRestored({ group, known, shownBy, isOwnWord }: Detail, node: string): string {
  const who = isOwnWord ? node : (shownBy ?? 'the node that had shown it');
  return (
    `No script. If nobody restored ${group} on purpose, change nothing in it on any node and find out which copy of the LUN all of them read. If it was restored ` +
    `(vgcfgrestore), this ends by itself when changes have raised its number to ${known}; or at once when ${who}, whose word ${known} is, is enrolled anew: ` +
    'on it sexton-collector unenroll, then enroll. What a removed node had shown counts no more.'
  );
}
