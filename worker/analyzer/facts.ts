/**
 * Facts: what the parsers made of one node's captures, joined as far as one node alone allows. Plain JSON, stored in
 * D1 (`node_states.facts`) and analysed again from there, so every change of shape raises `factsVersion`.
 */
import type { Evidence } from './evidence';

export const factsVersion = 2;

/** One device-mapper entry that both readings agree on (same uuid, name and major:minor), or that only one shows. */
export type Mapping = {
  readonly name: string;
  /** Empty for maps made by hand. */
  readonly uuid: string;
  readonly major: number;
  readonly minor: number;
  readonly open: number;
  readonly suspended: boolean;
  /** Suspended in both readings: not the moment a command needs. */
  readonly staysSuspended?: true;
  /** Open in both readings: no look that passed by. */
  readonly staysOpen?: true;
  /** `Live`, `Live,Inactive`, `None` … */
  readonly tables: string;
  /** `major:minor` of the devices its table uses. */
  readonly uses: readonly string[];
  /** Names of mappings on top of it. */
  readonly holders: readonly string[];
  /** In both readings, the same? A mapping that came, went or changed in between is never judged. */
  readonly agreed: boolean;
  /** 1-based line in capture `dm.info.2` (`dm.info.1` when only there). */
  readonly line: number;
  /** Its live table, read between the two readings; absent: not read, or not this mapping's. */
  readonly table?: MappingTable;
};

/** What a live table says, joined to LVM's metadata of the same check-in. A healthy one costs less than 80 bytes: there are thousands. */
export type MappingTable = {
  /** Distinct target types in order of appearance: `linear`, `striped`, `thin`, `error` …; `?`: one could not be read. At most 8. */
  readonly targets: readonly string[];
  /** Length in 512-byte sectors. */
  readonly sectors: number;
  /** Against the segments of the volume it belongs to; absent: no LVM mapping, or its volume is not in the metadata. */
  readonly against?: TableComparison;
  /** Volumes that own the sectors it maps today, when those are not its own: where a write through it lands. The largest 8. */
  readonly landsIn?: readonly Landing[];
  /** Names of other mappings of LVM's own volumes (no layers) whose linear parts share sectors of one device with it. At most 8. */
  readonly overlaps?: readonly string[];
};

/**
 * `same`: linear, striped and thin tables that are what the metadata says. `grown`: what is mapped is an exact prefix of what
 * the metadata says now. `shrunk`: the metadata is an exact prefix of what is mapped. `moved`: anything else.
 * `not_compared`: a kind of table nobody compares (raid, cache, crypt, a pool, a merge …), `why` names it.
 * `unknown`: it should be comparable, and this capture says something about it that does not fit together.
 */
export type TableComparison =
  | { readonly verdict: 'same' }
  | { readonly verdict: 'grown' | 'shrunk' | 'moved'; readonly volumeSectors: number }
  | { readonly verdict: 'not_compared'; readonly why: string }
  | { readonly verdict: 'unknown'; readonly capture: 'dm.table' | 'lvm.report' };

export type Landing = { readonly group: string; readonly volume: string; readonly sectors: number };

/** How a thin pool says it is, without its counters. @see kernel admin-guide/device-mapper/thin-provisioning */
export type ThinPool = {
  /** Name of its mapping (`pve-data-tpool`, or `pve-data`). */
  readonly name: string;
  /** `rw`, `ro`, `out_of_data_space`, `fail`, or `error` where the kernel says nothing else. */
  readonly mode: string;
  readonly needsCheck: boolean;
  /** A full pool lets writers wait, for ever or for a minute; false: it gives them errors. */
  readonly waitsWhenFull: boolean;
  /** Percent: the highest mark its data and metadata have reached (80, 90, 95 and 70, 85, 95), 0 below; null: the kernel does not say. */
  readonly dataAbove: number | null;
  readonly metaAbove: number | null;
  readonly line: number;
};

export type LogicalVolume = {
  readonly name: string;
  /** 32 characters, without hyphens, as in the device-mapper uuid. */
  readonly uuid: string;
  readonly attr: string;
  readonly sectors: number;
  /** Name of its thin pool, cache pool or vdo pool. */
  readonly pool: string;
  readonly origin: string;
  /** `lv_layout`: `linear`, `thin,sparse`, `raid,raid1` … */
  readonly layout: string;
  /** Activated by itself at boot or when its group appears; absent: LVM there does not know the column. */
  readonly autoactivation?: boolean;
  readonly tags: readonly string[];
  /** As LVM prints it, e.g. `2026-11-21 02:40:38 +0000`. */
  readonly made: string;
  readonly host: string;
  /** 1-based line in capture `lvm.report`. */
  readonly line: number;
};

