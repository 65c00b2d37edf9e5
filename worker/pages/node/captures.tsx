/** What the newest check-in held: command or file, how it went, size, time. The raw text stays in the raw store. */
import { visibleText } from '../../text/visible';

export type CaptureLine = { readonly id: string; readonly status: string; readonly bytes: number; readonly ms: number };

const statusWords: Readonly<Record<string, string>> = {
  ok: 'read',
  failed: 'failed',
  timeout: 'timed out',
  stuck: 'stuck in the kernel, left alone',
  skipped: 'skipped on purpose',
  absent: 'not there',
  unreadable: 'could not be read',
};

/** Reads only what was stored with the state; an older shape shows no list rather than a wrong one. */
export function readCaptures(json: string): readonly CaptureLine[] {
  const stored: unknown = JSON.parse(json);
  if (typeof stored !== 'object' || stored === null) return [];
  return Object.entries(stored as Record<string, Partial<CaptureLine>>).map(([id, { status = '', bytes = 0, ms = 0 }]) => ({
    id,
    status,
    bytes,
    ms,
  }));
}

const sizeText = (bytes: number): string =>
  bytes < 1000 ? `${bytes} B` : bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

export function Captures({ lines }: { lines: readonly CaptureLine[] }) {
  return (
    <div class="card">
      <table>
        <thead>
          <tr>
            <th scope="col">What was read</th>
            <th scope="col">How it went</th>
            <th scope="col" class="number-column">
              Size
            </th>
            <th scope="col" class="number-column wide">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ id, status, bytes, ms }) => (
            <tr>
              <th scope="row">{visibleText(id)}</th>
              <td class={status === 'ok' ? 'soft' : 'unknown'}>{statusWords[status] ?? visibleText(status)}</td>
              <td class="number-column soft nowrap">{sizeText(bytes)}</td>
              <td class="number-column wide soft nowrap">{`${Math.round(ms)} ms`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
