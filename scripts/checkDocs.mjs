// Holds the docs against the code: every error code has its page, every stage its.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './ensureReady.mjs'

const problems = []
for (const code of listErrorCodes())
  if (!existsSync(join(root, 'docs/errors', `${code}.md`)))
    problems.push(`docs/errors/${code}.md is missing`)
for (const file of listFiles(join(root, 'docs')).concat(
  join(root, 'README.md'),
))
  if (file.endsWith('.md') && existsSync(file))
    for (const [, target] of readFileSync(file, 'utf8').matchAll(
      /\]\((?!https?:|#|mailto:)([^)#\s]+)/g,
    ))
      if (!existsSync(join(file, '..', target)))
        problems.push(`${file.slice(root.length + 1)} links to ${target}`)

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}

function listErrorCodes() {
  const codes = new Set()
  for (const folder of ['packages', 'apps'])
    for (const file of listFiles(join(root, folder)))
      if (/\.ts$/.test(file) && !/\.(test|bench|examples)\.ts$/.test(file))
        for (const [, code] of readFileSync(file, 'utf8').matchAll(
          /readonly code(?:: string)? = '([A-Z0-9_]+)'/g,
        ))
          codes.add(code)
  return [...codes].sort()
}

function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', '.cache', 'testing'].includes(entry.name))
      return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? listFiles(path) : [path]
  })
}
