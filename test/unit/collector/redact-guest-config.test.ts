import { describe, expect, it } from 'vitest';
import { redactGuestConfig } from '../../../collector/redact/guest-config';

const known = new Set(['pm-1a2b3c4d_00000', 'san-vm--7--disk--0', 'data']);
const qemu = (text: string) => redactGuestConfig('qemu', text, known);
const lxc = (text: string) => redactGuestConfig('lxc', text, known);

describe('redactGuestConfig', () => {
  it('keeps names, locks and states, and nothing of the rest', () => {
    expect(qemu('name: web-01\ncores: 4\nlock: backup\ntemplate: 1\nparent: s1\nsnapstate: prepare\nmemory: 512\n')).toBe(
      'name: web-01\nlock: backup\ntemplate: 1\nparent: s1\nsnapstate: prepare\n',
    );
  });

  it('projects a drive to its volume and the few options that matter, in their order', () => {
    expect(qemu('scsi0: size=10G,file=san:vm-100-disk-3,serial=secret,backup=0,iothread=1\n')).toBe(
      'scsi0: size=10G,file=san:vm-100-disk-3,backup=0\n',
    );
    expect(qemu('ide2: none,media=cdrom\nvmstate: san:vm-100-state-s1\nunused255: san:vm-100-disk-9\n')).toBe(
      'ide2: none,media=cdrom\nvmstate: san:vm-100-state-s1\nunused255: san:vm-100-disk-9\n',
    );
    expect(qemu('scsi1: /dev/san/vm-100-disk-0,size=1G\n')).toBe('scsi1: /dev/san/vm-100-disk-0,size=1G\n');
  });

  it('makes mentions of drives Proxmox VE does not know', () => {
    expect(qemu('scsi31: san:vm-100-disk-0\nunused256: san:vm-100-disk-1\nnvme0: san:vm-100-disk-2\n')).toBe(
      'mentions: vm-100-disk-0\nmentions: vm-100-disk-1\nmentions: vm-100-disk-2\n',
    );
  });

  it('hides a volume that could carry a password, and still mentions what it names', () => {
    expect(qemu('scsi0: rbd:pool/vm-100-disk-0:id=admin:key=AQBsecret==,size=1G\n')).toBe('scsi0: ?,size=1G\nmentions: vm-100-disk-0\n');
    expect(qemu('ide2: http://user:pw@host/x.iso,media=cdrom\n')).toBe('ide2: ?,media=cdrom\n');
  });

  it('turns bind mounts into a word and keeps devices', () => {
    expect(lxc('mp0: /srv/clients/secret,mp=/x\nmp1: volume=san:vm-101-disk-1,mp=/y,size=8G,shared=1\nmp2: /dev/san/vm-101-disk-2,mp=/z\n')).toBe(
      'mp0: bind\nmp1: volume=san:vm-101-disk-1,size=8G,shared=1\nmp2: /dev/san/vm-101-disk-2\n',
    );
  });

  it('keeps known sections and snapshots, and hides the name and the lines of all others', () => {
    expect(
      qemu(
        'scsi0: san:vm-1-disk-0\n[PENDING]\nscsi1: san:vm-1-disk-1\n[before-1]\nscsi0: san:vm-1-disk-0\n[special:fleecing]\nfleecing-images: san:vm-1-fleece-0\n',
      ),
    ).toBe(
      'scsi0: san:vm-1-disk-0\n[PENDING]\nscsi1: san:vm-1-disk-1\n[before-1]\nscsi0: san:vm-1-disk-0\n[special:fleecing]\nfleecing-images: san:vm-1-fleece-0\n',
    );
    expect(lxc('[pve:pending]\nrootfs: san:vm-2-disk-0\n')).toBe('[pve:pending]\nrootfs: san:vm-2-disk-0\n');
    expect(qemu('[special:new thing]\nname: secret\nscsi0: san:vm-1-disk-5\n')).toBe('[?]\nmentions: vm-1-disk-5\n');
  });

  it('finds volumes in arguments, notes, lxc lines and hooks', () => {
    expect(qemu('args: -drive file=/dev/mapper/san-vm--7--disk--0,password=hunter2 -x base-9-disk-0\n')).toBe(
      'mentions: /dev/mapper/san-vm--7--disk--0 san-vm--7--disk--0 vm--7--disk--0 base-9-disk-0\n',
    );
    expect(qemu('#moved%20from vm%2D55-disk-1, ask Bob (secret)\ndescription: see pm-1a2b3c4d_00000%0Apassword x\n')).toBe(
      'mentions: vm-55-disk-1\nmentions: pm-1a2b3c4d_00000\n',
    );
    expect(lxc('lxc.mount.entry: /dev/san/subvol-3-disk-1 srv none bind\nlxc.environment: KEY=secret\ndev0: /dev/dri/renderD128\n')).toBe(
      'mentions: /dev/san/subvol-3-disk-1 subvol-3-disk-1\n',
    );
  });

  it('says nothing at all of passwords and keys, whatever they look like', () => {
    expect(qemu('cipassword: vm-100-secret\nsshkeys: base-64stuff\nciuser: data\n[special:cloudinit]\ncipassword: snap-secret\n')).toBe(
      '[special:cloudinit]\n',
    );
  });

  it('keeps a lock it does not understand a lock', () => {
    expect(qemu('lock: Strange Value!\n')).toBe('lock: ?\n');
  });

  it('answers any bytes with lines of the allow-list', () => {
    const hostile = `name: x\u0000y\n[\u001b]31m]\nscsi0:\nscsi0: ,,,\n: \n%zz%\n${'['.repeat(2000)}\nscsi0: file=file=san:vm-1-disk-0\n`;
    for (const line of qemu(hostile).split('\n')) expect(line).toMatch(/^$|^\[\?\]$|^scsi0: [?,a-z=]*$|^mentions: [!-~ ]+$/);
  });
});
