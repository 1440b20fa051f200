import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A node in front of a node, which keeps count of what it is asked. */
export type RpcProxy = {
  readonly url: string
  /** Names of the methods, in the order in which they came. */
  readonly methods: string[]
  readonly stop: () => Promise<void>
}

/** Starts a proxy on a free port; `mode` is what it does with a request. */
export async function startRpcProxy(options: {
  readonly rpcUrl: string
  readonly mode?: 'forward' | 'hang-up'
}): Promise<RpcProxy> {
  const { rpcUrl, mode = 'forward' } = options
  const methods: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const said = JSON.parse(body) as { method: string } | { method: string }[]
    methods.push(...[said].flat().map(({ method }) => method))
    if (mode === 'hang-up') {
      request.socket.destroy()
      return
    }
    const answer = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    response.setHeader('content-type', 'application/json')
    response.end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/key-of-mine`,
    methods,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
