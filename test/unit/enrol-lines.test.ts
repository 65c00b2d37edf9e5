/** The lines people paste, run by the shell that will read them: a cluster of directories, commands that tell what they were given. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ansiblePlay, type EnrolFacts, oneNode, plainOrigin, verifyLines, wholeCluster } from '../../worker/pages/enrol/enrol-lines';

const facts: EnrolFacts = {
  origin: 'https://sexton.example.com',
  packageName: 'sexton-collector_0.3.0_all.deb',
  sha256: 'f'.repeat(64),
  signer: 'sexton-package namespaces="sexton-package" ssh-ed25519 AAAAC3Nz',
};

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sexton-lines-'));
  mkdirSync(join(directory, 'bin'));
  mkdirSync(join(directory, 'pve/nodes/pve1'), { recursive: true });
  writeFileSync(join(directory, 'pve/nodes/pve1/ssh_known_hosts'), '');
  const nodelist = { pve2: { id: 2, online: 1, ip: '192.0.2.2' }, pve1: { id: 1, online: 1, ip: '192.0.2.1' }, pve3: { id: 3, online: 0 } };
  writeFileSync(join(directory, 'pve/.members'), JSON.stringify({ nodename: 'pve1', nodelist }));
  // Every command writes down what it was given; the far end of ssh is a shell here.
  const stub = (name: string, body: string) => {
    writeFileSync(join(directory, 'bin', name), `#!/bin/bash\necho "${name} $*" >>"$LOG"\n${body}\n`);
    chmodSync(join(directory, 'bin', name), 0o755);
  };
  stub('ssh', 'for last; do :; done; exec bash --norc -c "$last"');
  stub('curl', '');
  stub('sha256sum', 'cat >>"$LOG"');
  stub('apt-get', 'cat >/dev/null');
  stub('apt', '');
  stub('sexton-collector', '[ "$1" != enroll ] || sed "s/^/token: /" >>"$LOG"');
});
afterAll(() => rmSync(directory, { recursive: true }));

function runLines(lines: readonly string[], input: string): string {
  const log = join(directory, 'log');
  writeFileSync(log, '');
  const script = lines.join('\n').replaceAll('/etc/pve/', `${directory}/pve/`);
  execFileSync('bash', ['--norc', '-c', script], { input, env: { PATH: `${directory}/bin:${process.env.PATH}`, LOG: log } });
  return readFileSync(log, 'utf8').replaceAll(directory, '');
}

const file = facts.packageName;
const checksum = `${facts.sha256}  ${file}`;

test('four lines fetch, check, install and enrol one node', () => {
  expect(oneNode(facts)).toHaveLength(4);
  expect(runLines(oneNode(facts), '')).toBe(
    `curl -fsSLO https://sexton.example.com/get/${file}\nsha256sum -c\n${checksum}\napt install ./${file}\nsexton-collector enroll --server https://sexton.example.com\n`,
  );
});

test('the loop reaches every member that has an address, each with its own known hosts, and gives the token to nobody else', () => {
  const onNode = [
    `curl -fsSLO https://sexton.example.com/get/${file}`,
    'sha256sum -c --quiet',
    checksum,
    `apt-get install -qqy ./${file}`,
    'sexton-collector enroll --server https://sexton.example.com --token-file -',
    'token: sxe-acm-secret',
    'sexton-collector send --quiet',
  ];
  const logged = runLines(wholeCluster(facts), 'sxe-acm-secret\n').split('\n');
  const connections = logged.filter((line) => line.startsWith('ssh '));
  expect(connections.map((line) => line.replace(/ root@(\S+)[\s\S]*$/, ' $1'))).toEqual([
    'ssh -o BatchMode=yes -o HostKeyAlias=pve1 -o UserKnownHostsFile=/pve/nodes/pve1/ssh_known_hosts 192.0.2.1',
    'ssh -o BatchMode=yes -o HostKeyAlias=pve2 -o UserKnownHostsFile=/etc/ssh/ssh_known_hosts 192.0.2.2',
  ]);
  expect(logged.filter((line) => onNode.includes(line))).toEqual([...onNode, ...onNode]);
  expect(logged.filter((line) => line.includes('sxe-acm-secret'))).toHaveLength(2);
});

test('what checks the signature is what bash understands', () => {
  expect(spawnSync('bash', ['--norc', '-n'], { input: verifyLines(facts).join('\n') }).status).toBe(0);
  expect(verifyLines(facts)[1]).toContain(`<(echo '${facts.signer}')`);
});

test('the play is short, checks the file and keeps the token out of the log', () => {
  const play = ansiblePlay(facts);
  expect(play.length).toBeLessThanOrEqual(12);
  expect(play.join('\n')).toContain(`checksum: 'sha256:${facts.sha256}'`);
  expect(play.findIndex((line) => line.includes('no_log: true'))).toBe(play.findIndex((line) => line.includes('{{ token }}')) + 1);
});

test.each(['https://sexton.example.com', 'http://127.0.0.1:8787', 'https://[2001:db8::1]:8443'])('%s is an address for commands', (origin) => {
  expect(plainOrigin(origin)).toBe(origin);
});

test.each(["https://a';reboot;'.example", 'https://$(reboot).example', 'https://a.example`id`', 'https://a.example/x y', 'javascript:1'])(
  '%s is none',
  (origin) => {
    expect(plainOrigin(origin)).toBe('https://YOUR-SEXTON');
  },
);
