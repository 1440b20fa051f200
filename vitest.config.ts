import { defineConfig } from 'vitest/config'

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
          include: ['{packages,apps}/**/src/**/*.{anvil,db,browser}.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
