// What `npm start` prints: where it is, how to get in, how to enrol the first node.

/** @param {{ steps: import('./load-commands.mjs').FirstSteps, publicUrl: string, port: number, data: string, isLocal: boolean }} start */
export function welcome({ steps, publicUrl, port, data, isLocal }) {
  const link = `${publicUrl}${steps.link.path}`;
  const line = (/** @type {string} */ name, /** @type {string} */ value, note = '') =>
    `  ${name.padEnd(10)}${note === '' ? value : `${value}    ${note}`}`;
  const head = [
    `Sexton ${steps.version} is running ${isLocal ? 'on this machine only' : `behind ${publicUrl}`}.`,
    '',
    line('Open', publicUrl),
    line('Sign in', link),
    line('', 'once, within 15 minutes; new one: npm run sign-in'),
    line('Data', data, 'delete it to start over'),
    '',
  ];
  return [...head, ...(steps.token === undefined ? enrolled(steps.nodes) : enrol(steps.token, publicUrl, port, isLocal)), ''].join('\n');
}

/** @param {number} nodes */
function enrolled(nodes) {
  return [`  ${nodes === 1 ? '1 node is' : `${nodes} nodes are`} enrolled. More: open the customer's page, Enrol nodes.`, '', '  Ctrl-C stops it.'];
}

/** @param {{ text: string, uses: number }} token @param {string} publicUrl @param {number} port @param {boolean} isLocal */
function enrol({ text, uses }, publicUrl, port, isLocal) {
  const local = [
    '  Enrol a real Proxmox VE node through your own SSH session (no port is opened):',
    '',
    `    ssh -R ${port}:127.0.0.1:${port} root@YOUR-NODE`,
    '    # then, on the node:',
  ];
  const away = ['  Enrol a Proxmox VE node; on the node:', ''];
  return [
    ...(isLocal ? local : away),
    `    curl -fsSO ${publicUrl}/get/sexton-collector.deb && apt install ./sexton-collector.deb`,
    `    sexton-collector enroll --server ${publicUrl}`,
    `    # token: ${text}   60 minutes, ${uses} nodes, a new cluster`,
    '',
    '  Ctrl-C stops it.',
  ];
}
