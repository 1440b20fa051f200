import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RegistryClient } from '@behest/client'
import {
  type AgentServer,
  defineAgent,
  getAmountUnits,
  serveAgent,
} from '@behest/sdk'
import {
  type PublishRequest,
  registryDomain,
  registryTypedDataTypes,
} from '@behest/spec'
import { keccak256, recoverTypedDataAddress, stringToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assertMayPublish, publishCard } from './publishCard.js'
import { readCardSource } from './readCardSource.js'
import { unlockAuthor } from './unlockAuthor.js'

const signer = privateKeyToAccount(`0x${'21'.repeat(32)}`)
const stranger = privateKeyToAccount(`0x${'22'.repeat(32)}`)
const chainId = 31_337
let server: AgentServer
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'behest-card-'))
  server = await serveAgent(
    defineAgent({
      name: 'tip',
      version: '1.0.0',
      summary: 'Sends the native coin.',
      chainIds: 'any',
      serves: ['transfer'],
      limits: { spenders: [], maxValidForSeconds: 300 },
      quote({ token, amount, to }) {
        if (token.address !== 'native') return null
        const { units } = getAmountUnits({ amount })
        return { calls: [{ to, valueWei: units, amountOffsets: [-1] }] }
      },
    }),
    { signer },
  )
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const write = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('readCardSource', () => {
  test('default: base URL, card URL and file give the same bytes and address', async () => {
    const served = server.agents[0]?.cardText ?? ''
    for (const source of [
      server.url,
      `${server.url}/`,
      `${server.url}/.well-known/agent-card.json`,
      write('card.json', served),
    ]) {
      const card = await readCardSource(source)
      expect(card).toMatchObject({
        text: served,
        baseUrl: server.url,
        isSigned: true,
      })
    }
  })

  test.each([
    ['CARD_UNREADABLE', () => join(folder, 'absent.json')],
    ['CARD_UNREADABLE', () => write('long.json', 'x'.repeat(70_000))],
    ['CARD_UNREADABLE', () => `${server.url}/nowhere`],
    ['AGENT_CARD_INVALID', () => write('none.json', '{}')],
    ['FETCH_REFUSED', () => 'http://10.0.0.1'],
    ['FETCH_REFUSED', () => 'http://169.254.169.254/latest'],
  ])('error: %s', async (code, toSource) => {
    await expect(readCardSource(toSource())).rejects.toMatchObject({ code })
  })
})

describe('publishCard', () => {
  /** A registry that notes what it is sent and measures on the second look. */
  function setUp() {
    const sent: PublishRequest[] = []
    let looks = 0
    const registry = {
      publish: async (request: PublishRequest) => {
        sent.push(request)
        return { type: 'created', leaseUntil: null }
      },
      health: async () => {
        looks += 1
        return {
          listedAs: looks < 3 ? 'unverified' : 'live',
          lastProbeAt: looks < 3 ? null : '2026-01-01T00:00:00Z',
          reason: 'quotes as it should',
          lastError: null,
          contract: [],
        }
      },
    } as unknown as RegistryClient // only these two are called
    return { registry, sent }
  }
  const bounds = { chainId, leaseSeconds: 60, waitSeconds: 5 }

  test('default: the served bytes are bound by the agent’s signature', async () => {
    const { registry, sent } = setUp()
    const card = await readCardSource(server.url)
    const published = await publishCard({
      registry,
      card,
      author: { type: 'agent', signer },
      nowMs: Date.now,
      ...bounds,
    })
    expect(published).toMatchObject({
      status: 'live',
      owner: signer.address,
      operator: signer.address,
      url: server.url,
    })
    const { message, signature } = sent[0] as PublishRequest
    expect(message.agentId).toBe(published.agentId)
    expect(message.cardHash).toBe(keccak256(stringToHex(card.text)))
    const signedBy = await recoverTypedDataAddress({
      domain: { ...registryDomain, chainId },
      types: { Publish: registryTypedDataTypes.Publish },
      primaryType: 'Publish',
      message: {
        ...message,
        sequence: BigInt(message.sequence),
        expiresAtUnixSeconds: BigInt(message.expiresAtUnixSeconds),
      },
      signature,
    })
    expect(signedBy).toBe(signer.address)
  })

  test('behavior: an owner publishes an agent of another key', async () => {
    const { registry } = setUp()
    const published = await publishCard({
      registry,
      card: await readCardSource(server.url),
      author: { type: 'owner', signer: stranger },
      nowMs: Date.now,
      ...bounds,
    })
    expect(published).toMatchObject({
      owner: stranger.address,
      operator: signer.address,
    })
  })

  test('error: a key that is not the card’s, and a card that nobody signed', async () => {
    const { registry, sent } = setUp()
    const card = await readCardSource(server.url)
    await expect(
      publishCard({
        registry,
        card,
        author: { type: 'agent', signer: stranger },
        nowMs: Date.now,
        ...bounds,
      }),
    ).rejects.toMatchObject({ code: 'AGENT_KEY_MISMATCH' })
    expect(sent).toEqual([])
    const { signatures: _, ...bare } = JSON.parse(card.text)
    const changed = { ...JSON.parse(card.text), description: 'Sends more.' }
    for (const json of [bare, changed]) {
      const path = write('unsigned.json', JSON.stringify(json))
      const unsigned = await readCardSource(path)
      expect(() =>
        assertMayPublish({ card: unsigned, author: { type: 'agent', signer } }),
      ).toThrow(expect.objectContaining({ code: 'CARD_UNSIGNED' }))
    }
  })
})

// A keystore takes its time on purpose.
describe('unlockAuthor', { timeout: 60_000 }, () => {
  test('behavior: with no keystore, one owner’s key is made and kept', async () => {
    const options = {
      keystore: undefined,
      passwordFile: undefined,
      dataFolder: join(folder, 'data'),
      chainId,
    }
    const first = await unlockAuthor(options)
    const second = await unlockAuthor(options)
    expect(first.type).toBe('owner')
    expect(second.signer.address).toBe(first.signer.address)
    const named = await unlockAuthor({
      ...options,
      keystore: join(folder, 'data', 'keys', 'owner.json'),
    })
    expect(named).toMatchObject({
      type: 'agent',
      signer: { address: first.signer.address },
    })
  })

  test('error: a password that is nowhere, and one that is wrong', async () => {
    const keystore = join(folder, 'data', 'keys', 'owner.json')
    const options = { keystore, dataFolder: folder, chainId }
    await expect(
      unlockAuthor({ ...options, passwordFile: join(folder, 'absent') }),
    ).rejects.toMatchObject({ code: 'PASSWORD_FILE_UNREADABLE' })
    await expect(
      unlockAuthor({ ...options, passwordFile: write('wrong', 'wrong') }),
    ).rejects.toMatchObject({ code: 'KEYSTORE_PASSWORD_WRONG' })
  })
})
