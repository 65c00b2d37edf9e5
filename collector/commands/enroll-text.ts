/** What `enroll` says when it is done, or was before. */
import { existsSync } from 'node:fs';
import { calendarDay } from '../clock-time';
import type { Context } from '../context';
import { type NodeKey, sshFingerprint } from '../server/signing';
import type { Enrolment } from '../state/memory';

export function sayEnrolled({ program, directory, commandLine }: Context, { answer, nodeName }: Enrolment, key: NodeKey): readonly string[] {
  const { tenantName, clusterName, enrolled, members, status, serverKeyFingerprint, intervalSeconds } = answer;
  const minutes = `every ${Math.max(1, Math.round(intervalSeconds / 60))} minutes`;
  // The package brings a timer; whoever copied the program has to start it by other means.
  const isPackage = ['/usr/lib', '/lib'].some((path) => existsSync(`${commandLine.root}${path}/systemd/system/sexton-collector.timer`));
  return [
    `Enrolled ${nodeName} in ${tenantName} / ${clusterName} (${enrolled} of ${members} ${members === 1 ? 'node' : 'nodes'}).`,
    ...(status === 'pending' ? ['It waits for approval: until somebody approves it on its page, nothing is concluded from it.'] : []),
    '',
    `  node key     ${sshFingerprint(key)}   made here, stays in ${directory.fileOf('key')}`,
    `  server key   ${serverKeyFingerprint}   signs cleanup scripts; npm run keys prints it on the server`,
    isPackage
      ? `  timer        ${minutes}: ${program} send   (reads, sends, ends)`
      : `  interval     check in ${minutes}; nothing is scheduled yet: put "${program} send --quiet" into cron, with whole paths`,
    '',
    `  See what would leave this node     ${program} collect | less`,
    `  Check in now                       ${program} send`,
    `  Remove everything                  ${isPackage ? 'apt purge sexton-collector' : `${program} unenroll`}`,
  ];
}

export function sayEnrolledAlready({ program, now }: Context, { nodeName, answer, enrolledAt }: Enrolment): string {
  const { tenantName, clusterName } = answer;
  return `${nodeName} is already enrolled in ${tenantName} / ${clusterName} since ${calendarDay(enrolledAt, now())}. To move it: ${program} unenroll, then enroll.`;
}

export function sayCopied({ program }: Context, { nodeName, server }: Enrolment): string {
  return `The key here was made on another machine (${nodeName}). This looks like a copied disk image. Run: ${program} enroll --new-key --server ${server}`;
}
