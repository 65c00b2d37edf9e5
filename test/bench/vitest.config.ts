import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const project = `${import.meta.dirname}/../..`;

// Counts in workerd on a real D1, as the tests of the Worker do; started by `npm run bench`, never by `npm test`.
export default defineConfig(async () => ({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: `${project}/wrangler.toml` },
      remoteBindings: false,
      miniflare: { cf: false, bindings: { TEST_MIGRATIONS: await readD1Migrations(`${project}/migrations`) } },
    }),
  ],
  test: { name: 'bench', root: import.meta.dirname, include: ['*.bench-count.test.ts'], setupFiles: ['../worker/setup.ts'], testTimeout: 60_000 },
}));
