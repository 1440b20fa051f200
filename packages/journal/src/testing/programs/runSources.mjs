// Lets plain Node run the sources, so that a crash test can kill a real process
// without a build before it: `node --import runSources.mjs program.ts`.
import { register } from 'node:module'

register('./sourceHooks.mjs', import.meta.url)

// Whoever started the program is gone: nobody else would end it.
process.stdin.on('end', () => process.exit()).resume()
