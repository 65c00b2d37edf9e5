/** Whose blocks a mapping leads to today: for the detail of a finding, and in words. */
import type { Landing, Mapping } from '../../facts';
import { sizeInWords } from './unused-words';

export type BlastRadius = {
  /** Volumes that own sectors it maps, the largest first, at most 8. */
  readonly landsIn: readonly Landing[];
  /** Other mappings on the same sectors, at most 4. */
  readonly sharesWith: readonly string[];
};

/** Without either, nothing: what was stored before there were tables stays as it is. */
export function blastRadiusOf({ table }: Mapping): Partial<BlastRadius> {
  const { landsIn = [], overlaps = [] } = table ?? {};
  return {
    ...(landsIn.length === 0 ? {} : { landsIn: landsIn.slice(0, 8) }),
    ...(overlaps.length === 0 ? {} : { sharesWith: overlaps.slice(0, 4) }),
  };
}

/** `12 GiB of them now belong to vm-140-disk-1, 4 GiB to other/vm-2-disk-0`; empty when they are nobody's or not known. */
export function sayLandings(landsIn: readonly Landing[] | undefined, group: string): string {
  const parts = (landsIn ?? []).map(({ group: owner, volume, sectors }) => ({
    size: sizeInWords(sectors),
    name: owner === group ? volume : `${owner}/${volume}`,
  }));
  const [first, ...more] = parts;
  if (first === undefined) return '';
  return [`${first.size} of them now belong to ${first.name}`, ...more.map(({ size, name }) => `${size} to ${name}`)].join(', ');
}

export function saySharing(sharesWith: readonly string[] | undefined): string {
  return sharesWith === undefined || sharesWith.length === 0
    ? ''
    : ` ${sharesWith.join(', ')} ${sharesWith.length === 1 ? 'maps' : 'map'} blocks of it as well.`;
}
