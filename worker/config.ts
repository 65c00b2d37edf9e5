/**
 * Environment -> Config, once per isolate; nothing else reads the environment. Every key of the installation is derived
 * from SEXTON_SECRET (HKDF-SHA256, one label each), so that there is one secret to write down.
 */
import { version } from '../package.json';
import { err, ok, type Result } from './result';
import { importSigningKey, type SigningIdentity, wrapSeed } from './signing-key';

export type KeyLabel = 'session' | 'unsubscribe' | 'channel-encryption' | 'signing';

export type Config = {
  readonly version: string;
  /** Origin of this installation, without a path. Undefined: the origin of each request stands in. */
  readonly publicUrl: string | undefined;
  readonly ownerEmail: string | undefined;
  readonly signingKey: CryptoKey;
  /** `ssh-ed25519 AAAA… sexton` */
  readonly signingPublicKey: string;
  /** `SHA256:…` as ssh-keygen -l prints it. */
  readonly signingFingerprint: string;
  /** 32 bytes for one purpose. */
  readonly deriveKey: (label: KeyLabel) => Promise<Uint8Array<ArrayBuffer>>;
};

/** Vars and secrets by name; the bindings are not its business. */
export type ConfigSource = {
  readonly PUBLIC_URL?: string;
  readonly OWNER_EMAIL?: string;
  readonly SEXTON_SECRET?: string;
  readonly SIGNING_KEY?: string;
};

/** What is wrong with the configuration and what to do about it: one sentence for the operator's log and page. */
export type ConfigError = string;

export async function readConfig(source: ConfigSource): Promise<Result<Config, ConfigError>> {
  const publicUrl = readOrigin(source.PUBLIC_URL);
  if (!publicUrl.ok) return publicUrl;
  if (source.SEXTON_SECRET === undefined || source.SEXTON_SECRET === '') {
    return err('SEXTON_SECRET is not set. Make one with "npm run keys -- --new" and store it with "npx wrangler secret put SEXTON_SECRET".');
  }
  const secret = decodeBase64(source.SEXTON_SECRET);
  if (secret === undefined || secret.length < 32) {
    return err('SEXTON_SECRET must be at least 32 random bytes in base64. "npm run keys -- --new" makes one.');
  }
  const deriveKey = await keyDeriver(secret);
  const signing = await readSigningKey(source.SIGNING_KEY, deriveKey);
  if (!signing.ok) return signing;
  return ok({
    version,
    publicUrl: publicUrl.value,
    ownerEmail: source.OWNER_EMAIL?.trim().toLowerCase() || undefined,
    signingKey: signing.value.privateKey,
    signingPublicKey: signing.value.publicKeyLine,
    signingFingerprint: signing.value.fingerprint,
    deriveKey,
  });
}

function readOrigin(text: string | undefined): Result<string | undefined, ConfigError> {
  if (text === undefined || text.trim() === '') return ok(undefined);
  const url = URL.parse(text.trim());
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return err('PUBLIC_URL must be an address without a path, for example https://sexton.example.com.');
  }
  return ok(url.origin);
}

async function keyDeriver(secret: Uint8Array<ArrayBuffer>): Promise<Config['deriveKey']> {
  const root = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  const made = new Map<KeyLabel, Promise<Uint8Array<ArrayBuffer>>>();
  return (label) => {
    const info = new TextEncoder().encode(`sexton ${label}`);
    const key =
      made.get(label) ??
      crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }, root, 256).then((bits) => new Uint8Array(bits));
    made.set(label, key);
    return key;
  };
}

async function readSigningKey(own: string | undefined, deriveKey: Config['deriveKey']): Promise<Result<SigningIdentity, ConfigError>> {
  if (own === undefined || own === '') return ok(await importSigningKey(wrapSeed(await deriveKey('signing'))));
  const pkcs8 = decodeBase64(own);
  try {
    if (pkcs8 !== undefined) return ok(await importSigningKey(pkcs8));
  } catch {
    // Said below: the reason WebCrypto gives helps nobody.
  }
  return err('SIGNING_KEY must be an Ed25519 private key as PKCS#8 in base64 (openssl genpkey -algorithm ed25519 -outform DER | base64 -w0).');
}

/** Undefined for anything that is not whole base64: a mistyped secret must not become a shorter one. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const trimmed = text.trim();
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(trimmed) || trimmed.length % 4 !== 0) return undefined;
  return Uint8Array.from(Buffer.from(trimmed, 'base64'));
}
