/** Capacities, network and busiest processes of the last full check-in. */
import type { NodeReadings, SpaceKind } from '../../analyzer';
import { visibleText } from '../../text/visible';
import { rateText, sizeText } from '../frame/size-text';
import { fullTime, spanText } from '../frame/time';

const kindWords: Readonly<Record<SpaceKind, string>> = {
  root: 'root file system',
  storage: 'storage',
  group: 'volume group, allotted',
  thin: 'thin pool',
  meta: 'metadata of a thin pool',
  zfs: 'ZFS pool',
};

export function Space({ readings: { spaces, network, busiest, seconds = 0 }, readAt }: { readings: NodeReadings; readAt: number }) {
  return (
    <div class="card scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Storage</th>
            <th scope="col" class="wide">
              What it is
            </th>
            <th scope="col" class="number-column">
              Used
            </th>
            <th scope="col" class="number-column">
              Of
            </th>
          </tr>
        </thead>
        <tbody>
          {spaces.map(([kind, name, used, total]) => (
            <tr>
              <th scope="row">{visibleText(kind === 'meta' ? `${name} metadata` : name)}</th>
              <td class="wide soft">{kindWords[kind] ?? ''}</td>
              <td class="number-column nowrap">{Math.round((100 * used) / total)} %</td>
              <td class="number-column soft nowrap">{sizeText(total)}</td>
            </tr>
          ))}
        </tbody>
        {network.length > 0 && (
          <List
            heads={['Network', 'What it is', 'In', 'Out']}
            rows={network.map(([name, received, sent]) => [name, 'interface', rateText(received), rateText(sent)])}
          />
        )}
        {busiest.length > 0 && (
          <List
            heads={['Busiest processes', 'Process', 'Belongs to', 'Of one core']}
            rows={busiest.map(([name, pid, guest, percent]) => [name, String(pid), guest === 0 ? 'the node' : `VM ${guest}`, `${percent} %`])}
          />
        )}
      </table>
      <p class="pad aside">
        Measured {fullTime(readAt)}
        {seconds > 0 && `; network and processes over the ${spanText(seconds * 1000)} before`}.
      </p>
    </div>
  );
}

type Cells = readonly [string, string, string, string];

function List({ heads, rows }: { heads: Cells; rows: readonly Cells[] }) {
  return (
    <>
      <thead>
        <tr>
          {heads.map((head, column) => (
            <th scope="col" class={classOf(column)}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, what, first, second]) => (
          <tr>
            <th scope="row">{visibleText(name)}</th>
            <td class="wide soft">{what}</td>
            <td class="number-column nowrap">{first}</td>
            <td class="number-column soft nowrap">{second}</td>
          </tr>
        ))}
      </tbody>
    </>
  );
}

const classOf = (column: number): string => ['', 'wide', 'number-column', 'number-column'][column] ?? '';
