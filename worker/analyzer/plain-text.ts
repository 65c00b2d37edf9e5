/** What may stand in a command that a person copies: plain characters only, everything else is "by hand". */

/** A name or uuid that needs no quoting in any shell and is no option. */
export function isPlainToken(text: string): boolean {
  return text.length <= 256 && /^[A-Za-z0-9+_.][A-Za-z0-9+_.@=-]*$/.test(text);
}

/** How to name a mapping to dmsetup: by name, or by numbers when the name must not be typed. */
export function dmSelector(name: string, number: string): string {
  if (isPlainToken(name)) return name;
  const [major = '', minor = ''] = number.split(':');
  return `-j ${major} -m ${minor}`;
}

/** A command with a name in it, or without it when the name must not be typed. */
export function commandWith(command: string, name: string): string {
  return isPlainToken(name) ? `${command} ${name}` : command;
}
