import { defineConfig } from 'vitest/config'

// Chain, database and browser tests are real processes on a machine that may be
// busy with others: one that fails is asked again before it counts. A person sees
// each failure at once.
const isCi = process.env.CI !== undefined

/** Tests run on the sources: no build is needed before them. */
const shared = {
  resolve: { conditions: ['@behest/source'] },
  ssr: { resolve: { conditions: ['@behest/source'] } },
}

export default defineConfig({
  ...shared,
  test: {
    exclude: ['**/node_modules/**', '**/dist/**'],
    maxWorkers: 2,
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          retry: isCi ? 1 : 0,
          include: ['{packages,apps}/**/src/**/*.test.{ts,tsx}'],
          exclude: [
            '**/*.{anvil,live,fork,browser,db}.test.ts',
            '**/node_modules/**',
            '**/dist/**',
          ],
        },
      },
      {
        ...shared,
        test: {
          name: 'chain',
          retry: isCi ? 2 : 0,
          include: ['{packages,apps}/**/src/**/*.{anvil,db,browser}.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
