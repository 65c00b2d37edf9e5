/** The plugin of every suite that runs in workerd: the settings of wrangler.toml, a real D1, the migrations to apply. */
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';

const project = `${import.meta.dirname}/../..`;

export async function inWorkerd() {
  return cloudflareTest({
    wrangler: { configPath: `${project}/wrangler.toml` },
    remoteBindings: false,
    miniflare: { cf: false, bindings: { TEST_MIGRATIONS: await readD1Migrations(`${project}/migrations`) } },
  });
}
