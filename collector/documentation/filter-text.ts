/** What each filter lets through, for people; names, keys and sizes come from the allow-lists themselves. */
import type { Redaction } from '../captures/entry';
import {
  dmTable,
  failedTasks,
  guestConfig,
  lockSeconds,
  lvmReport,
  memoryKeys,
  mentions,
  poolMarks,
  readings,
  type Shape,
  storageConfig,
} from '../redact/allowed';

const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(', ');
/** A character class stands in a table: its bars and backslashes must not end the cell. */
const shape = ({ characters, max }: Shape) => `at most ${max} of \`${characters.replace(/\\\\/g, '\\')}\``;
const keys = (shapes: Readonly<Record<string, Shape>>) => Object.entries(shapes).map(([key, of]) => `  * \`${key}\`: ${shape(of)}`);

const driveKeys = (type: 'qemu' | 'lxc') => {
  const { numbered, single } = guestConfig.drives[type];
  return code([...Object.entries(numbered).map(([kind, last]) => `${kind}0`.concat(`…${last}`)), ...single]);
};

const mentionLines = [
  `* words that name a volume: \`${mentions.volumePrefixes.join('`, `')}\` (also with \`snap_\`), a guest's number, and a name (${shape(mentions.word)})`,
  `* paths below \`/dev\` (${shape(mentions.path)}), but nothing below ${code(mentions.notBelow.map((name) => `/dev/${name}`))}; below ${code(mentions.hiddenBelow.map((name) => `/dev/${name}`))} \`?\` stands for the name, except for ${code(mentions.shownById)}`,
  '* words that are the name of a volume or mapping captured in the same run',
] as const;

export const filterTexts: Readonly<Record<Redaction, readonly string[]>> = {
  hash: ['* 32 hex digits of a SHA-256; never the content'],
  'first-line': ['* the first line, when it is made of letters, digits and `._:+/~ -`'],
  figures: ['* lines of digits, points, slashes and blanks'],
  packages: ['* lines `package version`'],
  processor: ['* the line `cpu` (all processors together) and the line `btime` (time of boot)'],
  'processor-model': [`* how many threads and cores; the model (${shape(readings.processorModel)}). No flags, no serial numbers`],
  mounts: ['* how many file systems of each type are mounted. No paths, no servers'],
  'file-systems': ['* numbers, and whose they are: `/` for the root, else the name of the storage. No paths'],
  network: [
    `* name (${shape(readings.interface)}), bytes, packets, errors and drops of at most ${readings.maxInterfaces} interfaces; those of guests (names that begin with ${code(readings.guestInterfaces.map((name) => name.replace(/\[.*\]|\$/, '')))}) are left out. No addresses`,
  ],
  pools: [`* name (${shape(readings.pool)}), size, used and free bytes of at most ${readings.maxPools} pools`],
  memory: [`* the lines ${code(memoryKeys)}`],
  members: ['* name of the node and of the cluster, names of its members, their numbers, who is online, whether it is quorate. No addresses'],
  vmlist: ['* number, node, type and version of each guest'],
  counters: ['* names of files of the cluster file system with their change counters'],
  ha: ['* of each service its id, node, state and target. No comments'],
  'next-id': ['* the line `next-id`'],
  tasks: ['* of tasks that run: node, process, times, type and guest. No users, no tokens'],
  'failed-tasks': [
    `* of at most ${failedTasks.most} tasks that failed in the last ${failedTasks.days} days: when they ended, type and guest. No users, no tokens`,
    `* of the error, when it begins like ${code(failedTasks.beginnings)}: names of groups and volumes, numbers, uuids, and the words below that [standard error](#standard-error) may hold and these: ${failedTasks.words.split(/\s+/).join(' ')}; \`?\` stands for any other. Of other errors nothing`,
  ],
  'guest-config': [
    '* the names of sections that are snapshots, pending changes, cloud-init or fleecing; `[?]` for any other',
    '* these keys, when their value has its shape:',
    ...keys(guestConfig.plain),
    `* these keys as their volume and ${code(guestConfig.driveOptions)}: virtual machines ${driveKeys('qemu')}; containers ${driveKeys('lxc')}`,
    `  * a volume: ${shape(guestConfig.volumeId)}, no \`=\` and no \`@\`; of files below ${code(guestConfig.fileFolders)} not the name; of a bind mount the word \`bind\``,
    '* `fleecing-images` in the section `special:fleecing`, as its volumes',
    `* of ${code(guestConfig.silent)} nothing at all (\`*\`: any number)`,
    '* of everything else (args, notes, descriptions, `lxc.*`, hook scripts, unknown keys and sections) no value, only:',
    ...mentionLines.map((line) => `  ${line}`),
  ],
  'storage-config': [
    `* type and name of each storage`,
    `* of the types ${code(storageConfig.types)}:`,
    ...keys(storageConfig.options),
    `* of any other type only ${code(storageConfig.foreignOptions)}`,
  ],
  'dm-info': ['* names, uuids and numbers of mappings, as dmsetup prints them'],
  'dm-table': [
    '* name, uuid, number and flags of each mapping',
    `* of the targets ${code(dmTable.plainTargets)} the parameters; of any other (crypt, integrity …) type and devices`,
  ],
  'dm-status': [`* name, extent and status of targets that only map`],
  'thin-pool-mode': [
    `* name of each pool, its mode, whether it wants a check, what it does without room, and the highest of ${code(poolMarks.data.map(String))} percent of its data, and of ${code(poolMarks.meta.map(String))} of its metadata, that it is filled to`,
  ],
  locks: [
    `* names of LVM's lock files, with the number of the process that holds one for more than ${lockSeconds} s and its name when it is a command of LVM; whether others wait that long`,
    `* numbers of cookies of udev that are older than ${lockSeconds} s`,
  ],
  'device-numbers': ['* number of each block device: no names and no statistics'],
  'dm-cookies': ['* number and value of each cookie, and when it was used'],
  'lvm-report': [`* the columns that were asked for; of tags only \`${lvmReport.tag}NUMBER\``],
  'qm-list': ['* number and status of each virtual machine'],
  'pct-list': ['* number and status of each container'],
  'guest-pids': ['* numbers'],
  'guest-processes': ['* number, parent, state, start and processor time of processes of guests; the name is `kvm`, `lxc-start` or `init`'],
  mentions: mentionLines,
};
