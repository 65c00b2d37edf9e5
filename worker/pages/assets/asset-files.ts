/** The files pages need, under names that carry their content's hash: a browser may keep them for a year. */
import { stylesheet } from './stylesheet';

const lantern = 'M9 1v2M5 7l1-4h6l1 4M5 7h8v8H5zM4 17h10M9 9v4';
const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 18 18" fill="none" stroke="#0B6470" stroke-width="1.6"><path d="${lantern}"/></svg>`;

/** FNV-1a, 32 bits: names a version of our own text, guards nothing. Cheap enough for the start of a module. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

export const lanternPath = lantern;
export const stylesheetName = `ui-${fingerprint(stylesheet)}.css`;
export const faviconName = `lantern-${fingerprint(favicon)}.svg`;

const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
  [stylesheetName]: ['text/css; charset=utf-8', stylesheet],
  [faviconName]: ['image/svg+xml', favicon],
};

export function assetResponse(name: string): Response | undefined {
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  if (file === undefined) return undefined;
  return new Response(file[1], { headers: { 'content-type': file[0], 'cache-control': 'public, max-age=31536000, immutable' } });
}
