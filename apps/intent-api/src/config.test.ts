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

  test.each(['rpc.example', 'wss://rpc.example', 'file:///tmp/rpc'])(
    'error: %s is refused, rather than sent in public',
    (url) => {
      expect(() => parseConfig({ BEHEST_PRIVATE_RPC_URL: url })).toThrow(
        ConfigInvalidError,
      )
    },
  )
})
