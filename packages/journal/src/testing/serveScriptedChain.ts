import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OutboxChain } from '../outbox/outboxChain.js'
import { fromText, type ScriptedChain, toText } from './createScriptedChain.js'

/** A chain in memory that other processes can reach. */
export type ServedChain = {
  readonly url: string
  readonly close: () => Promise<void>
}

/** Serves a chain in memory on loopback, so that it outlives its users. */
export async function serveScriptedChain(
  chain: ScriptedChain,
): Promise<ServedChain> {
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += String(part)
    const { method, values } = JSON.parse(text, fromText) as {
      method: keyof OutboxChain
      values: unknown[]
    }
    try {
      // The caller is our own test program: it names methods of the port only.
      const call = chain[method] as (...values: unknown[]) => Promise<unknown>
      const result = await call(...values)
      response.end(JSON.stringify({ result: result ?? null }, toText))
    } catch (error) {
      response.end(JSON.stringify({ error: (error as Error).message }))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
