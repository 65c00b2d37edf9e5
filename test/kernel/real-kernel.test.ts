/** One boot of a machine with a real device mapper; see scenario.sh for what happens in it and expectations.ts for what must be said. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faults, quietRules } from './expectations';
import { judge, listFound, listUnknown, nameSubjects, openProbe, openSnapshot, type Snapshot } from './judge';
import { keepSnapshots, type Results, runScenario, type Server, startServer } from './laboratory';
import { describeVerdicts, sayAll } from './verdicts';

let dataDir: string;
let server: Server | undefined;
let results: Results;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sexton-kernel-data-'));
  server = await startServer(dataDir);
  results = await runScenario(server);
  const { KEEP_SNAPSHOTS: keep } = process.env;
  if (keep !== undefined) await keepSnapshots(keep, results);
});

afterAll(async () => {
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describeVerdicts(async () => results);

describe('sexton-probe.sh', () => {
  const say = (snapshots: readonly Pick<Snapshot, 'member'>[]) => {
    const [report, nameOf] = [judge(snapshots, 0), nameSubjects(snapshots)];
    return { found: listFound(report, nameOf), unknown: listUnknown(report, nameOf) };
  };

  it('writes nothing, also not where it could', () => expect(results.probeWrote).toBe(''));

  it('leads to the same verdicts as the collector, on file systems that cannot be written', () => {
    const probed = say([openProbe(results.probed.pve1, 0), openProbe(results.probed.pve2, 0)]);
    expect(probed).toEqual(say([openSnapshot(results.pve1, 0), openSnapshot(results.pve2, 0)]));
    expect(sayAll(probed.found.filter(({ ruleId }) => !quietRules.includes(ruleId)))).toEqual(sayAll(faults));
  });
});

describe('through the Worker', () => {
  it('both nodes enrol and are heard', () => {
    expect(results.enrolled, results.console).toMatchObject({ pve1: { exitCode: 0 }, pve2: { exitCode: 0 } });
    // 1: done, and findings are open.
    expect(results.sent.pve1, results.sent.pve1.said).toMatchObject({ exitCode: 1 });
    expect([0, 1], results.sent.pve2.said).toContain(results.sent.pve2.exitCode);
  });

  // A foreign activation needs pve2's word, which is not there yet. The report tells the worst in full; the others stand in it as
  // a line of their guest's, or by the name of a mapping, a volume or a group.
  it('the console of pve1 names what one node alone can prove', () => {
    const { said } = results.sent.pve1;
    const listed = new Set(said.split('\n').flatMap((line) => /^([1-9][0-9]{2,8}) .*\[!\]/.exec(line)?.[1] ?? []));
    const isNamed = (name: string) => {
      const guest = /vm--([0-9]+)-/.exec(name)?.[1] ?? '';
      return listed.has(guest) || [name, name.replace(/^group\//, '')].some((text) => said.includes(text));
    };
    const provable = faults.filter(({ ruleId, where }) => where === 'pve1' && ruleId !== 'dm.foreign-activation');
    expect(
      provable.filter(({ name }) => !isNamed(name)),
      said,
    ).toEqual([]);
  });

  it('every fault is in the database, open, once', async () => {
    const query = `SELECT coalesce(n.name, 'cluster') AS place, f.rule AS ruleId, f.subject AS subject
      FROM findings f LEFT JOIN nodes n ON n.tenant_id = f.tenant_id AND n.node_id = f.node_id WHERE f.closed_at IS NULL AND (f.rule LIKE 'dm.%' OR f.rule LIKE 'storage.%')`;
    const rows = (await server?.db.prepare(query).all<{ place: string; ruleId: string; subject: string }>())?.results ?? [];
    const nameOf = nameSubjects([openSnapshot(results.pve1, 0), openSnapshot(results.pve2, 0)]);
    const open = rows.map(({ place, ruleId, subject }) => ({ where: place, ruleId, name: nameOf(subject) }));
    expect(sayAll(open.filter(({ ruleId }) => !quietRules.includes(ruleId)))).toEqual(sayAll(faults));
  });
});
