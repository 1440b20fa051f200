import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/**
 * Starts a registry in a process of its own, on a free port and without vectors.
 *
 * @param options.folder - Its data: the same one goes on where it was.
 * @returns Its address, its process, and its end.
 */
export async function startRegistry({ folder, environment = {} }) {
  const child = spawn(process.execPath, [script], {
    env: {
      ...process.env,
      BEHEST_DATA: folder,
      BEHEST_REGISTRY_PORT: '0',
      BEHEST_CHAIN_ID: '31337',
      BEHEST_ENCODER: 'none',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise((done) => child.once('exit', done))
  const first = new Promise((done) => child.stdout.once('data', done))
  const line = await Promise.race([first, ended.then(() => undefined)])
  if (line === undefined)
    throw new RangeError('The registry ended before it said where it is.')
  return { url: JSON.parse(line).url, child, ended }
}
