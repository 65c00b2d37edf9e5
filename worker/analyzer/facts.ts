/**
 * Facts: what the parsers made of one node's captures, joined as far as one node alone allows. Plain JSON, stored in
 * D1 (`node_states.facts`) and analysed again from there, so every change of shape raises `factsVersion`.
 */
import type { Evidence } from './evidence';

export const factsVersion = 1;

/** One device-mapper entry that both readings agree on (same uuid, name and major:minor), or that only one shows. */
export type Mapping = {
  readonly name: string;
  /** Empty for maps made by hand. */
  readonly uuid: string;
  readonly major: number;
  readonly minor: number;
  readonly open: number;
  readonly suspended: boolean;
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
};

export type LogicalVolume = {
  readonly name: string;
  /** 32 characters, without hyphens, as in the device-mapper uuid. */
  readonly uuid: string;
  readonly attr: string;
  readonly sectors: number;
  readonly pool: string;
  readonly origin: string;
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
  readonly pve: { readonly manager: string; readonly kernel: string };
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
