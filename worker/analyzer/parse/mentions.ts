/** Volume names and paths in files of this node outside /etc/pve (fstab, crypttab, LIO, DRBD, libvirt). */
import { type Evidence, known, unknown } from '../evidence';
import { type Captures, fileContent } from './captured';

export function parseMentions(captures: Captures): Evidence<readonly string[]> {
  const id = 'host.mentions';
  const capture = captures.get(id);
  if (capture === undefined) return unknown({ reason: 'not_captured', capture: id });
  if (capture.status === 'absent') return known([]);
  if (capture.files === undefined) return unknown({ reason: 'unreadable', capture: id, says: capture.reason ?? capture.status });
  const words = new Set<string>();
  for (const file of capture.files) {
    if (file.status === 'absent') continue;
    const content = fileContent(file, id);
    if (content.status === 'unknown') return content;
    for (const word of content.value.split(/\s+/)) if (word !== '') words.add(word);
  }
  return known([...words].sort());
}
