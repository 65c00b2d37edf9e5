/** `/etc/pve/nodes/*` + `/{qemu-server,lxc}/*.conf` to the paths that are there, sorted. Knows `*` and `{a,b}`, nothing else. */
import { readdirSync } from 'node:fs';
import { errnoOf } from '../errno';

export type Expanded = {
  readonly paths: readonly string[] /** Directories that are there and could not be listed. */;
  readonly failures: readonly { path: string; reason: string }[];
};

export function expandPattern(root: string, pattern: string): Expanded {
  const failures: { path: string; reason: string }[] = [];
  const expand = (base: string, [segment, ...rest]: readonly string[]): readonly string[] => {
    if (segment === undefined) return [base];
    return namesIn(base, segment).flatMap((name) => expand(`${base}/${name}`, rest));
  };
  const namesIn = (base: string, segment: string): readonly string[] => {
    const alternatives = /^\{(.*)\}$/.exec(segment)?.[1];
    if (alternatives !== undefined) return alternatives.split(',');
    const star = segment.indexOf('*');
    if (star < 0) return [segment];
    const [head, tail] = [segment.slice(0, star), segment.slice(star + 1)];
    try {
      return readdirSync(root + base).filter((name) => name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail));
    } catch (error) {
      const reason = errnoOf(error);
      if (reason !== 'ENOENT' && reason !== 'ENOTDIR') failures.push({ path: base, reason });
      return [];
    }
  };
  const paths = expand(
    '',
    pattern.split('/').filter((segment) => segment !== ''),
  );
  return { paths: [...paths].sort(), failures };
}
