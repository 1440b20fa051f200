import { writeFileSync } from 'node:fs'
import { compileLenses } from './compileLenses.js'

writeFileSync(
  new URL('../../src/lens/lensCode.ts', import.meta.url),
  compileLenses(),
)
