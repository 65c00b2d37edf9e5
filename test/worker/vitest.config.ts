import { defineConfig } from 'vitest/config';
import { inWorkerd } from './in-workerd';

export default defineConfig(async () => ({
  plugins: [await inWorkerd()],
  test: { name: 'worker', root: import.meta.dirname, include: ['**/*.test.ts', '**/*.test.tsx'], setupFiles: ['./setup.ts'], testTimeout: 60_000 },
}));
