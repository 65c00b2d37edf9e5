const key = 'next-id:';

/** The one line of datacenter.cfg that says which guest numbers are given out next. */
export function redactNextId(text: string): string {
  for (const line of text.split('\n')) {
    if (!line.startsWith(key)) continue;
    const value = line.slice(key.length).trim();
    if (/^(?:(?:lower|upper)=\d{1,10}(?:, ?|$)){1,2}$/.test(value)) return `${key} ${value}\n`;
  }
  return '';
}
