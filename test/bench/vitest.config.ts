import { defineConfig } from 'vitest/config';
import { inWorkerd } from '../worker/in-workerd';

// Counts in workerd on a real D1, as the tests of the Worker do; started by `npm run bench`, never by `npm test`.
export default defineConfig(async () => ({
  plugins: [await inWorkerd()],
  test: { name: 'bench', root: import.meta.dirname, include: ['*.bench-count.test.ts'], setupFiles: ['../worker/setup.ts'], testTimeout: 60_000 },
}));
