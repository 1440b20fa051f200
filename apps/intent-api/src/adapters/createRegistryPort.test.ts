import { expect, test } from 'vitest'
import { createRegistryPort } from './createRegistryPort.js'

test('behavior: a search is asked for by action, chain, venue and seed', async () => {
  const asked: URL[] = []
  const port = createRegistryPort({
    baseUrl: 'http://127.0.0.1:4100',
    isReference: () => false,
    fetch: async (input) => {
      asked.push(new URL(String(input)))
      return Response.json({
        results: [],
        nextCursor: null,
        indexSeq: 1,
        total: 0,
        formulaVersion: 'test',
        degraded: [],
      })
    },
  })
  await port.findCandidates({
    action: 'supply',
    chainId: 31_337,
    tokens: ['USDC'],
    venue: 'aave',
    limit: 8,
    seed: '0xabc s1',
  })
  expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toEqual({
    action: 'supply',
    chain: '31337',
    venue: 'aave',
    limit: '8',
    seed: '0xabc s1',
  })
})
