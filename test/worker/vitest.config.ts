import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const project = `${import.meta.dirname}/../..`;

export default defineConfig(async () => ({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: `${project}/wrangler.toml` },
      remoteBindings: false,
      miniflare: { cf: false, bindings: { TEST_MIGRATIONS: await readD1Migrations(`${project}/migrations`) } },
    }),
  ],
  test: { name: 'worker', root: import.meta.dirname, include: ['**/*.test.ts', '**/*.test.tsx'], setupFiles: ['./setup.ts'] },
}));
