import { describe, expect, test } from 'vitest'
import { buildCapability } from '../testing/buildRecord.js'
import { chooseDelisted } from './chooseDelisted.js'
import { judgeHealth } from './judgeHealth.js'
import type { ProbeResult } from './probeAgent.js'

const canary = (action: string, code: string): ProbeResult => ({
  kind: 'canary',
  action,
  ok: ['OK', 'DECLINED', 'PAYMENT_REQUIRED', 'NOT_ASKED'].includes(code),
  latencyMs: 1,
  code,
  detail: '',
})
const capabilities = [
  buildCapability({ action: 'swap' }),
  buildCapability({ action: 'supply' }),
]
async function choose(options: {
  readonly status?: 'live' | 'unverified'
  readonly delisted?: readonly string[]
  readonly results: readonly ProbeResult[]
  readonly declines?: number
  readonly tried?: readonly string[]
}) {
  const { status = 'live', delisted = [], results } = options
  return chooseDelisted({
    agent: { status, delisted, capabilities },
    verdict: judgeHealth({
      state: { status, failures: 0, successes: 0 },
      results,
      calmIntervalMs: 1,
    }),
    tried: options.tried ?? results.flatMap(({ action }) => action ?? []),
    results,
    countDeclines: async () => options.declines ?? 1,
  })
}

describe('chooseDelisted', () => {
  test('default: who quotes is listed', async () => {
    expect(
      await choose({
        status: 'unverified',
        results: [canary('swap', 'OK'), canary('supply', 'OK')],
      }),
    ).toEqual([])
  })

  test('behavior: at the door a decline is no quote', async () => {
    expect(
      await choose({
        status: 'unverified',
        results: [canary('swap', 'DECLINED'), canary('supply', 'OK')],
      }),
    ).toEqual(['swap'])
    // Another question was answered with a quote.
    expect(
      await choose({
        status: 'unverified',
        results: [
          canary('swap', 'DECLINED'),
          canary('swap', 'OK'),
          canary('supply', 'OK'),
        ],
      }),
    ).toEqual([])
  })

  test('behavior: what the first visit did not reach is not listed', async () => {
    expect(
      await choose({
        status: 'unverified',
        tried: ['swap', 'supply'],
        results: [canary('swap', 'OK')],
      }),
    ).toEqual(['supply'])
  })

  test('behavior: what cannot be asked here is listed unasked', async () => {
    expect(
      await choose({
        status: 'unverified',
        results: [canary('swap', 'NOT_ASKED'), canary('supply', 'OK')],
      }),
    ).toEqual([])
  })

  test('behavior: a decline lists nothing again, a quote does', async () => {
    expect(
      await choose({
        delisted: ['swap'],
        results: [canary('swap', 'DECLINED')],
      }),
    ).toEqual(['swap'])
    expect(
      await choose({ delisted: ['swap'], results: [canary('swap', 'OK')] }),
    ).toEqual([])
  })

  test('behavior: an action comes back when each of its capabilities quotes', async () => {
    expect(
      await choose({
        delisted: ['swap'],
        results: [canary('swap', 'OK'), canary('swap', 'CANARY_WRONG')],
      }),
    ).toEqual(['swap'])
  })

  test('behavior: who is listed may decline now and then, and not always', async () => {
    const results = [canary('swap', 'DECLINED')]
    expect(await choose({ results, declines: 5 })).toEqual([])
    expect(await choose({ results, declines: 6 })).toEqual(['swap'])
  })

  test('behavior: an action that the card no longer names is forgotten', async () => {
    expect(await choose({ delisted: ['lend', 'supply'], results: [] })).toEqual(
      ['supply'],
    )
  })
})
