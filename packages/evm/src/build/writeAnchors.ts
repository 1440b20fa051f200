import { writeFileSync } from 'node:fs'
import { compileAnchors } from './compileAnchors.js'

writeFileSync(
  new URL('../../src/anchor/anchorCode.ts', import.meta.url),
  compileAnchors(),
)
