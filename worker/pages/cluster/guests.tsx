/** What the report tells beyond findings: guests, where they would start, which numbers are blocked, what space nobody uses. */
import type { Insight } from '../../analyzer';
import { visibleText } from '../../text/visible';
import { countOf, listOf } from '../frame/count-words';
import { sizeText } from '../frame/size-text';

const blockedShown = 20;
const sectorsPerMebibyte = 2048;

export function Guests({ insight }: { insight: Insight }) {
  return (
    <>
      <h2>Guests</h2>
      <p class="soft">
        {sayGuests(insight.guests)} {sayNextId(insight.ids)}
      </p>
      {insight.guests.total > 0 && <LandingTable landing={insight.landing} />}
      {insight.reclaimable.length > 0 && <Reclaimable reclaimable={insight.reclaimable} />}
    </>
  );
}

export function sayGuests({ total, running, stopped, statusUnknown, clean }: Insight['guests']): string {
  if (total === 0) return 'No guest yet.';
  const states = [
    running > 0 && `${running} running`,
    stopped > 0 && `${stopped} stopped`,
    statusUnknown > 0 && `${statusUnknown} on nodes that did not say`,
  ].filter((words) => words !== false);
  const found = total - clean;
  return `${countOf(total, 'guest')}: ${listOf(states)}; ${found === 0 ? 'nothing found on any' : `something was found on ${found}`}.`;
}

/** `The next new guest gets id 131: free on all nodes.` */
export function sayNextId({ next, blocked }: Insight['ids']): string {
  if (next === null) return 'The range of guest ids is full.';
  const nodesOf = (vmid: number) => [...new Set(blocked.filter((one) => one.vmid === vmid).map(({ node }) => visibleText(node)))];
  const here = nodesOf(next);
  const others = [...new Set(blocked.map(({ vmid }) => vmid))].filter((vmid) => vmid !== next);
  const first =
    here.length === 0 ? `The next new guest gets id ${next}: free on all nodes.` : `The next new guest gets id ${next} and fails on ${listOf(here)}.`;
  if (others.length === 0) return first;
  const shown = others.slice(0, 8).map((vmid) => `${vmid} (${listOf(nodesOf(vmid).slice(0, 3))})`);
  return `${first} Free ids with a blocked disk name: ${listOf(others.length > 8 ? [...shown, `${others.length - 8} more`] : shown)}.`;
}

function LandingTable({ landing: { nodes, blocked } }: { landing: Insight['landing'] }) {
  const total = nodes.reduce((sum, node) => sum + node.blocked, 0);
  return (
    <section class="card" aria-label="Where guests would start">
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Would guests start here?</th>
              <th scope="col" class="number-column nowrap">
                Yes
              </th>
              <th scope="col" class="number-column">
                After copying
              </th>
              <th scope="col" class="number-column nowrap">
                No
              </th>
              <th scope="col" class="number-column">
                Not checked
              </th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <tr>
                <th scope="row">{visibleText(node.node)}</th>
                <td class="number-column">{node.ready}</td>
                <td class="number-column soft">{node.copied}</td>
                <td class="number-column">{node.blocked > 0 ? <b class="critical">{node.blocked}</b> : '0'}</td>
                <td class="number-column">{node.notChecked > 0 ? <span class="unknown">{node.notChecked}</span> : '0'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {blocked.length > 0 && (
        <ul class="rows">
          {blocked.slice(0, blockedShown).map(({ vmid, name, node, why }) => (
            <li class="finding">
              <b>
                {vmid} {visibleText(name)}
              </b>{' '}
              not on {visibleText(node)}: {visibleText(why)}
            </li>
          ))}
          {total > blockedShown && <li class="finding soft">And {total - blockedShown} more.</li>}
        </ul>
      )}
      <p class="pad aside">
        Judged by LVM disks of the current configuration: storage, volume group, disk, name. Guests with local disks elsewhere move by copying; HA
        cannot move them.
      </p>
    </section>
  );
}

const kindWords: Readonly<Record<string, string>> = {
  disk: 'disks',
  template: 'templates',
  cloudinit: 'cloud-init drives',
  state: 'saved RAM',
  fleecing: 'scratch space of backups',
  'backup-snapshot': 'snapshots of backups',
  'being-deleted': 'half-deleted disks',
  other: 'others',
};

function Reclaimable({ reclaimable }: Pick<Insight, 'reclaimable'>) {
  return (
    <>
      <h2>Space no guest uses</h2>
      <ul class="card rows">
        {reclaimable.map(({ storage, group, volumes, sectors, kinds }) => (
          <li class="finding">
            <b>{visibleText(storage)}</b> <span class="quiet mono">{visibleText(group)}</span> {countOf(volumes, 'volume')},{' '}
            {sizeText(sectors / sectorsPerMebibyte)}{' '}
            <span class="soft">
              ({listOf(Object.entries(kinds).map(([kind, size]) => `${kindWords[kind] ?? visibleText(kind)} ${sizeText(size / sectorsPerMebibyte)}`))}
              )
            </span>
          </li>
        ))}
      </ul>
      <p class="aside">This is data: each disk is listed above with what is known of it. Thin volumes may take less than their size.</p>
    </>
  );
}
