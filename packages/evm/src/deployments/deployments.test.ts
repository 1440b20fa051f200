import { encodeAbiParameters, getAddress, keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { knownContracts } from '../abi/knownContracts.js'
import type { ChainDeployment } from './chainDeployment.js'
import { deployments } from './deployments.js'
import {
  LocalAddressesMalformedError,
  toLocalDeployment,
} from './toLocalDeployment.js'

const all: readonly ChainDeployment[] = Object.values(deployments)

/** Every address in a value, however deep. */
const listAddresses = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? /^0x[0-9a-fA-F]{40}$/.test(value)
      ? [value]
      : []
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(listAddresses)
      : []

describe('deployments', () => {
  test('default: names and chain ids', () => {
    expect(all.map(({ name, chainId }) => [name, chainId])).toEqual([
      ['ethereum', 1],
      ['base', 8453],
      ['arbitrum', 42161],
      ['optimism', 10],
      ['polygon', 137],
    ])
    for (const [key, { name }] of Object.entries(deployments))
      expect(key).toBe(name)
  })

  test('behavior: every address carries its checksum', () => {
    for (const deployment of all)
      for (const address of listAddresses(deployment))
        expect(address).toBe(getAddress(address))
  })

  test('behavior: a Morpho market is the hash of its own fields', () => {
    const markets = all.flatMap(({ morpho }) => morpho.markets)
    expect(markets.length).toBeGreaterThan(3)
    for (const { id, ...params } of markets)
      expect(
        keccak256(
          encodeAbiParameters(
            [
              { type: 'address' },
              { type: 'address' },
              { type: 'address' },
              { type: 'address' },
              { type: 'uint256' },
            ],
            [
              params.loanToken,
              params.collateralToken,
              params.oracle,
              params.irm,
              params.lltv,
            ],
          ),
        ),
      ).toBe(id)
  })

  test('behavior: one symbol, one token; the wrapped coin is listed', () => {
    for (const { tokens, nativeToken, wrappedNative } of all) {
      const symbols = [nativeToken, ...tokens].map(({ symbol }) =>
        symbol.toLowerCase(),
      )
      expect(new Set(symbols).size).toBe(symbols.length)
      expect(tokens.map(({ address }) => address)).toContain(wrappedNative)
    }
  })

  test('behavior: known contracts name no address twice', () => {
    for (const deployment of all) {
      const addresses = knownContracts(deployment).map(({ address }) => address)
      expect(new Set(addresses).size).toBe(addresses.length)
    }
  })
})

describe('toLocalDeployment', () => {
  test('error: LocalAddressesMalformedError', () => {
    expect(() => toLocalDeployment({})).toThrow(LocalAddressesMalformedError)
    expect(() => toLocalDeployment('{')).toThrow(LocalAddressesMalformedError)
    expect(() => toLocalDeployment(undefined)).toThrow(
      LocalAddressesMalformedError,
    )
  })
})
