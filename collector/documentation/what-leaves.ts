/** docs/what-leaves-the-node.md, made from the catalogue and the allow-lists. */
import { catalogue } from '../captures/catalogue';
import type { CaptureEntry, Redaction } from '../captures/entry';
import { whyCaptured } from '../captures/why';
import { complaintWords } from '../redact/allowed';
import { filesOf, listCommands, listFiles } from './count-sources';
import { filterTexts } from './filter-text';

export function renderWhatLeaves(): string {
  return `${[head(), ...catalogue.map(renderEntry), filters(), aside()].join('\n\n')}\n`;
}

function head(): string {
  const [files, commands] = [listFiles(catalogue).length, listCommands(catalogue).length];
  const gated = catalogue.filter(({ needs }) => needs !== undefined).length;
  return `# What leaves the node

Made from the collector's own catalogue and allow-lists by \`npm run docs\`; a test fails when it is not what the collector does.
\`sexton-collector collect\` prints, on the node itself, exactly what \`send\` would send, and needs no enrolment: the same bytes,
but for the form of the report that is asked for, the milliseconds each capture took, and numbers that changed in between. A check-in
that finds nothing changed sends the first line only.

The collector reads ${files} files or kinds of file and the output of ${commands} commands. It writes nothing but its own state in
\`/var/lib/sexton\`, opens no port, and speaks to one host. Commands run with a clean environment (\`LC_ALL=C\`), one after the
other, each in a process group of its own, with the limits below; the whole run ends after 90 seconds. ${gated} of them run
only when nothing hangs that would make them hang.

**State** is what conclusions rest on and travels when it changed; **readings** change by themselves and travel along. When
nothing changed, only the header goes: sequence number, version, hash of the machine id, boot id, hash of the state, and a few
numbers (uptime, load, processor, memory, swap, root file system, how many guests run, bytes per second, how full the fullest
storage is).

No filter lets everything through. What a filter does not know stays on the node; where a line was, \`?\` says that there was one.

## What is read`;
}

const needTexts = {
  'healthy-storage': 'no multipath map without a working path, no suspended mapping, no task that waits for storage',
  'no-blocked-qemu': 'no virtual machine that hangs in the kernel, and /etc/pve answers',
} as const;

function renderEntry(entry: CaptureEntry): string {
  const { id, kind, source, redaction, stderr, needs, attempts, limitSeconds, maxBytes } = entry;
  const env = source.kind === 'command' ? Object.entries(source.env ?? {}).map(([name, value]) => `${name}=${value} `) : [];
  const what =
    source.kind === 'command'
      ? [`\`${env.join('')}${source.argv.join(' ')}\`${source.more === undefined ? '' : ', and the paths of storages that are local directories'}`]
      : filesOf(source).map((path) => `\`${path}\``);
  return [
    `### \`${id}\``,
    '',
    whyCaptured[id] ?? '',
    '',
    `* ${source.kind === 'command' ? 'command' : source.kind === 'link' ? 'target of the link' : source.kind === 'processes' ? 'one line for each process, from' : source.kind === 'locks' ? 'inode numbers of the files below `/run/lock/lvm`, and' : 'file'}: ${what.join(', ')}`,
    `* ${kind}; at most ${limitSeconds} s and ${sizeText(maxBytes)}${attempts === undefined ? '' : `, tried ${attempts} times`}`,
    ...(needs === undefined ? [] : [`* runs only when: ${needTexts[needs]}`]),
    `* filter: [${redaction}](#filter-${redaction})${stderr === 'known-lines' ? '; of standard error only whole sentences without content' : ''}`,
  ].join('\n');
}

const sizeText = (bytes: number) => (bytes >= 1_048_576 ? `${bytes / 1_048_576} MiB` : `${bytes / 1024} KiB`);

function filters(): string {
  const used = [...new Set(catalogue.map(({ redaction }) => redaction))];
  const render = (name: Redaction) => [`### Filter: ${name}`, '', `What passes of ${idsOf(name)}:`, '', ...filterTexts[name]].join('\n');
  return `## What passes\n\n${used.map(render).join('\n\n')}`;
}

const idsOf = (name: Redaction) =>
  catalogue
    .filter(({ redaction }) => redaction === name)
    .map(({ id }) => `\`${id}\``)
    .join(', ');

function aside(): string {
  return `## Standard error

Of what commands say on standard error pass numbers, uuids, names of groups, volumes and mappings captured in the same run, paths
below \`/dev\`, and these words; \`?\` stands for any other:

${complaintWords.trim().split(/\s+/).sort().join(' ')}

## Made on the node

* How much grew per second since the look before: processor time, bytes of interfaces, and the processor time of the ten busiest
  processes, each by its name (at most 64 of \`A-Za-z0-9_.:/@+-\`), its number and the virtual machine it is. Never a command line.
* Of a command that hangs in the kernel and was left alone: its name, number, state, and the kernel function it waits in.
* To know what hangs, the collector reads \`stat\`, \`wchan\` and \`schedstat\` below \`/proc/*/task/*\` of processes that wait in the
  kernel. Of it leaves only that something hangs, and the names of multipath maps and mappings that are in the way.
* Milliseconds each capture took.

\`enroll\` sends the token you type, the public key made on the node, the node's name, the hash of its machine id, and the names of
its cluster and members.

## What never leaves

* Values of \`args\`, \`lxc.*\`, notes and descriptions, hook scripts, cloud-init of any kind, passwords, SSH keys, network settings
* Servers, portals, users, passwords, tokens, key rings and options of storages that are not listed above
* Comments, also of HA services and storages; tags of guests and of LVM
* Who started a task, and with which token
* Keys of encrypted mappings, serial numbers of machines and disks, addresses of nodes and guests
* Names of images, snippets and backups; paths of bind mounts and of mounted file systems; names of files below
  \`/etc/drbd.d\` and \`/etc/libvirt\`
* Anything below \`/etc/pve/priv\`, \`/etc/pve/nodes/*/priv\`, \`user.cfg\`, keys, certificates, firewall rules: they are not read
* Command lines and environments of processes: they are not read
* What is inside a guest: nothing of it is read

## What does leave

Names people gave: of nodes, clusters, guests, storages, pools, volume groups, volumes, mappings, snapshots and network
interfaces. Who may not see those must not see the report either.`;
}
