/**
 * A volume lies on one path of a multipath map that exists beside it: LVM sees the LUN twice, and the volume has no second
 * path. What uses the path is the live data: nothing is ever removed.
 * @see lvmconfig devices/multipath_component_detection; "PVs appear on duplicate devices" tried on a kernel
 */
import type { Mapping } from '../../facts';
import type { JudgedMapping } from '../../node/judged-mapping';
import type { NodeInputs } from '../../node/node-inputs';
import { diskOfDevice, sayDevice } from '../../parse/scsi-disk';
import { guestOfVolume } from '../../parse/volume-name';
import { isPlainToken } from '../../plain-text';
import { type Detection, defineRule } from '../../rule';
import { listNames } from '../../words';
import { mappingEvidence } from '../dm/mapping-evidence';

type Detail = {
  /** The multipath map, its WWID as its uuid has it, and its number. */
  readonly name: string;
  readonly wwid: string;
  readonly number: string;
  /** Paths volumes lie on directly, by number and, where that says it, by name: `/dev/sdc (8:32)`. */
  readonly paths: readonly string[];
  /** Groups of those volumes, by the name their mappings have. */
  readonly groups: readonly string[];
};

export const multipathBypass = defineRule<NodeInputs>()({
  id: 'storage.multipath-bypass',
  title: 'One LUN is seen twice',
  brief: 'volume beside its multipath map',
  severity: 'critical',
  counts: 'duplicate',
  word: 'seen twice',
  doesNotApply: 'No multipath map on this node.',
  reference: {
    what: 'A volume lies on one path of a multipath map that exists beside it, so LVM sees the LUN twice.',
    why: 'LVM refuses every start and every new disk of that group on this node, and what runs has one path only.',
    how: 'A table of an LVM mapping uses a device that a multipath map uses too.',
    evidence: ['dm.info.1', 'dm.info.2'],
    guards: ['Volumes on the multipath map itself use that map, not its paths.'],
    remedy: 'None: the volumes on the single path are the live ones. How the path comes under multipath is said.',
    sources: [
      'lvmconfig devices/multipath_component_detection',
      'multipath(8), multipathd(8)',
      'Our own run on a kernel: "PVs appear on duplicate devices"',
    ],
  },
  needs: ['mappings', 'tree'],
  detect({ mappings, tree }): Detection<Detail> {
    const mapOf = indexPaths(tree.mappings);
    const hits = new Map<Mapping, { readonly devices: Set<string>; readonly volumes: JudgedMapping[] }>();
    for (const judged of mapOf.size === 0 ? [] : mappings) {
      if (judged.lvm === undefined || !judged.mapping.agreed) continue;
      for (const device of judged.mapping.uses) {
        const map = mapOf.get(device) ?? mapOf.get(diskOfDevice(device) ?? '');
        if (map === undefined) continue;
        const hit = hits.get(map) ?? { devices: new Set(), volumes: [] };
        hits.set(map, hit);
        hit.devices.add(device);
        hit.volumes.push(judged);
      }
    }
    return {
      applies: tree.mappings.some(isMultipath),
      notChecked: [],
      found: [...hits].map(([map, { devices, volumes }]) => ({
        subject: map.uuid,
        guests: guestsOf(volumes),
        evidence: mappingEvidence(map.line).concat(mappingEvidence(volumes[0]?.mapping.line ?? 0)),
        detail: {
          name: map.name,
          wwid: map.uuid.slice('mpath-'.length),
          number: `${map.major}:${map.minor}`,
          paths: [...devices].sort().slice(0, 8).map(sayDevice),
          groups: [...new Set(volumes.map(({ name }) => name.vg.slice(0, 128)))].sort().slice(0, 8),
        },
      })),
    };
  },
  explain: ({ name, wwid, number, paths, groups }, { node }) => {
    const group = groups[0] ?? 'this group';
    return {
      sentence: `${listNames(groups)}'s disk is reached through ${listNames(paths)} beside its multipath map ${name}.`,
      breaks: `Every start and every new disk on ${listNames(groups)}, on ${node}, as long as LVM sees the disk twice. What runs goes on, but on one path: its loss stops it.`,
      messages: [
        `can't activate LV '/dev/${group}/…':   Cannot activate LVs in VG ${group} while PVs appear on duplicate devices.`,
        `lvcreate '${group}/…' error:   Cannot update volume group ${group} with duplicate PV devices.`,
      ],
      because: `The tables of volumes of ${listNames(groups)} use ${listNames(paths)}, and so does ${name} (${number}), the multipath map of that LUN.`,
      todo:
        `Nothing is to be removed: the volumes on the single path are the live ones. Bring the path under multipath (multipath -a WWID, then multipathd reconfigure)${isPlainToken(wwid) ? `, WWID ${wwid},` : ''} ` +
        'or keep LVM away from it with global_filter in lvm.conf; volumes that are active move to the map once they are deactivated and activated again, guest by guest. No script is offered.',
      commands: [],
    };
  },
  remedy: () => undefined,
});

const isMultipath = ({ uuid }: Mapping) => uuid.startsWith('mpath-');

/** Device number of a path -> its map. */
function indexPaths(mappings: readonly Mapping[]): ReadonlyMap<string, Mapping> {
  const maps = mappings.filter((mapping) => isMultipath(mapping) && mapping.agreed);
  return new Map(maps.flatMap((map) => map.uses.map((device) => [device, map])));
}

function guestsOf(volumes: readonly JudgedMapping[]): readonly number[] {
  const numbers = volumes.flatMap(({ name }) => guestOfVolume(name.lv) ?? []);
  return [...new Set(numbers)].sort((a, b) => a - b).slice(0, 50);
}
