/** How much the catalogue reads: what the documentation says in numbers. */
import type { CaptureEntry, Source } from '../captures/entry';

/** Every file or kind of file, each once. */
export function listFiles(entries: readonly CaptureEntry[]): readonly string[] {
  return [...new Set(entries.flatMap(({ source }) => filesOf(source)))];
}

export function listCommands(entries: readonly CaptureEntry[]): readonly string[] {
  return [...new Set(entries.flatMap(({ source }) => (source.kind === 'command' ? [source.argv.join(' ')] : [])))];
}

export function filesOf(source: Source): readonly string[] {
  switch (source.kind) {
    case 'command':
      return [];
    case 'files':
      return source.patterns;
    case 'processes':
      return ['/proc/*/stat'];
    case 'locks':
      return [source.path, '/proc/sysvipc/sem', '/proc/*/stat', '/proc/uptime', '/proc/stat'];
    case 'file':
    case 'link':
      return [source.path];
  }
}
