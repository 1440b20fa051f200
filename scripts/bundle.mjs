// Puts a package that consists of hundreds of small modules into one file, beside
// what the compiler wrote: loading them one by one takes longer than running them.
// What it depends on stays outside, so that there is one of each in a process.
import { dirname, isAbsolute, join, relative } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './ensureReady.mjs'

for (const name of ['language']) {
  const compiled = join(root, 'packages', name, 'dist')
  const file = join(compiled, 'bundle/index.js')
  const bundle = await rolldown({
    input: join(compiled, 'index.js'),
    platform: 'node',
    logLevel: 'warn',
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    plugins: [
      {
        name: 'data-beside-each-module',
        transform: (code, id) =>
          code.replaceAll(
            'import.meta.url',
            `new URL(${JSON.stringify(toUrlPath(relative(dirname(file), id)))}, import.meta.url)`,
          ),
      },
    ],
  })
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  await bundle.close()
}

function toUrlPath(path) {
  return path.replaceAll('\\', '/')
}
