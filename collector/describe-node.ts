/**
 * Who this node is, for its enrolment. Only a running Proxmox VE node may enrol: a node whose cluster cannot be seen would
 * be taken for one that stands alone, and its shared volumes for nobody's.
 */

import type { EnrolmentRequest } from '../worker/wire/enrolment';
import type { Context } from './context';
import { fencedReader } from './machine/gate-keeper';
import { openMachine } from './machine/machine';
import type { FileAnswer } from './machine/read-sources';
import { describeStuck, sayStuck } from './machine/stuck';
import { hashMachineId } from './redact/redact';
import { err, ok, type Result } from './result';
import { readStuck, rememberStuck } from './state/memory';

export type NodeDescription = Pick<EnrolmentRequest, 'node' | 'machineId' | 'membership'>;

const maxBytes = 1024 * 1024;
const isSilent = '/etc/pve does not answer. Nothing was enrolled. Look at: systemctl status pve-cluster';

export async function describeNode({ commandLine: { root }, directory, script, now }: Context): Promise<Result<NodeDescription, string>> {
  const hanging = readStuck(directory).find(({ command }) => command === fencedReader);
  if (hanging !== undefined) return err(`${isSilent} (${sayStuck(describeStuck(hanging))})`);
  const machine = openMachine(root, script);
  const requests = [
    { source: { kind: 'link', path: '/etc/pve/local' }, maxBytes },
    { source: { kind: 'file', path: '/etc/pve/.members' }, maxBytes },
  ] as const;
  const since = now();
  const { answers, left = [] } = await machine.readFenced(requests, 10);
  rememberStuck(
    directory,
    left.map((one) => ({ ...one, command: fencedReader, since })),
  );
  const [local, members] = answers;
  if (local?.status === 'timeout' || local?.status === 'stuck') return err(isSilent);
  const [machineId] = machine.readDirect([{ source: { kind: 'file', path: '/etc/machine-id' }, maxBytes }]);
  const id = contentOf(machineId);
  if (id === undefined || id.trim() === '') return err('/etc/machine-id cannot be read: without it copies of this node could not be told apart.');
  const [, linked] = /^nodes\/(.+)$/.exec(contentOf(local)?.trim() ?? '') ?? [];
  if (linked === undefined) return err('/etc/pve is not mounted here (no link /etc/pve/local). Enrol from a running Proxmox VE node.');
  const membership = parseMembers(contentOf(members) ?? '');
  if (membership === undefined) return err('/etc/pve/.members cannot be read: which nodes belong together is not known. Nothing was enrolled.');
  if (!membership.members.includes(linked)) return err(`/etc/pve/.members does not name this node (${linked}). Nothing was enrolled.`);
  return ok({ node: linked, machineId: hashMachineId(id), membership });
}

const contentOf = (answer: FileAnswer | undefined) => (answer?.status === 'ok' ? answer.out?.toString() : undefined);

/** A file without `cluster` is a standalone node's. @see pve-cluster status.c `cfs_create_memberlist_msg` */
function parseMembers(text: string): NodeDescription['membership'] | undefined {
  try {
    const document: { nodename?: unknown; cluster?: { name?: unknown }; nodelist?: object } = JSON.parse(text);
    const { nodename, cluster, nodelist } = document;
    if (typeof nodename !== 'string' || nodename === '') return undefined;
    if (cluster === undefined) return { cluster: null, members: [nodename] };
    if (typeof cluster.name !== 'string' || nodelist === undefined || nodelist === null) return undefined;
    const members = Object.keys(nodelist).sort();
    return members.length === 0 ? undefined : { cluster: cluster.name, members };
  } catch {
    return undefined;
  }
}
