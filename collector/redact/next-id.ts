/** The one line of datacenter.cfg that says which guest numbers are given out next. */
export function redactNextId(text: string): string {
  const line = text.split('\n').find((one) => /^next-id:\s*[a-z0-9=, ]{1,100}$/.test(one));
  return line === undefined ? '' : `${line}\n`;
}
