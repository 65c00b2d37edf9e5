import { defineConfig } from 'vitest/config';

// The built program as a process of its own, against servers, disks and commands that misbehave: most of the time it waits,
// so more of them run at once than there are processors.
export default defineConfig({
  test: { name: 'collector', root: import.meta.dirname, include: ['**/*.test.ts'], maxWorkers: 4, testTimeout: 60_000, hookTimeout: 60_000 },
});
