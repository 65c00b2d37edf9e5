/** Keeps the first bytes of a stream, and of a cut text only whole characters. */

export type Kept = {
  readonly add: (chunk: Buffer) => void;
  readonly bytes: (isWhole: boolean) => Buffer;
  /** How many bytes were kept, when there were more. */
  readonly cutAt: () => number | undefined;
};

export function keepStart(maxBytes: number, onFull: () => void): Kept {
  const chunks: Buffer[] = [];
  let kept = 0;
  let isCut = false;
  const bytes = (isWhole: boolean) => {
    const all = Buffer.concat(chunks);
    return isWhole && !isCut ? all : trimCharacter(all);
  };
  return {
    add: (chunk) => {
      const room = maxBytes - kept;
      if (room > 0) chunks.push(chunk.length > room ? chunk.slice(0, room) : chunk);
      kept += Math.min(room, chunk.length);
      if (chunk.length > room && !isCut) {
        isCut = true;
        onFull();
      }
    },
    bytes,
    cutAt: () => (isCut ? bytes(false).length : undefined),
  };
}

/** Drops an incomplete UTF-8 character at the end; text that ends well, and what is no UTF-8 anyway, stays as it is. */
export function trimCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue; // continuation byte: its start lies further back
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? bytes.slice(0, bytes.length - back) : bytes;
  }
  return bytes;
}
