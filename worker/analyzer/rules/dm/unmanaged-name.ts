/**
 * A mapping made by hand (no uuid) under a guest volume's name: the real volume cannot be activated beside it. A test
 * with `dmsetup create` leaves one; so does an admin's rescue map. Never removed by a script: it may be somebody's work.
 */
import type { NodeInputs } from '../../node-inputs';
import { guestOfVolume, spellsGuestVolume } from '../../parse/volume-name';
import { type Detection, defineRule } from '../../rule';
import { mappingEvidence } from './mapping-evidence';

type Detail = { readonly name: string; readonly volume: string; readonly number: string; readonly isOpen: boolean };

export const unmanagedName = defineRule<NodeInputs>()({
  id: 'dm.unmanaged-name',
  title: 'A mapping made by hand has the name of a disk',
  brief: 'mapping made by hand',
  severity: 'warning',
  needs: ['mappings'],
  detect({ mappings }): Detection<Detail> {
    const suspects = mappings.filter(({ mapping }) => mapping.uuid === '' && spellsGuestVolume(mapping.name));
    const judged = suspects.filter(({ mapping }) => mapping.agreed);
    return {
      applies: mappings.length > 0,
      notChecked: suspects
        .filter(({ mapping }) => !mapping.agreed)
        .map(({ mapping }) => ({ subject: mapping.name, name: mapping.name, why: { reason: 'changed_during_capture' } })),
      found: judged.map(({ mapping, name }) => {
        const volume = name.lv === '' ? name.vg : name.lv;
        const guest = guestOfVolume(volume.slice(Math.max(0, volume.search(/(?:vm|base)-[1-9]/))));
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
      `Somebody made it by hand: a test, or a rescue that may still be needed. Look first: dmsetup info ${selector(detail)}, dmsetup table ${selector(detail)}. ` +
      `If nobody needs it: dmsetup remove ${selector(detail)}. No script is offered.`,
    commands: [],
  }),
  remedy: () => undefined,
});

/** Names are hostile text: one that is not plain is never printed as something to type. */
function selector({ name, number }: Detail): string {
  const [major, minor] = number.split(':');
  return /^[A-Za-z0-9][A-Za-z0-9+.=@_-]*$/.test(name) ? name : `-j ${major} -m ${minor}`;
}
