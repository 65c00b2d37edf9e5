/** Writes a fake node of any size: a root directory and stub commands, as test/fixtures/fake-node has them; the stubs count themselves. */
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { captureSample, makeSampleCluster } from './sample-cluster';

export type FakeNodeFiles = { readonly root: string; readonly bin: string /** One line per command that was started. */; readonly children: string };

/** `fixture`: test/fixtures/fake-node, for everything that does not grow with the node. */
export function writeFakeNode(directory: string, fixture: string, mappings: number): FakeNodeFiles {
  const [root, bin, children] = [join(directory, 'root'), join(directory, 'bin'), join(directory, 'children')];
  cpSync(fixture, directory, { recursive: true, verbatimSymlinks: true });
  rmSync(join(root, 'etc/pve/nodes'), { recursive: true });
  rmSync(join(root, 'var/lib/sexton'), { recursive: true, force: true });
  const [node] = makeSampleCluster({ mappings });
  if (node === undefined) throw new Error('a cluster without nodes');
  const captures = new Map(captureSample(node).map((capture) => [capture.id, capture]));
  const out = (id: string) => captures.get(id)?.out ?? '';

  for (const member of node.members ?? [])
    for (const type of ['qemu-server', 'lxc']) mkdirSync(join(root, 'etc/pve/nodes', member, type), { recursive: true });
  for (const { path, out: config = '' } of captures.get('pve.guests')?.files ?? []) writeFileSync(join(root, path), `${config}${usualLines}`);
  writeFiles(root, { 'etc/pve/.vmlist': out('pve.vmlist.1'), 'etc/pve/.members': out('pve.members'), 'etc/pve/storage.cfg': out('pve.storage') });
  writeFiles(join(bin, 'outputs'), {
    'dmsetup-info.txt': out('dm.info.1'),
    'dmsetup-status.txt': '',
    'dmsetup-table.txt': out('dm.table'),
    'lvm-fullreport.json': out('lvm.report'),
    'qm-list.txt': out('qm.list'),
    'pct-list.txt': out('pct.list'),
  });
  const stubs = {
    stat: 'stat.txt',
    lvs: 'lvs-autoactivation.json',
    'dpkg-query': 'dpkg-query.txt',
    lvm: 'lvm-fullreport.json',
    qm: 'qm-list.txt',
    pct: 'pct-list.txt',
  };
  for (const [name, file] of Object.entries(stubs)) writeStub(bin, name, file);
  writeStub(bin, 'dmsetup', 'dmsetup-$1.txt');
  return { root, bin, children };
}

/** What a configuration holds besides its disks; redaction has to walk over it. */
const usualLines = `boot: order=scsi0
cores: 4
memory: 8192
net0: virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1
ostype: l26
scsihw: virtio-scsi-single
smbios1: uuid=4d1c5d5e-5f0f-4f5e-9a55-7f1b6f6c1a01
`;

function writeFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

/** No process besides the shell, which becomes cat: one child is one child. */
function writeStub(bin: string, name: string, output: string): void {
  writeFileSync(
    join(bin, name),
    `#!/bin/sh\n# Part of a fake node: answers as the real command would, and leaves a line.\necho ${name} >>"\${0%/*}/../children"\nexec cat "\${0%/*}/outputs/${output}"\n`,
  );
  chmodSync(join(bin, name), 0o755);
}
