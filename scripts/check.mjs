// `npm run check`: lint, format, types, boundaries, docs. Never writes.
import { join } from 'node:path'
import { ensureInstalled, root, run } from './ensureReady.mjs'

ensureInstalled()
const bin = (name) => join(root, 'node_modules/.bin', name)
run(bin('biome'), ['check', '.'])
run(bin('turbo'), ['boundaries'], { TURBO_TELEMETRY_DISABLED: '1' })
run(bin('tsc'), ['-b'])
run(bin('tsc'), ['-p', 'tsconfig.test.json'])
run(process.execPath, ['scripts/checkDocs.mjs'])
