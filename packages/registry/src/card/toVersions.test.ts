import { capabilityExtensionUri } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { buildCapability } from '../testing/buildRecord.js'
import { toVersions } from './toVersions.js'

const cardOf = (options: {
  readonly description?: string
  readonly capabilities: readonly ReturnType<typeof buildCapability>[]
}) =>
  JSON.stringify({
    name: 'swap-best',
    description: options.description ?? 'Swaps.',
    version: '1.0.0',
    url: 'https://agent.example/a',
    preferredTransport: 'JSONRPC',
    capabilities: {
      extensions: [
        {
          uri: capabilityExtensionUri,
          params: {
            agent: `0x${'11'.repeat(20)}`,
            capabilities: options.capabilities,
          },
        },
      ],
    },
  })
const changesOf = (...cards: readonly string[]) =>
  toVersions(
    cards.map((card, place) => ({
      sequence: cards.length - place,
      cardHash: `0x${place}`,
      by: null,
      at: '2026-01-01T00:00:00.000Z',
      card,
    })),
  ).map(({ changes }) => changes)
const uniswap = buildCapability({ action: 'swap', venues: ['uniswap'] })
const curve = buildCapability({ action: 'swap', venues: ['curve'] })
const supply = buildCapability({ action: 'supply' })

describe('toVersions', () => {
  test('default: capabilities that came, went and changed, by name', () => {
    expect(
      changesOf(
        cardOf({ capabilities: [{ ...uniswap, feeBps: 30 }, supply] }),
        cardOf({ capabilities: [uniswap, curve] }),
      ),
    ).toEqual([
      {
        fields: [],
        added: ['supply'],
        removed: ['swap on curve'],
        changed: ['swap on uniswap'],
      },
      null,
    ])
  })

  test('behavior: two of the same name are told apart', () => {
    expect(
      changesOf(
        cardOf({ capabilities: [supply, { ...supply, feeBps: 5 }] }),
        cardOf({ capabilities: [supply] }),
      )[0],
    ).toMatchObject({ added: ['supply (2)'], changed: [] })
  })

  test('behavior: a card that cannot be read any more changes nothing that is known', () => {
    expect(changesOf(cardOf({ capabilities: [supply] }), '{"name":1}')).toEqual(
      [null, null],
    )
  })

  test('behavior: prose counts as changed too', () => {
    expect(
      changesOf(
        cardOf({ capabilities: [supply], description: 'Lends.' }),
        cardOf({ capabilities: [supply] }),
      )[0],
    ).toEqual({
      fields: ['description'],
      added: [],
      removed: [],
      changed: [],
    })
  })
})
