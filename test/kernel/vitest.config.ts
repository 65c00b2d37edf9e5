import { defineConfig } from 'vitest/config';

// One virtual machine at a time: boots are slow without KVM and timing inside is generous.
export default defineConfig({
  test: { name: 'kernel', root: import.meta.dirname, include: ['**/*.test.ts'], fileParallelism: false, testTimeout: 900_000, hookTimeout: 900_000 },
});
