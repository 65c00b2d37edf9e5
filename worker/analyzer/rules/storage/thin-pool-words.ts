/** What is said about a thin pool that does not work: the first line of what to do is always what not to do. */
import type { Explanation } from '../../report-shape';
import type { Place } from '../../rule';

export type PoolDownDetail = {
  /** `pve/data` */
  readonly name: string;
  readonly group: string;
  readonly pool: string;
  readonly how: 'absent' | 'fail' | 'ro' | 'out_of_data_space' | 'needs_check';
  /** Not active, and somebody has failed on it already, or a guest in it runs. */
  readonly isProven: boolean;
  readonly waitsWhenFull: boolean;
  /** `253:4`; empty: it is not mapped. */
  readonly number: string;
  /** Disks of this node's guests in it. */
  readonly disks: number;
  readonly example: string;
  /** `VM 104, VM 105 and 6 more` */
  readonly guests: string;
  /** A command to look with. */
  readonly look: string;
};

export function explainPoolDown(detail: PoolDownDetail, { node }: Place): Explanation {
  const { name, group, pool, guests } = detail;
  const { sentence, breaks, messages, because, todo } = wordsFor(detail, node);
  return {
    sentence,
    breaks: `${breaks} At risk: ${guests}.`,
    messages,
    because: `LVM has the pool ${name} in its metadata. ${because}`,
    todo: `${detail.how === 'out_of_data_space' ? '' : `Do not remove ${group}/${pool}_meta0. `}${todo} No script is offered.`,
    commands: [detail.look, 'dmesg -T | grep -i thin | tail'],
  };
}

type Words = Omit<Explanation, 'commands' | 'safe'>;

const disksIn = (disks: number) => (disks === 1 ? '1 disk' : `${disks} disks`);

function wordsFor({ name, how, disks, example, group, number, waitsWhenFull, isProven }: PoolDownDetail, node: string): Words {
  const status = 'The kernel’s status of its mapping says so.';
  const mode = (words: string) => [`device-mapper: thin: ${number}: switching pool to ${words} mode`];
  const failing = `activating LV '${group}/${example}' failed:   Check of pool ${name} failed (status:1). Manual repair required!`;
  switch (how) {
    case 'absent':
      return {
        sentence: isProven
          ? `Thin pool ${name} does not come up on ${node}: ${disksIn(disks)} missing.`
          : `Thin pool ${name} is not active on ${node}: ${disksIn(disks)} missing.`,
        breaks: 'No guest with a disk in it can start.',
        messages: [failing],
        because: `It is not mapped on ${node}, although Proxmox VE activates the pool of every enabled storage by itself: it could not, or pvestatd does not run.`,
        todo: `Start nothing from it. See what LVM says when it is activated; a repair needs the pool inactive and free space in ${group}, and keeps the old metadata beside it: that is what a rescue begins with. Steps: lvmthin(7), "Metadata check and repair".`,
      };
    case 'fail':
      return {
        sentence: `Thin pool ${name} has failed on ${node}: ${disksIn(disks)} with it.`,
        breaks: 'Every read and write of its disks fails; guests that run see disk errors.',
        messages: [...mode('fail'), failing],
        because: status,
        todo: 'Shut down its guests; do not reboot before you have a copy of the kernel’s messages. The pool needs a repair of its metadata. Steps: lvmthin(7), "Metadata check and repair".',
      };
    case 'ro':
      return {
        sentence: `Thin pool ${name} takes no writes on ${node}: ${disksIn(disks)} in it.`,
        breaks: 'New blocks cannot be written: guests that run get disk errors, snapshots and new disks fail.',
        messages: mode('read-only'),
        because: status,
        todo: 'Shut down its guests. Often its metadata is full, or a commit failed: the pool needs to be inactive for a check and repair. Steps: lvmthin(7), "Metadata check and repair".',
      };
    case 'out_of_data_space':
      return {
        sentence: `Thin pool ${name} is full on ${node}: ${disksIn(disks)} in it cannot write.`,
        breaks: waitsWhenFull
          ? 'Writes to new blocks wait, by default for 60 seconds, then fail: guests stand still, then get disk errors.'
          : 'Writes to new blocks fail at once: guests get disk errors.',
        messages: mode(`out-of-data-space (${waitsWhenFull ? 'queue' : 'error'} IO)`),
        because: status,
        todo: `Give it room: extend it when ${group} has free space (lvextend), or remove disks and snapshots nobody needs, and trim the guests' file systems. Then look at each guest's file system.`,
      };
    case 'needs_check':
      return {
        sentence: `Thin pool ${name} wants a check of its metadata (${node}): ${disksIn(disks)} in it.`,
        breaks: 'It runs until it is next activated; then it may not come up, and no guest with a disk in it starts.',
        messages: [failing],
        because: 'The kernel’s status of its mapping says needs_check.',
        todo: 'Back up its guests now. Then shut them down and let the pool be checked while it is inactive. Steps: lvmthin(7), "Metadata check and repair".',
      };
  }
}
