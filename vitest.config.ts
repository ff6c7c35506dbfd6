import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // A flake is a bug: nothing is tried twice.
    retry: 0,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/**/*.itg.test.ts'], testTimeout: 10_000 },
      },
      {
        extends: true,
        test: {
          name: 'itg',
          include: ['test/**/*.itg.test.ts'],
          // A failure is rehearsed three times before it is one: once more, and once without the upgrade.
          testTimeout: 300_000,
          hookTimeout: 180_000,
          // Each of these drives real containers; more at once would measure the machine, not the code.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
