// `npm run docs`: writes the pages that are drawn from the code.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './ensureReady.mjs'
import { buildErrorPages } from './errorPages.mjs'

const folder = join(root, 'docs/errors')
mkdirSync(folder, { recursive: true })
const pages = buildErrorPages()
for (const file of readdirSync(folder))
  if (!pages.has(file)) rmSync(join(folder, file))
for (const [file, text] of pages) writeFileSync(join(folder, file), text)
