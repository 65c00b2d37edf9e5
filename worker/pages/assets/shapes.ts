/** The shapes of severities and states, drawn once: masks that take the colour of the text around them. */

const black = 'black';
const stroked = (path: string, more = '') => `<g fill="none" stroke="${black}" stroke-width="1.6"${more}>${path}</g>`;

const drawings: Readonly<Record<string, string>> = {
  critical: `<path d="M7 0l7 7-7 7-7-7z"/>`,
  warning: `<path d="M7 1l6.5 12H.5z"/>`,
  info: stroked('<circle cx="7" cy="7" r="5.5"/>'),
  unknown: `${stroked('<circle cx="7" cy="7" r="6"/>', ' stroke-dasharray="2.4 1.4"')}${stroked('<path d="M5.3 5.5a1.7 1.7 0 1 1 2.3 1.6c-.5.2-.6.5-.6 1.1M7 9.4v1.2"/>')}`,
  silent: stroked('<path d="M1 13L13 1M3 6h5M6 3v3M9 8l2 2"/>'),
  waiting: stroked('<circle cx="7" cy="7" r="5.5"/>', ' stroke-dasharray="1.5 2.5"'),
  ok: stroked('<path d="M2 7.5l3.2 3.2L12 3.8"/>'),
};

const asMask = (drawing: string): string =>
  `url("data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 14 14">${drawing}</svg>`)}")`;

export const shapes = `.shape{display:inline-block;width:14px;height:14px;flex:none;vertical-align:-2px;background:currentColor;mask:var(--shape) center/contain no-repeat;forced-color-adjust:none;print-color-adjust:exact}
${Object.entries(drawings)
  .map(([name, drawing]) => `.shape.${name}{--shape:${asMask(drawing)}}`)
  .join('\n')}
`;
