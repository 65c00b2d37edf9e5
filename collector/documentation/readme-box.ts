/** The box at the beginning of the README: what the collector does on a node, in numbers from the catalogue. */
import { catalogue } from '../captures/catalogue';
import { listCommands, listFiles } from './count-sources';

export const boxBegin = '<!-- made by npm run docs: begin -->';
export const boxEnd = '<!-- made by npm run docs: end -->';

export function renderBox(): string {
  const [files, commands] = [listFiles(catalogue).length, listCommands(catalogue).length];
  return `${boxBegin}
\`\`\`
Reads     ${files} files or kinds of file, and the output of ${commands} read-only commands, listed in
          docs/what-leaves-the-node.md. LVM's own reports (lvm, lvs) read labels from disks; nothing else touches one.
Sends     what \`sexton-collector collect\` prints, nothing else. No passwords, keys or cloud-init. Of notes and args
          only the words that look like a volume.
Changes   nothing. The timer can only read and send. Cleanup happens when you type it, item by item.
Listens   on no port. Talks to one host.
Stops     by itself after 90 seconds at most, also when storage hangs. A command stuck in the kernel is left alone,
          reported, and never started a second time.
Leaves    apt purge sexton-collector
\`\`\`
${boxEnd}`;
}

/** Undefined: the README has no box. */
export function replaceBox(readme: string): string | undefined {
  const [from, to] = [readme.indexOf(boxBegin), readme.indexOf(boxEnd)];
  return from < 0 || to < from ? undefined : readme.slice(0, from) + renderBox() + readme.slice(to + boxEnd.length);
}
