/** The same verdicts on bodies an earlier run of the machine left in test/fixtures/kernel: quick, and the parsers cannot forget them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describeDamage } from './damage-verdicts';
import { describeVerdicts } from './verdicts';

const directory = join(import.meta.dirname, '../fixtures/kernel');
const read = (name: string) => readFile(join(directory, name), 'utf8');

describeVerdicts(async () => {
  const churn = (await readdir(directory)).filter((name) => name.startsWith('churn-')).sort();
  return { pve1: await read('pve1.snapshot'), pve2: await read('pve2.snapshot'), churn: await Promise.all(churn.map(read)) };
});

describeDamage(async () => {
  const unpack = async (name: string) => gunzipSync(await readFile(join(directory, `damage-${name}.snapshot.gz`))).toString();
  return { damage: await unpack('damage'), intruders: await unpack('intruders'), stuck: await unpack('stuck'), pve2: await unpack('pve2') };
});
