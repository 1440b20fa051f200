// Puts the worker's program and all that it uses into one file, from the sources:
// a process that is killed every second must start in a moment.
// Arguments: the file to write.
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const [, , file] = process.argv
// The bundler that vitest brings along.
const fromHere = createRequire(import.meta.url)
const fromVitest = createRequire(fromHere.resolve('vitest/package.json'))
const fromVite = createRequire(fromVitest.resolve('vite'))
const { rolldown } = await import(
  pathToFileURL(fromVite.resolve('rolldown')).href
)
const bundle = await rolldown({
  input: fileURLToPath(new URL('./chaosWorker.ts', import.meta.url)),
  platform: 'node',
  logLevel: 'silent',
  external: ['pg-native'],
  resolve: { conditionNames: ['@behest/source'] },
  // Ours do nothing by being loaded, so what a worker does not use is left out.
  treeshake: {
    moduleSideEffects: (id) =>
      !/\/packages\/[a-z]+\/src\/|\/node_modules\/(viem|@dbos-inc)\//.test(id),
  },
})
await bundle.write({ file, format: 'esm', codeSplitting: false })
await bundle.close()
