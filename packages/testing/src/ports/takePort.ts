import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below the ports that systems hand out by themselves (32,768 and up on Linux,
 * 49,152 and up elsewhere): between the moment a port is taken here and the moment
 * its server listens on it, no outgoing connection can be given it.
 */
const lowest = 20_000
const highest = 31_999

const taken = new Set<number>()

/**
 * A port of this machine on which nothing listens, for a server that must be told
 * its port before it starts. No port is given twice by one process; two processes
 * meet with a chance of one in twelve thousand. Where a server can listen on port 0
 * and say what it was given, that is better.
 */
export async function takePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest + 1)
    if (taken.has(port)) continue
    taken.add(port)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
