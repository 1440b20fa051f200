import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRandom, type Random } from '../chaos/createRandom.js'

/** A node in the middle: it passes everything on, and now and then it lies. */
export type LyingNode = {
  readonly url: string
  /** From now on so many of a thousand words in its answers are others. */
  readonly lie: (options: {
    readonly seed: number
    readonly lieInThousand: number
  }) => void
  readonly beHonest: () => void
  readonly stop: () => Promise<void>
}

/** Starts a node in the middle on a free port. */
export async function startLyingNode(rpcUrl: string): Promise<LyingNode> {
  let liar: { random: Random; lieInThousand: number } | null = null
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const answer = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.concat(chunks),
    })
    const text = await answer.text()
    response.setHeader('content-type', 'application/json')
    response.end(liar === null ? text : bend(text, liar))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lie: ({ seed, lieInThousand }) => {
      liar = { random: createRandom(`lies/${seed}`), lieInThousand }
    },
    beHonest: () => {
      liar = null
    },
    stop: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/** Other words in place of some: hex stays hex, so that it is still believed. */
function bend(
  text: string,
  { random, lieInThousand }: { random: Random; lieInThousand: number },
): string {
  return text.replace(/[0-9a-f]{64}|"0x[0-9a-f]{1,16}"/g, (word) => {
    if (!random.chance(lieInThousand / 1000)) return word
    const isQuoted = word.startsWith('"')
    const length = isQuoted ? word.length - 4 : 64
    const digits =
      random.pick([
        '0'.repeat(length),
        'f'.repeat(length),
        Array.from({ length }, () => random.between(0, 15).toString(16)).join(
          '',
        ),
      ]) || '0'
    return isQuoted ? `"0x${digits.replace(/^0+(?=.)/, '')}"` : digits
  })
}
