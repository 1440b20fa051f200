import { describe, expect, test } from 'vitest'
import { createReadiness } from './createReadiness.js'

const ok = async () => {}
const refused = async () => {
  throw Object.assign(new TypeError('no'), { code: 'ECONNREFUSED' })
}
const read = (change: Partial<Parameters<typeof createReadiness>[0]> = {}) =>
  createReadiness({
    needed: { database: ok, chain: ok },
    useful: { registry: ok },
    describe: async () => ({ block: '7' }),
    ...change,
  })()

describe('createReadiness', () => {
  test('default', async () => {
    expect(await read()).toEqual({
      status: 'ready',
      parts: { database: 'ok', chain: 'ok', registry: 'ok' },
      block: '7',
    })
  })

  test('behavior: it says which part is away', async () => {
    expect(await read({ needed: { database: refused, chain: ok } })).toEqual({
      status: 'unready',
      parts: { database: 'ECONNREFUSED', chain: 'ok', registry: 'ok' },
    })
    expect(await read({ needed: { database: ok, chain: refused } })).toEqual({
      status: 'unready',
      parts: { database: 'ok', chain: 'ECONNREFUSED', registry: 'ok' },
    })
  })

  test('behavior: without the registry it still answers', async () => {
    expect(await read({ useful: { registry: refused } })).toMatchObject({
      status: 'degraded',
      parts: { registry: 'ECONNREFUSED' },
      block: '7',
    })
  })

  test('behavior: a part that hangs is away', async () => {
    const hangs = () => new Promise<void>(() => {})
    expect(await read({ needed: { chain: hangs } })).toMatchObject({
      status: 'unready',
      parts: { chain: 'PART_DOWN' },
    })
  })
})
