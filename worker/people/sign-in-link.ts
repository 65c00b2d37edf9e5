/** Making a sign-in link. Not bound to a browser: whoever is shown it by a command may open it anywhere. */
import { insertLink, type NewLink } from '../db/installation/sign-in-links';
import { findOwnerEmail } from '../db/installation/users';
import type { UserId } from '../ids';
import type { Ports } from '../ports';
import { err, ok, type Result } from '../result';
import { hashLinkSecret, newSecret } from './secrets';

export const linkLifeMinutes = 15;

type Clock = Pick<Ports, 'now' | 'newId' | 'random'>;

/** No quote, space or control character can pass: the address also travels inside a command's SQL. */
export const isEmail = (text: string): boolean => /^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text);

export async function prepareLink({ now, newId, random }: Clock, email: string): Promise<{ secret: string; link: NewLink }> {
  const secret = newSecret(random);
  const at = now();
  const link = {
    secretHash: await hashLinkSecret(secret),
    email,
    now: at,
    expiresAt: at + linkLifeMinutes * 60_000,
    newUserId: newId('u') as UserId,
  };
  return { secret, link };
}

/** The path of a fresh link. Without an address: the owner's, the configured one, or a name for this machine's own. */
export async function makeSignInLink(
  ports: Clock & Pick<Ports, 'db'>,
  wanted: string | undefined,
  ownerEmail: string | undefined,
): Promise<Result<{ path: string; email: string }, string>> {
  const email = (wanted ?? (await findOwnerEmail(ports.db)) ?? ownerEmail ?? 'owner@localhost').trim().toLowerCase();
  if (!isEmail(email)) return err(`"${email}" is not an e-mail address.`);
  const { secret, link } = await prepareLink(ports, email);
  await insertLink(ports.db, link);
  return ok({ path: `/sign-in/${secret}`, email });
}
