/** One more boot of the machine; see damage.sh for what happens in it and damage-expectations.ts for what must be said. */
import { beforeAll } from 'vitest';
import { collectDamage } from './damage-laboratory';
import { type DamageBodies, describeDamage } from './damage-verdicts';

let bodies: DamageBodies;

beforeAll(async () => {
  bodies = await collectDamage();
});

describeDamage(async () => bodies);
