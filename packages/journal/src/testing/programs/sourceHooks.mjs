// Types are erased by the compiler that vitest brings along.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const fromHere = createRequire(import.meta.url)
const fromVitest = createRequire(fromHere.resolve('vitest/package.json'))
const fromVite = createRequire(fromVitest.resolve('vite'))
const { transformSync } = await import(
  pathToFileURL(fromVite.resolve('rolldown/utils')).href
)

export async function resolve(specifier, context, next) {
  if (specifier.startsWith('.') && specifier.endsWith('.js')) {
    const url = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL)
    if (existsSync(url)) return { url: url.href, shortCircuit: true }
  }
  return next(specifier, {
    ...context,
    conditions: ['@behest/source', ...context.conditions],
  })
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context)
  const file = fileURLToPath(url)
  const { code, errors } = transformSync(file, readFileSync(file, 'utf8'), {
    lang: 'ts',
  })
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0].message}`)
  return { format: 'module', source: code, shortCircuit: true }
}
