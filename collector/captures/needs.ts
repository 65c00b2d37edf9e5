/**
 * What the needs of entries mean, as plain data: the collector and every other program made from the catalogue look at the
 * same things. Whatever looks wrong is looked at again before it counts, for most of it lasts an instant.
 */

/** Suspended mappings stand in the first, multipath maps without a working path in the second. */
export const storageLooks = { mappings: 'dm.info.1', multipath: 'dm.multipath' } as const;

/** Between two looks at the device mapper: a volume that is snapshotted is suspended for a moment. */
export const lookAgainSeconds = 2;

/** A task that has not run once in this time hangs: the kernel does not say since when it waits, so it is watched that long. */
export const unmovedSeconds = { 'healthy-storage': 10, 'no-blocked-qemu': 5 } as const;

/** Processes of virtual machines, by the beginning of what they call themselves. */
export const qemuNames: readonly string[] = ['kvm', 'qemu-system'];

/**
 * Functions of the kernel in which a task waits for a disk or a file server, by the beginning of their names. Tasks that
 * wait elsewhere, such as threads of a driver that always sleep so, say nothing about storage.
 */
export const storageWaits: readonly string[] = [
  ...[
    'io_schedule',
    'exit_aio',
    'blk_',
    'bio_',
    'submit_bio',
    'bit_wait_io',
    'wait_on_page',
    'folio_wait',
    'wait_on_buffer',
    '__wait_on_buffer',
    'sync_',
  ],
  ...[
    'blkdev_',
    '__blkdev_',
    'bdev_',
    'bd_',
    'dio_',
    'do_blockdev_direct_IO',
    'iomap_',
    'block_',
    '__bread',
    'dm_',
    '__dm_',
    'do_resume',
    'md_',
    'raid',
  ],
  ...[
    'scsi_',
    'sd_',
    'jbd2_',
    'ext4_',
    'xfs_',
    'xlog_',
    'btrfs_',
    'zio_',
    'txg_',
    'nfs',
    'rpc_',
    'cifs_',
    'smb2_',
    'ceph_',
    'rbd_',
    'balance_dirty_pages',
  ],
];
