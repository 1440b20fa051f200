// Holds the docs against the code: pages that are drawn from it are up to date,
// every block of a guide is held by something, and no link leads nowhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './ensureReady.mjs'
import { buildErrorPages } from './errorPages.mjs'
import { findDrift, readGuideBlocks } from './guideBlocks.mjs'
import { findStale } from './pageBlocks.mjs'

const problems = []
const pages = buildErrorPages()
for (const [file, text] of pages) {
  const path = join(root, 'docs/errors', file)
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text)
    problems.push(`docs/errors/${file} is not what the code says`)
}
for (const file of readdirSync(join(root, 'docs/errors')))
  if (!pages.has(file)) problems.push(`docs/errors/${file} has no error class`)

problems.push(...findDrift(readGuideBlocks()))
problems.push(
  ...findStale(
    listPages(root).filter((page) => !page.includes(join('docs', 'guides'))),
  ),
)

for (const file of listPages(root))
  for (const [, target] of readFileSync(file, 'utf8').matchAll(
    /\]\((?!https?:|#|mailto:)([^)#\s]+)/g,
  ))
    if (!existsSync(join(dirname(file), target)))
      problems.push(`${file.slice(root.length + 1)} links to ${target}`)

if (problems.length > 0) {
  console.error(`${problems.join('\n')}\nRun "npm run docs", then look again.`)
  process.exit(1)
}

function listPages(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (
      entry.name.startsWith('.') ||
      ['node_modules', 'dist'].includes(entry.name)
    )
      return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return listPages(path)
    return path.endsWith('.md') ? [path] : []
  })
}
