/**
 * A mapping made by hand (no uuid) under a guest volume's name: the real volume cannot be activated beside it. A test
 * with `dmsetup create` leaves one; so does an admin's rescue map. Never removed by a script: it may be somebody's work.
 */
import type { NodeInputs } from '../../node/node-inputs';
import { guestOfVolume, guestVolumeIn } from '../../parse/volume-name';
import { dmSelector } from '../../plain-text';
import { type Detection, defineRule } from '../../rule';
import { mappingEvidence } from './mapping-evidence';

type Detail = { readonly name: string; readonly volume: string; readonly number: string; readonly isOpen: boolean };

export const unmanagedName = defineRule<NodeInputs>()({
  id: 'dm.unmanaged-name',
  title: 'A mapping made by hand has the name of a disk',
  brief: 'mapping made by hand',
  severity: 'warning',
  counts: 'tombstone',
  word: 'by hand',
  doesNotApply: 'No mapping on this node.',
  reference: {
    what: 'A mapping that LVM did not make has the name of a guest’s disk.',
    why: 'The real disk of that name cannot be activated or made beside it: "Device or resource busy".',
    how: 'Its UUID is empty, and its name is a guest volume’s, as it stands or decoded as the device mapper spells it.',
    evidence: ['dm.info.1', 'dm.info.2'],
    guards: [
      'Mappings of multipath, dm-crypt and others have a UUID of their own: never looked at.',
      'A mapping that came or went between the two readings: not checked.',
    ],
    remedy: 'None: it may be somebody’s rescue of a disk. What to look at is said.',
    sources: ['Our own run on a kernel: dmsetup create of the name, then lvchange -ay fails with EBUSY'],
  },
  needs: ['mappings'],
  detect({ mappings }): Detection<Detail> {
    const suspects = mappings.filter(({ mapping }) => mapping.uuid === '' && guestVolumeIn(mapping.name) !== undefined);
    const judged = suspects.filter(({ mapping }) => mapping.agreed);
    return {
      applies: mappings.length > 0,
      notChecked: suspects
        .filter(({ mapping }) => !mapping.agreed)
        .map(({ mapping }) => ({ subject: mapping.name, name: mapping.name, why: { reason: 'changed_during_capture' } })),
      found: judged.map(({ mapping }) => {
        const volume = guestVolumeIn(mapping.name) ?? '';
        const guest = guestOfVolume(volume);
        return {
          subject: mapping.name,
          guests: guest === undefined ? [] : [guest],
          evidence: mappingEvidence(mapping.line),
          detail: { name: mapping.name, volume, number: `${mapping.major}:${mapping.minor}`, isOpen: mapping.open > 0 },
        };
      }),
    };
  },
  explain: (detail, { node }) => ({
    sentence: `On ${node} a mapping without UUID is called ${detail.name}: LVM did not make it.`,
    breaks: `While it is there, a volume that needs this name cannot be made or activated on ${node}.`,
    messages: [`device-mapper: create ioctl on ${detail.name} LVM-… failed: Device or resource busy`],
    because: `LVM gives every mapping a UUID that begins with LVM-; this one (${detail.number}) has none. ${detail.isOpen ? 'It is open.' : 'Nothing has it open.'}`,
    todo:
      `Somebody made it by hand: a test, or a rescue that may still be needed. Look first: dmsetup info ${dmSelector(detail.name, detail.number)}, dmsetup table ${dmSelector(detail.name, detail.number)}. ` +
      `If nobody needs it: dmsetup remove ${dmSelector(detail.name, detail.number)}. No script is offered.`,
    commands: [],
  }),
  remedy: () => undefined,
});
