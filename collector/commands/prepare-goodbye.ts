/**
 * `unenroll --for-later`: the goodbye is signed now and left beside the key, as a configuration file for curl; nothing is
 * sent and the node stays enrolled. A package that is purged has lost its program by then, and often its Node.js too.
 * The next check-in takes the same sequence number: what was prepared is worth nothing after it.
 * @see curl(1), --config
 */
import type { Context } from '../context';
import { type ExitCode, exitCode } from '../exit-codes';
import { safeLine } from '../safe-text';
import { protocolVersion } from '../server/message';
import { signPost } from '../server/signing';
import { wayTo } from '../server/way';
import { isCopied, readIdentity } from '../state/identity';
import { readMemory } from '../state/memory';

export const goodbyePath = '/v1/goodbye';
export const goodbyeBody = Buffer.from(JSON.stringify({ protocol: protocolVersion }));

export function prepareGoodbye(context: Context): ExitCode {
  const { directory, complain, config, now } = context;
  const identity = readIdentity(context);
  if (!identity.ok) {
    complain(safeLine(identity.error));
    return exitCode.notEnrolled;
  }
  const { enrolment, key } = identity.value;
  // Of a copied disk image: its goodbye would remove the machine it is a copy of.
  if (isCopied(context, enrolment)) return exitCode.refused;
  const way = wayTo(context, enrolment.server, enrolment);
  if (!way.ok) {
    complain(safeLine(way.error));
    return exitCode.usage;
  }
  const headers = signPost(key, {
    path: goodbyePath,
    body: goodbyeBody,
    sequence: readMemory(directory).sequence + 1,
    keyid: enrolment.answer.keyid,
    created: Math.floor(now() / 1000),
  });
  const isOwnAuthority = (config.ca ?? enrolment.ca) !== undefined;
  if (isOwnAuthority) directory.write('goodbye.pem', way.value.ca.join('\n'));
  const options: readonly (readonly [string, string])[] = [
    ['url', `${way.value.server}${goodbyePath}`],
    ['data-binary', goodbyeBody.toString()],
    ...Object.entries({ ...headers, 'content-type': 'application/json' }).map(([name, value]) => ['header', `${name}: ${value}`] as const),
    ...(way.value.proxy === undefined ? [] : [['proxy', way.value.proxy.href] as const]),
    ...(isOwnAuthority ? [['cacert', directory.fileOf('goodbye.pem')] as const] : []),
  ];
  directory.write('goodbye.curl', options.map(([name, value]) => `${name} = "${value.replace(/[\\"]/g, '\\$&')}"\n`).join(''));
  return exitCode.done;
}
