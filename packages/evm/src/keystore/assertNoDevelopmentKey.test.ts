import { bytesToHex } from 'viem'
import { mnemonicToAccount, privateKeyToAddress } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import {
  assertNoDevelopmentKey,
  developmentAddresses,
} from './assertNoDevelopmentKey.js'
import { DevelopmentKeyRefusedError } from './errors.js'

describe('assertNoDevelopmentKey', () => {
  test('default: the list is that of the mnemonics', () => {
    const list = [
      ['test test test test test test test test test test test junk', 20],
      [
        'myth like bonus scare over problem client lizard pioneer submit female collect',
        10,
      ],
      [
        'candy maple cake sugar pudding cream honey rich smooth crumble sweet treat',
        10,
      ],
    ] as const
    expect(developmentAddresses).toEqual(
      list.flatMap(([mnemonic, count]) => {
        // One seed for all: deriving it is what takes long.
        const root = mnemonicToAccount(mnemonic, {
          path: "m/44'/60'/0'/0",
        }).getHdKey()
        return Array.from({ length: count }, (_, index) => {
          const { privateKey } = root.deriveChild(index)
          return privateKeyToAddress(bytesToHex(privateKey ?? new Uint8Array()))
        })
      }),
    )
  }, 30_000)

  test('error: DevelopmentKeyRefusedError in any spelling, off chain 31337', () => {
    for (const address of developmentAddresses) {
      const lower = address.toLowerCase() as typeof address
      expect(() =>
        assertNoDevelopmentKey({ address: lower, chainId: 1 }),
      ).toThrow(DevelopmentKeyRefusedError)
      expect(() =>
        assertNoDevelopmentKey({ address, chainId: 31337 }),
      ).not.toThrow()
    }
    expect(() =>
      assertNoDevelopmentKey({
        address: '0x00000000000000000000000000000000000000Aa',
        chainId: 1,
      }),
    ).not.toThrow()
  })
})
