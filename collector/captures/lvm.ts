/** LVM's own report, in one process and one scan. Reads labels and metadata from disks; takes no lock, writes nothing. */
import { type CaptureEntry, mebibyte } from './entry';

const reports: readonly (readonly [string, string])[] = [
  [
    'vg',
    'vg_name,vg_uuid,vg_seqno,vg_attr,vg_extent_size,vg_free_count,vg_missing_pv_count,vg_partial,vg_exported,vg_lock_type,vg_systemid,pv_count,lv_count,vg_tags',
  ],
  ['pv', 'pv_name,pv_uuid,pv_major,pv_minor,pe_start,pv_pe_count,pv_missing,pv_duplicate,dev_size'],
  ['lv', 'lv_name,lv_uuid,lv_attr,lv_size,pool_lv,pool_lv_uuid,origin,origin_uuid,lv_role,lv_layout,lv_tags,lv_time,lv_host,lv_skip_activation'],
  ['seg', 'lv_uuid,segtype,seg_start_pe,seg_size_pe,seg_pe_ranges,stripes,thin_id'],
  ['pvseg', 'pvseg_start'],
];

const common = {
  step: 4,
  kind: 'state',
  needs: 'healthy-storage',
  redaction: 'lvm-report',
  stderr: 'state',
  limitSeconds: 30,
  maxBytes: 8 * mebibyte,
} as const;
const env = { LVM_SUPPRESS_FD_WARNINGS: '1' };

export const groups: CaptureEntry = {
  ...common,
  id: 'lvm.report',
  source: {
    kind: 'command',
    argv: [
      ...([
        'lvm',
        'fullreport',
        '-a',
        '--readonly',
        '--foreign',
        '--shared',
        '--nohints',
        '--reportformat',
        'json',
        '--units',
        's',
        '--nosuffix',
      ] as const),
      ...reports.flatMap(([report, columns]) => ['--configreport', report, '-o', columns]),
    ],
    env,
  },
};

/** Apart: where LVM does not know the column, as on Proxmox VE 7, the whole command fails. */
export const autoactivation: CaptureEntry = {
  ...common,
  id: 'lvm.autoactivation',
  source: {
    kind: 'command',
    argv: ['lvs', '--readonly', '--nohints', '--reportformat', 'json', '-o', 'lv_uuid,lv_autoactivation'],
    env,
  },
  limitSeconds: 20,
};

/** Who keeps LVM's commands waiting. Asks no disk: it tells why they hang when nothing else does. */
export const locks: CaptureEntry = {
  id: 'lvm.locks',
  step: 5,
  kind: 'state',
  source: { kind: 'locks', path: '/proc/locks' },
  redaction: 'locks',
  limitSeconds: 10,
  maxBytes: mebibyte,
};
