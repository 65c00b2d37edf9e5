/** What a node measured: five lines, the last day beside them. Not a monitoring system: newest values and when they were taken. */
import type { NodeReadings } from '../../analyzer';
import type { Sample } from '../../db/tenant/vitals';
import { visibleText } from '../../text/visible';
import type { Vitals } from '../../wire/snapshot';
import { countOf } from '../frame/count-words';
import { rateText, sizeText } from '../frame/size-text';
import { Ago, fullTime, spanText } from '../frame/time';
import { Space } from './space';
import { type Point, Spark } from './spark';

type Row = { readonly what: string; readonly now: string; readonly more?: string; readonly points?: readonly Point[] };

export type VitalsProps = {
  readonly samples: readonly Sample[];
  readonly readings: NodeReadings | undefined;
  /** When the readings were taken: at the last full check-in. */
  readonly readAt: number;
  readonly now: number;
};

export function VitalsPart({ samples, readings, readAt, now }: VitalsProps) {
  const newest = samples.at(-1);
  if (newest === undefined) return null;
  const rows = listRows(newest.vitals, samples, readings);
  if (rows.length === 0) return null;
  return (
    <>
      <h2>
        Vitals <span class="quiet asof">as of {fullTime(newest.at)}</span>
      </h2>
      {(readings?.stuck ?? []).map(([command, pid, , wchan, since]) => (
        <p class="strip warning">
          <b>
            <code>{visibleText(command)}</code> has hung in the kernel since {fullTime(since)}.
          </b>{' '}
          Process {pid}
          {wchan !== '' && `, waiting in ${visibleText(wchan)}`}. The collector left it alone and does not start it again while it lives.
        </p>
      ))}
      <div class="card scroll">
        <table class="vitals">
          <tbody>
            {rows.map(({ what, now: value, more = '', points = [] }) => (
              <tr>
                <th scope="row">{what}</th>
                <td>
                  {value} <span class="quiet">{more}</span>
                </td>
                <td class="wide spark-cell">
                  <Spark points={points} now={now} what={what} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {readings !== undefined && readings.spaces.length > 0 && (
        <details class="after">
          <summary class="soft">
            Storage, network and busiest processes, measured <Ago at={readAt} now={now} />
          </summary>
          <Space readings={readings} readAt={readAt} />
        </details>
      )}
    </>
  );
}

const percentOf = ([used, total]: readonly [number, number]) => (total > 0 ? (100 * used) / total : 0);

function listRows(vitals: Vitals, samples: readonly Sample[], readings: NodeReadings | undefined): readonly Row[] {
  const pointsOf = (read: (one: Vitals) => number | undefined): readonly Point[] =>
    samples.flatMap(({ at, vitals: one }) => {
      const percent = read(one);
      return percent === undefined ? [] : [{ at, percent }];
    });
  const usage = (what: string, key: 'memory' | 'swap' | 'root'): readonly Row[] => {
    const pair = vitals[key];
    if (pair === undefined || pair[1] === 0) return [];
    const points = pointsOf((one) => (one[key] === undefined ? undefined : percentOf(one[key])));
    return [{ what, now: `${Math.round(percentOf(pair))} %`, more: `${sizeText(pair[0])} of ${sizeText(pair[1])}`, points }];
  };
  const { processor, system } = readings ?? {};
  const { uptime, load, cpu, net, fullest, vms, cts } = vitals;
  return [
    ...(cpu === undefined && load === undefined
      ? []
      : [
          cpuRow(
            vitals,
            processor,
            pointsOf((one) => one.cpu),
          ),
        ]),
    ...usage('Memory', 'memory'),
    ...usage('Swap', 'swap'),
    ...usage('Root file system', 'root'),
    ...(fullest === undefined ? [] : [{ what: 'Fullest storage', now: `${Math.round(fullest)} %`, points: pointsOf((one) => one.fullest) }]),
    ...(net === undefined ? [] : [{ what: 'Network', now: `${rateText(net[0] * 1024)} in, ${rateText(net[1] * 1024)} out` }]),
    ...(vms === undefined && cts === undefined
      ? []
      : [{ what: 'Guests', now: [sayRunning(vms, 'VM'), sayRunning(cts, 'CT')].filter((text) => text !== '').join(', ') }]),
    ...(system === undefined ? [] : [{ what: 'Versions', now: saySystem(system) }]),
    ...(uptime === undefined
      ? []
      : [{ what: 'Up for', now: spanText(uptime * 1000), more: readings?.boot === undefined ? '' : `since ${fullTime(readings.boot * 1000)}` }]),
  ];
}

function cpuRow({ cpu, load }: Vitals, processor: NodeReadings['processor'], points: readonly Point[]): Row {
  const cores = processor === undefined ? '' : `${countOf(processor.cores, 'core')}, ${countOf(processor.threads, 'thread')}`;
  const [now = '', ...more] = [
    cpu === undefined ? '' : `${Math.round(cpu)} %`,
    load === undefined ? '' : `load ${load}`,
    cores,
    visibleText(processor?.model ?? ''),
  ].filter((text) => text !== '');
  return { what: 'CPU', now, more: more.join(' · '), points };
}

const saySystem = ({ pve, kernel }: NonNullable<NodeReadings['system']>): string =>
  [pve === '' ? '' : `Proxmox VE ${visibleText(pve)}`, kernel === '' ? '' : `kernel ${visibleText(kernel)}`].filter((text) => text !== '').join(', ');

const sayRunning = (pair: readonly [number, number] | undefined, one: string): string =>
  pair === undefined ? '' : `${pair[0]} of ${countOf(pair[1], one)} running`;
