/** What dm.stale-table says. */
import { dmSelector } from '../../plain-text';
import type { Explanation } from '../../report-shape';
import { sayLandings, saySharing } from './blast-radius';
import type { StaleTableDetail } from './stale-table';
import { sizeInWords } from './unused-words';
import { volumeCommand } from './volume-commands';

/** A refresh loads what LVM has: safe where nothing has it open, or where what is mapped stays where it is. */
export function isMended({ isOpen, isLayered, isForeign, verdict }: StaleTableDetail): boolean {
  if (isLayered) return false;
  return !isOpen || (verdict === 'grown' && !isForeign);
}

export function explainStaleTable(detail: StaleTableDetail, node: string): Explanation {
  const { volume, group, verdict, isOpen } = detail;
  const [mapped, wanted] = [sizeInWords(detail.mapped), sizeInWords(detail.wanted)];
  const landings = sayLandings(detail.landsIn, group);
  return {
    sentence:
      verdict === 'moved'
        ? `${node} maps other blocks for ${volume} than LVM has for it: ${mapped} here, ${wanted} in ${group}.`
        : `${node} maps ${mapped} of ${volume}; the disk has ${wanted} since it was resized on another node.`,
    breaks: sayWhatBreaks(detail, node, mapped) + (landings === '' ? '' : ` Of the blocks it maps, ${landings.replace(' of them', '')}.`),
    messages: [],
    because:
      `${group} was read completely; its segments of ${volume} and the live table were compared sector by sector: ${sayVerdict(detail)} ` +
      `${isOpen ? 'It is open.' : 'Nothing has it open.'}${saySharing(detail.sharesWith)}`,
    safe: isMended(detail) ? whyMended(detail) : [],
    todo: sayTodo(detail, node),
    commands: isMended(detail) ? [volumeCommand('refresh-volume', detail)] : [],
  };
}

function sayWhatBreaks({ verdict, volume, isOpen, who }: StaleTableDetail, node: string, mapped: string): string {
  const guest = who ?? 'a guest';
  if (verdict === 'grown')
    return `On ${node} ${guest} sees ${mapped} of the disk and cannot use the rest, also after it was stopped and started here.`;
  if (verdict === 'shrunk')
    return `On ${node} the name reaches beyond the end of the disk: what is written there lands in blocks of other disks, or in blocks the next disk gets.${isOpen ? ' It is open now.' : ''}`;
  return `Whoever opens ${volume} on ${node} reads and writes blocks that are not its own${isOpen ? ', and it is open now' : ''}.`;
}

function sayVerdict({ verdict }: StaleTableDetail): string {
  if (verdict === 'grown') return 'what is mapped is exactly its beginning.';
  return verdict === 'shrunk' ? 'it is exactly the beginning of what is mapped.' : 'they differ before the end of either.';
}

function whyMended({ isOpen, who }: StaleTableDetail): readonly string[] {
  return [
    isOpen ? 'what is mapped now stays where it is' : 'open count 0',
    'no snapshot of it',
    'a refresh writes no metadata',
    who === null ? 'nothing under way that could be about it' : `no lock and no task on ${who}`,
  ];
}

function sayTodo(detail: StaleTableDetail, node: string): string {
  const { isLayered, isForeign, verdict, who, name, number } = detail;
  const guest = who ?? 'what has it open';
  if (isMended(detail)) return `Refresh it on ${node}: the mapping then has what LVM says. Not dmsetup remove.`;
  if (isLayered)
    return `Snapshots or a pool lie on it, and a refresh would touch them too: look at dmsetup table ${dmSelector(name, number)} and dmsetup ls --tree first. No script is offered. Not dmsetup remove.`;
  if (isForeign && verdict === 'grown')
    return `It is open on ${node} while ${guest} lives elsewhere: find what holds it first (lsof /dev/dm-${number.slice(number.indexOf(':') + 1)}, dmsetup ls --tree). No script is offered.`;
  return `Stop ${guest} on ${node} first: a refresh would swap the blocks under it without a word. Once it is closed, refresh it, then check its file system. No script is offered. Not dmsetup remove.`;
}
