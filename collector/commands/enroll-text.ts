/** What `enroll` says when it is done. */
import type { Enrolment } from '../memory';
import { type NodeKey, sshFingerprint } from '../signing';

export function sayEnrolled({ answer, nodeName }: Enrolment, key: NodeKey, program: string, keyFile: string): readonly string[] {
  const { tenantName, clusterName, enrolled, members, status, serverKeyFingerprint, intervalSeconds } = answer;
  return [
    `Enrolled ${nodeName} in ${tenantName} / ${clusterName} (${enrolled} of ${members} ${members === 1 ? 'node' : 'nodes'}).`,
    ...(status === 'pending' ? ['It waits for approval: until somebody approves it on its page, nothing is concluded from it.'] : []),
    '',
    `  node key     ${sshFingerprint(key)}   made here, stays in ${keyFile}`,
    `  server key   ${serverKeyFingerprint}   signs cleanup scripts; npm run keys prints it on the server`,
    `  interval     check in every ${Math.max(1, Math.round(intervalSeconds / 60))} minutes; nothing is scheduled yet: put "${program} send --quiet" into cron, with whole paths`,
    '',
    `  See what would leave this node     ${program} collect | less`,
    `  Check in now                       ${program} send`,
    `  Remove everything                  ${program} unenroll`,
  ];
}
