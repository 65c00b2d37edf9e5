/** After a token was made: the token, once, and what to type. Works without script; a click marks a block for copying. */
import type { Child } from 'hono/jsx';
import { countOf } from '../frame/count-words';
import { ansiblePlay, type EnrolFacts, isLoopback, oneNode, verifyLines, wholeCluster } from './enrol-lines';

/** Marked as a whole by one click. */
function Type({ lines }: { lines: readonly string[] }) {
  return <pre class="said type">{lines.join('\n')}</pre>;
}

export function Token({ text, uses }: { text: string; uses: number }) {
  return (
    <>
      <p class="lede">
        This token lets in {countOf(uses, 'node')} for one hour. <b>It is shown once.</b>
      </p>
      <pre class="said type token">{text}</pre>
      <p class="soft">The lines below ask for it, hidden: it stays out of the shell's history and of the list of processes.</p>
    </>
  );
}

export function Ways({ facts }: { facts: EnrolFacts }) {
  const isLocal = isLoopback(facts.origin);
  return (
    <section class="card ways" aria-label="Ways to enrol">
      <Way name="One node" note="four lines, on the node" open>
        {isLocal && <LocalFirst origin={facts.origin} />}
        <Type lines={oneNode(facts)} />
        <p>
          The checksum comes with this page, the file from the node's own download: that is what makes the check worth something. It needs Debian's
          own <code>nodejs</code> (measured on Debian 12: 12 MB to download, 54 MB on disk, no third-party repository).
        </p>
        <p>
          The timer checks in within the next ten minutes. <code>sexton-collector send</code> does it at once and prints the report;{' '}
          <code>sexton-collector collect | less</code> shows what would leave the node and sends nothing.
        </p>
      </Way>
      <Way name="Whole cluster" note="one loop, on any one of its nodes">
        {isLocal ? (
          <p>
            Other nodes cannot reach this machine's loopback. Either the four lines on each node through an SSH session of its own, or{' '}
            <code>npm start -- --listen ADDRESS --public-url https://…</code> behind a reverse proxy; then the loop stands here.
          </p>
        ) : (
          <>
            <Type lines={wholeCluster(facts)} />
            <p>
              It asks for the token once, then reaches every member by the SSH trust Proxmox VE already has. A standalone node has no member list: use
              the four lines.
            </p>
          </>
        )}
      </Way>
      <Way name="Ansible" note="a play">
        {isLocal && <p>Hosts must reach this address: put a public one in its place.</p>}
        <Type lines={ansiblePlay(facts)} />
        <p>Nodes that are enrolled already are left as they are. Of several clusters, run it for one at a time: a token is for one cluster.</p>
      </Way>
    </section>
  );
}

/** Unfolded one at a time; without script, and in print all the same. */
function Way({ name, note, open = false, children }: { name: string; note: string; open?: boolean; children: Child }) {
  return (
    <details name="way" open={open}>
      <summary>
        <b>{name}</b> <span class="quiet">{note}</span>
      </summary>
      {children}
    </details>
  );
}

function LocalFirst({ origin }: { origin: string }) {
  const { port, host } = new URL(origin);
  return (
    <>
      <p>This Sexton listens on this machine only. Your own SSH session carries the node's way back; no port is opened:</p>
      <Type lines={[`ssh -R ${port === '' ? '80' : port}:${host} root@YOUR-NODE`]} />
      <p>Then, in that session:</p>
    </>
  );
}

export function InTheWay({ facts }: { facts: EnrolFacts }) {
  const { origin } = facts;
  return (
    <section aria-labelledby="in-the-way">
      <h2 id="in-the-way">When something is in the way</h2>
      <dl class="answers">
        <dt>apt says 401</dt>
        <dd>
          That is the enterprise repository: this node has no subscription, and it has nothing to do with this package. <code>nodejs</code> comes from
          Debian's own repository; when apt cannot find it, run <code>apt update</code>, ignore the 401, and repeat the line.
        </dd>
        <dt>The node goes out through a proxy</dt>
        <dd>
          <code>export https_proxy=http://proxy:3128</code> before the first line. <code>enroll</code> keeps the setting for the timer.
        </dd>
        <dt>Certificates come from a CA of your own</dt>
        <dd>
          <code>curl --cacert FILE …</code>, and <code>sexton-collector enroll --server {origin} --ca-file FILE</code>; that is kept too. A CA that is
          installed for the whole system needs neither.
        </dd>
        <dt>You want to check the signature as well</dt>
        <dd>
          Before <code>apt install</code>, in bash; the key in the line is this installation's own and comes with this page:
          <Type lines={verifyLines(facts)} />
        </dd>
        <dt>It should go again</dt>
        <dd>
          <code>apt purge sexton-collector</code> says goodbye to this server and leaves nothing on the node.
        </dd>
      </dl>
    </section>
  );
}
