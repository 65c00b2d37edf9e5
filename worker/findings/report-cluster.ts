/**
 * Analyses a cluster and writes its report, unless it has one of this revision already. One writer at a time by
 * compare-and-set: who loses reads again once and either reports what the winner left or finds the winner's report.
 */
import { analyse, type ClusterReport, catalogueVersion } from '../analyzer';
import { rowsOf } from '../db/rows';
import type { TenantScope } from '../db/scope';
import type { OpenRow } from '../db/tenant/findings';
import { base32 } from '../ids';
import type { Ports } from '../ports';
import { type ClusterReading, readCluster, readingStatements } from './cluster-reading';
import { type OpenFinding, reconcile } from './reconcile';
import { severityWord } from './severity';
import { type ReportMade, writeReport } from './write-report';

export type ClusterStanding = {
  readonly reading: ClusterReading;
  readonly report: ClusterReport;
  /** Open findings after the report, with their numbers. */
  readonly open: readonly OpenFinding[];
  /** Open ones the report could not check. */
  readonly unconfirmed: ReadonlySet<string>;
};

export type Reported = {
  readonly standing: ClusterStanding;
  readonly statements: number /** False: the cluster moved on; whoever moved it reports. */;
  readonly isSettled: boolean;
};

/** `attempts`: 2 when somebody waits for the answer, 1 for cron. */
export async function reportCluster(
  ports: Pick<Ports, 'now' | 'random'>,
  scope: TenantScope,
  first: ClusterReading,
  by: ReportMade['by'],
  attempts: 1 | 2,
): Promise<Reported> {
  let reading = first;
  let statements = 0;
  for (let attempt = 1; ; attempt += 1) {
    const report = analyse(reading.evidence);
    const changes = reconcile(reading.cluster.clusterId, reading.open, report);
    const unconfirmed = new Set(changes.unconfirmed);
    if (!isDirty(reading)) return { standing: { reading, report, open: reading.open, unconfirmed }, statements, isSettled: true };
    const written = await writeReport(scope, { reading, report, changes, reportId: base32(ports.random(10)), by });
    if (written !== undefined) {
      const open = rowsOf<OpenRow>(written.open).map((row) => ({ ...row, severity: severityWord(row.severity) }));
      return { standing: { reading, report, open, unconfirmed }, statements: statements + written.statements, isSettled: true };
    }
    const again = attempt < attempts ? await readCluster(scope, reading.cluster.clusterId, ports.now()) : undefined;
    statements += again === undefined ? 0 : readingStatements;
    if (again === undefined) return { standing: { reading, report, open: reading.open, unconfirmed }, statements, isSettled: false };
    reading = again;
  }
}

export const isDirty = ({ cluster }: ClusterReading): boolean => cluster.analysedRev < cluster.evidenceRev;

/** Made by another catalogue: the revision must rise before it can be reported again. */
export const isOutdated = ({ analysedBy }: { readonly analysedBy: string }): boolean => analysedBy !== catalogueVersion;
