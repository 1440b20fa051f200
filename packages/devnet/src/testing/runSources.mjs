// Lets Node run our TypeScript as it is: `node --import runSources.mjs file.ts`.
// A test that kills a process needs a real one, and no build before it. Node runs
// this file twice: it registers itself, and is then loaded as the hooks.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) register(import.meta.url)

const fromVitest = createRequire(
  createRequire(import.meta.url).resolve('vitest/package.json'),
)
const vite = pathToFileURL(fromVitest.resolve('vite')).href

/** `./x.js` means `./x.ts`, and our own packages mean their sources. */
export function resolve(specifier, context, next) {
  if (specifier.startsWith('.') && specifier.endsWith('.js')) {
    const source = new URL(specifier.replace(/js$/, 'ts'), context.parentURL)
    if (existsSync(source)) return { url: source.href, shortCircuit: true }
  }
  const conditions = ['@behest/source', ...context.conditions]
  return next(specifier, { ...context, conditions })
}

/** Erases the types. */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context)
  const file = fileURLToPath(url)
  const { transformWithOxc } = await import(vite)
  const { code } = await transformWithOxc(readFileSync(file, 'utf8'), file, {
    lang: 'ts',
    tsconfig: false,
  })
  return { format: 'module', source: code, shortCircuit: true }
}