export type VolumeGroup = {
  readonly name: string;
  readonly uuid: string;
  readonly seqno: number;
  /** Sectors of an extent; extents of all its physical volumes, and free ones. */
  readonly extentSectors: number;
  readonly extents: number;
  readonly freeExtents: number;
  /** Why the group was not seen whole; absent when it was (missing PV, partial, exported, locked, foreign, LVM said something about it). */
  readonly notWhole?: string;
  /** `major:minor` of its physical volumes. */
  readonly devices: readonly string[];
  readonly volumes: readonly LogicalVolume[];
  readonly line: number;
};

export type RunningTask = { readonly type: string; readonly id: string };

export type NodeFacts = {
  /** For people; ownership goes by the name in .members only. */
  readonly node: string;
  readonly bootId: string;
  /** What .members says. `cluster` null: a standalone node, its own only member. */
  readonly membership: Evidence<{
    readonly node: string;
    readonly cluster: string | null;
    readonly quorate: boolean;
    readonly members: readonly string[];
  }>;
  readonly mappings: Evidence<readonly Mapping[]>;
  /** Known: live tables were read. A mapping without one then came, went or changed meanwhile. */
  readonly tables: Evidence<true>;
  readonly groups: Evidence<readonly VolumeGroup[]>;
  /** Highest vg_seqno known for a group (uuid) when this snapshot was received; lower metadata is old metadata. */
  readonly knownSeqno: Readonly<Record<string, number>>;
  /** Tasks of either reading; guests whose .vmlist entry changed in between. */
  readonly tasks: Evidence<readonly RunningTask[]>;
  readonly movedGuests: Evidence<readonly number[]>;
  /** Volume names and paths this node's own files name (fstab, crypttab, LIO …): they count as references. */
  readonly mentions: Evidence<readonly string[]>;
  /** VMID -> status, from qm list and pct list. */
  readonly running: Evidence<Readonly<Record<string, string>>>;
  /** VMID -> seconds its QEMU or container had run when the device mapper was read first; guests without a process are not in it. */
  readonly runningFor: Evidence<Readonly<Record<string, number>>>;
  /** `major:minor` of devices that mappings use and the kernel does not have any more. */
  readonly goneDevices: Evidence<readonly string[]>;
  readonly thinPools: Evidence<readonly ThinPool[]>;
  /** Tasks of this node that failed in the last days, newest first, at most 50. */
  readonly failedTasks: Evidence<readonly FailedTask[]>;
  /** Udev cookies of LVM and dmsetup commands that have waited for udev for more than a minute, or died waiting. */
  readonly cookies: Evidence<number>;
  /** Locks of LVM that have been held or awaited for more than a minute: `V_san1vg`. */
  readonly lvmLocks: Evidence<readonly LvmLock[]>;
  readonly pve: { readonly manager: string; readonly kernel: string };
};

/** `endedAt`: Unix seconds. `says`: last line of the error as PVE's task index keeps it, cut at 200 characters. */
export type FailedTask = { readonly type: string; readonly id: string; readonly endedAt: number; readonly says: string };

/** `pid` 0 and no command: somebody waits. `command`: of LVM, e.g. `vgs`; empty: another one's. */
export type LvmLock = {
  readonly lock: string;
  readonly pid: number;
  readonly isWaiting: boolean;
  readonly command: string;
  readonly line: number;
};

export type StorageEntry = {
  readonly id: string;
  readonly type: string;
  readonly vgname: string;
  readonly thinpool: string;
  readonly nodes: readonly string[];
  readonly shared: boolean;
  readonly disabled: boolean;
  readonly taggedOnly: boolean;
};

/** A volume a guest's configuration names: `storage:volume`, or an absolute path below /dev. */
export type Reference = { readonly section: string; readonly key: string; readonly volume: string };

export type Guest = {
  readonly vmid: number;
  readonly node: string;
  readonly type: 'qemu' | 'lxc';
  readonly name: string;
  readonly template: boolean;
  readonly lock: string;
  /** Sections of snapshots that are half made or half deleted (`snapstate`); absent: none. */
  readonly unfinished?: readonly string[];
  readonly references: readonly Reference[];
};

/** /etc/pve as one member saw it: the same on every quorate member, therefore stored once per content. */
export type ClusterView = {
  /** The member that saw it had quorum: otherwise it may be old. */
  readonly quorate: boolean;
  readonly storages: Evidence<readonly StorageEntry[]>;
  readonly guests: Evidence<readonly Guest[]>;
  /** VMID -> node, from .vmlist. */
  readonly homes: Evidence<Readonly<Record<string, string>>>;
  /** Volume names and paths found where PVE itself does not look (args, lxc.*, notes …): they count as references. */
  readonly mentions: Evidence<readonly string[]>;
  /** Guests HA is moving: VMID -> state. */
  readonly ha: Evidence<Readonly<Record<string, string>>>;
  readonly nextId: { readonly lower: number; readonly upper: number };
};
