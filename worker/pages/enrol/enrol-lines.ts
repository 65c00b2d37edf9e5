/**
 * What to type to enrol nodes: on one, on a whole cluster from one of its members, with Ansible. Everything in the lines is
 * ours: an address of plain characters, the package's name and its checksum.
 */
export type EnrolFacts = {
  readonly origin: string;
  readonly packageName: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** The line of an allowed_signers file. */
  readonly signer: string;
};

/** An address becomes part of commands only when a shell reads nothing into it. */
export const plainOrigin = (origin: string): string => (/^https?:\/\/[A-Za-z0-9.:[\]-]+$/.test(origin) ? origin : 'https://YOUR-SEXTON');

export const isLoopback = (origin: string): boolean => /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|$)/.test(origin);

export const fetchLine = ({ origin, packageName }: EnrolFacts): string => `curl -fsSLO ${origin}/get/${packageName}`;

export function oneNode(facts: EnrolFacts): readonly string[] {
  const { origin, packageName, sha256 } = facts;
  return [
    'cd /var/tmp',
    fetchLine(facts),
    `echo '${sha256}  ${packageName}' | sha256sum -c && apt install ./${packageName}`,
    `sexton-collector enroll --server ${origin}`,
  ];
}

/** With the SSH trust Proxmox VE already has, and its own known-hosts files. Bash. */
export function wholeCluster(facts: EnrolFacts): readonly string[] {
  const { origin, packageName, sha256 } = facts;
  return [
    "read -rsp 'Enrolment token: ' T; echo",
    'perl -MJSON -0777 -ne \'$n=decode_json($_)->{nodelist}; print "$_ $n->{$_}{ip}\\n" for grep {$n->{$_}{ip}} sort keys %$n\' /etc/pve/.members |',
    'while read -r name ip; do',
    '  echo "== $name"',
    '  kh=/etc/pve/nodes/$name/ssh_known_hosts; [ -f "$kh" ] || kh=/etc/ssh/ssh_known_hosts',
    '  printf \'%s\\n\' "$T" | ssh -o BatchMode=yes -o HostKeyAlias="$name" -o UserKnownHostsFile="$kh" root@"$ip" \'',
    `    cd /var/tmp && ${fetchLine(facts)} &&`,
    `    echo "${sha256}  ${packageName}" | sha256sum -c --quiet &&`,
    `    apt-get install -qqy ./${packageName} </dev/null >/dev/null &&`,
    `    sexton-collector enroll --server ${origin} --token-file - && sexton-collector send --quiet'`,
    'done',
  ];
}

export function ansiblePlay({ origin, packageName, sha256 }: EnrolFacts): readonly string[] {
  return [
    '- hosts: proxmox',
    '  become: true',
    '  vars_prompt: [{ name: token, prompt: Enrolment token, private: true }]',
    '  tasks:',
    `    - ansible.builtin.get_url: { url: '${origin}/get/${packageName}', dest: /var/tmp/${packageName}, checksum: 'sha256:${sha256}' }`,
    `    - ansible.builtin.apt: { deb: /var/tmp/${packageName} }`,
    `    - ansible.builtin.command: { cmd: 'sexton-collector enroll --server ${origin} --token-file -', stdin: '{{ token }}', creates: /var/lib/sexton/enrolment.json }`,
    '      no_log: true',
    '    - ansible.builtin.command: sexton-collector send --quiet',
    '      register: sent',
    '      changed_when: false',
    '      failed_when: sent.rc not in [0, 1]',
  ];
}

/** After the download: the signature, checked with OpenSSH. Bash. */
export function verifyLines({ origin, packageName, signer }: EnrolFacts): readonly string[] {
  return [
    `curl -fsSLO ${origin}/get/${packageName}.sig`,
    `ssh-keygen -Y verify -f <(echo '${signer}') -I sexton-package -n sexton-package -s ${packageName}.sig < ${packageName}`,
  ];
}
