import { createTestDatabase } from '@behest/journal/testing'
import { createRegistry, registryMigrations } from '@behest/registry'
import { signTransfer } from '@behest/sdk'
import {
  capabilityExtensionUri,
  registryDomain,
  registryTypedDataTypes,
} from '@behest/spec'
import { keccak256, stringToBytes } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { until } from './testing/startTestRegistry.js'

const origin = 'https://origin.example'
const chainId = 31_337
const evil = privateKeyToAccount(generatePrivateKey())
const victim = privateKeyToAccount(generatePrivateKey())

/** An agent as the origin shows it: whose id, and signed by whoever it likes. */
async function show(options: {
  readonly firstOwner: string
  readonly name: string
}) {
  const digest = keccak256(
    stringToBytes(`${options.firstOwner.toLowerCase()}:${options.name}`),
  )
  const agentId = `${options.name}-${digest.slice(2, 10)}`
  const card = JSON.stringify({
    name: options.name,
    description: 'Swaps tokens.',
    version: '1.0.0',
    url: 'https://agent.example/a',
    preferredTransport: 'JSONRPC',
    capabilities: {
      extensions: [
        {
          uri: capabilityExtensionUri,
          params: {
            agent: evil.address,
            capabilities: [
              {
                action: 'swap',
                chains: 'any',
                tokens: 'any',
                venues: [],
                feeBps: 0,
                spenders: [],
                maxValidForSeconds: 60,
                examples: [],
              },
            ],
          },
        },
      ],
    },
  })
  const message = {
    agentId,
    cardHash: keccak256(stringToBytes(card)),
    url: 'https://agent.example/',
    operator: evil.address,
    sequence: 1,
    expiresAtUnixSeconds: Math.floor(Date.now() / 1000) + 600,
  }
  const signature = await evil.signTypedData({
    domain: { ...registryDomain, chainId },
    types: { Publish: registryTypedDataTypes.Publish },
    primaryType: 'Publish',
    message: {
      ...message,
      sequence: 1n,
      expiresAtUnixSeconds: BigInt(message.expiresAtUnixSeconds),
    },
  })
  return {
    agentId,
    owner: evil.address,
    card,
    message,
    signature,
    leaseUntil: new Date(Date.now() + 600_000).toISOString(),
    cardSigned: true,
  }
}

describe('a mirror of a registry that lies', () => {
  test('error: nobody takes the id of another, and what follows is still read', async () => {
    const database = await createTestDatabase({ schemas: [registryMigrations] })
    const stolen = await show({ firstOwner: victim.address, name: 'swap-best' })
    const torn = await show({ firstOwner: evil.address, name: 'swap-torn' })
    const own = await show({ firstOwner: evil.address, name: 'swap-own' })
    const shown = [
      stolen,
      { ...torn, card: own.card }, // another card than was signed
      own,
    ].map((detail, place) => ({
      ...detail,
      agentId: [stolen, torn, own][place]?.agentId ?? '',
    }))
    // The victim is said to have given it away; only the thief has signed.
    const gift = {
      ...(await signTransfer({
        message: {
          agentId: stolen.agentId,
          newOwner: evil.address,
          sequence: 1,
          expiresAtUnixSeconds: Math.floor(Date.now() / 1000) + 600,
        },
        signer: evil,
        newOwner: evil,
        chainId,
      })),
      owner: victim.address,
      at: new Date().toISOString(),
    }
    const answer = (path: string): unknown => {
      if (path.startsWith('/v1/agents?'))
        return {
          agents: shown.map(({ agentId }, place) => ({
            agentId,
            source: 'signed',
            seq: place + 1,
          })),
          removed: [],
          nextCursor: null,
        }
      if (path.endsWith('/transfers')) return { transfers: [gift] }
      if (path.startsWith('/v1/agents/'))
        return shown.find(({ agentId }) => path.endsWith(agentId))
      return path.startsWith('/v1/leases')
        ? { leases: [], nextCursor: null }
        : { receipts: [], nextCursor: null }
    }
    const errors: unknown[] = []
    const registry = await createRegistry({
      pool: database.createPool(6),
      chainId: () => chainId,
      assertUrl: () => undefined,
      onError: (error) => errors.push(error),
      mirrors: {
        origins: [origin],
        fetch: async (url: string) =>
          Response.json(answer(url.slice(origin.length))),
      },
    })
    try {
      const read = async () => {
        const { rows } = await database.pool.query<{
          id: string
          card_signed: boolean
        }>('select id, card_signed from registry.agents order by id')
        return rows
      }
      // The origin says that its card is signed; nobody here saw that.
      expect(await until(read, (rows) => rows.length > 0)).toEqual([
        { id: own.agentId, card_signed: false },
      ])
      expect(errors).toEqual([])
    } finally {
      await registry.stop()
      await database.drop()
    }
  }, 60_000)
})
