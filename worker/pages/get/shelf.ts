/** The files nodes and people fetch from here, by name. Public, the same for everybody, put into the bundle by the build. */

/** File name -> text, or bytes in base64. */
export type Downloads = Readonly<Record<string, string | { readonly base64: string }>>;

export type ShelfFile = {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Hexadecimal, as sha256sum prints it. */
  readonly sha256: string;
};

export type Shelf = {
  /** Every name there is, in the order people look for them. */
  readonly names: readonly string[];
  /** `sexton-collector_<version>_all.deb`; undefined where the source runs unbuilt. */
  readonly packageName: string | undefined;
  readonly find: (name: string) => Promise<ShelfFile | undefined>;
};

/** The package once more, under a name that does not change with the version. */
const newestPackage = 'sexton-collector.deb';

export function openShelf(downloads: Downloads): Shelf {
  const packageName = Object.keys(downloads).find((name) => /^sexton-collector_[^_]+_all\.deb$/.test(name));
  const sources = new Map(Object.entries(downloads));
  if (packageName !== undefined) sources.set(newestPackage, downloads[packageName] ?? '');
  // Decoded when first asked for: the start of the Worker pays nothing for them.
  const opened = new Map<string, Promise<ShelfFile>>();
  return {
    names: [...sources.keys()].sort(),
    packageName,
    find: async (name) => {
      const source = sources.get(name);
      if (source === undefined) return undefined;
      const file = opened.get(name) ?? openFile(name, source);
      opened.set(name, file);
      return file;
    },
  };
}

async function openFile(name: string, source: string | { readonly base64: string }): Promise<ShelfFile> {
  const bytes = Uint8Array.from(typeof source === 'string' ? Buffer.from(source, 'utf8') : Buffer.from(source.base64, 'base64'));
  return { name, bytes, sha256: Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex') };
}
