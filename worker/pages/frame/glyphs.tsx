/** Severity and state as shape and colour, always with a word beside or behind it. The shapes are in the stylesheet. */
import type { Severity } from '../../analyzer';

export type Mark = Severity | 'not-checked' | 'silent' | 'waiting' | 'clean';

export const markWords: Readonly<Record<Mark, string>> = {
  critical: 'Critical',
  warning: 'Warning',
  info: 'Info',
  'not-checked': 'Not checked',
  silent: 'Silent',
  waiting: 'Waiting for first check-in',
  clean: 'In order',
};

/** Class of the stylesheet that colours a mark and gives it its shape. */
export const markClass: Readonly<Record<Mark, string>> = {
  critical: 'critical',
  warning: 'warning',
  info: 'info',
  'not-checked': 'unknown',
  silent: 'silent',
  waiting: 'waiting',
  clean: 'ok',
};

/** The shape alone, its word for those who do not see it; `mute` where the word stands beside it anyway. */
export function Glyph({ mark, mute = false }: { mark: Mark; mute?: boolean }) {
  return mute ? (
    <i class={`shape ${markClass[mark]}`} aria-hidden="true" />
  ) : (
    <i class={`shape ${markClass[mark]}`} role="img" aria-label={markWords[mark]} />
  );
}

/** Shape and word. */
export function Sign({ mark }: { mark: Mark }) {
  return (
    <span class={`sev ${markClass[mark]}`}>
      <Glyph mark={mark} mute />
      {markWords[mark]}
    </span>
  );
}
