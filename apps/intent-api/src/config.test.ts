import { describe, expect, test } from 'vitest'
import { ConfigInvalidError, parseConfig } from './config.js'

describe('parseConfig, the private RPC', () => {
  test('behavior: none unless it is given', () => {
    expect(parseConfig({})).not.toHaveProperty('privateRpcUrl')
    expect(parseConfig({ BEHEST_PRIVATE_RPC_URL: '' })).not.toHaveProperty(
      'privateRpcUrl',
    )
    expect(
      parseConfig({ BEHEST_PRIVATE_RPC_URL: 'https://rpc.example/key' }),
    ).toMatchObject({ privateRpcUrl: 'https://rpc.example/key' })
  })

  test.each(['rpc.example', 'wss://rpc.example', 'file:///srv/rpc'])(
    'error: %s is refused, rather than sent in public',
    (url) => {
      expect(() => parseConfig({ BEHEST_PRIVATE_RPC_URL: url })).toThrow(
        ConfigInvalidError,
      )
    },
  )
})

describe('parseConfig, what agents are paid', () => {
  const caps = { BEHEST_PAY_PER_INTENT: '0.05', BEHEST_PAY_PER_DAY: '2' }

  test('behavior: where strangers sign in, none of them may use up the day', () => {
    expect(parseConfig(caps).payments).toEqual({
      perIntent: '0.05',
      perDay: '2',
    })
    const BEHEST_PUBLIC_URL = 'https://behest.example'
    expect(parseConfig({ ...caps, BEHEST_PUBLIC_URL }).payments).toEqual({
      perIntent: '0.05',
      perDay: '2',
      perAccountPerDay: '0.2',
    })
    // One intent of theirs can still pay what an intent may.
    expect(
      parseConfig({ ...caps, BEHEST_PUBLIC_URL, BEHEST_PAY_PER_DAY: '0.1' })
        .payments.perAccountPerDay,
    ).toBe('0.05')
    expect(
      parseConfig({ ...caps, BEHEST_PAY_PER_ACCOUNT_PER_DAY: '1' }).payments
        .perAccountPerDay,
    ).toBe('1')
  })
})
