import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentHealth, RegistryClient } from '@behest/client'
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
  /** What is told of an agent at one look, as far as it is read. */
  type Look = Partial<
    Pick<
      AgentHealth,
      'listedAs' | 'lastProbeAt' | 'failuresInARow' | 'reason' | 'lastError'
    >
  >
  const unseen: Look = { listedAs: 'unverified', lastProbeAt: null }
  const well: Look = {
    listedAs: 'live',
    lastProbeAt: '2026-01-01T00:00:00Z',
    reason: 'quotes as it should',
  }
  /** A registry that notes what it is sent, and tells one look after the other. */
  function setUp(looks: readonly Look[] = [unseen, unseen, unseen, well]) {
    const sent: PublishRequest[] = []
    const left = [...looks]
    const registry = {
      publish: async (request: PublishRequest) => {
        sent.push(request)
        return { type: 'created', leaseUntil: null }
      },
      health: async () => ({
        failuresInARow: 0,
        lastError: null,
        contract: [],
        ...(left.length > 1 ? left.shift() : left[0]),
      }),
    } as unknown as RegistryClient // only these two are called
    return { registry, sent, left }
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

  test('behavior: who was down is told what it is now, not what it was', async () => {
    const was = {
      listedAs: 'down',
      lastError: {
        at: '2026-01-01T00:00:00Z',
        code: 'CARD_UNREACHABLE',
        detail: 'no answer',
      },
    } as const
    const { registry, left } = setUp([
      { ...was, lastProbeAt: '2026-01-01T00:00:00Z', failuresInARow: 4 },
      // Not looked at yet; looked at and not written yet; one success, then two.
      { ...was, lastProbeAt: '2026-01-01T00:00:00Z', failuresInARow: 4 },
      { ...was, lastProbeAt: '2026-01-01T00:01:00Z', reason: 'no answer' },
      {
        ...was,
        lastProbeAt: '2026-01-01T00:01:00Z',
        reason: 'answered again, waits for a second success',
      },
      {
        ...well,
        lastError: was.lastError,
        lastProbeAt: '2026-01-01T00:01:01Z',
      },
    ])
    const card = await readCardSource(server.url)
    const publish = (waitSeconds: number) =>
      publishCard({
        registry,
        card,
        author: { type: 'agent', signer },
        nowMs: Date.now,
        ...bounds,
        waitSeconds,
      })
    expect(await publish(60)).toMatchObject({
      status: 'live',
      reason: 'quotes as it should',
    })
    expect(left).toHaveLength(1)
  })

  test('behavior: a visit that failed is told at once, and the wait has an end', async () => {
    const card = await readCardSource(server.url)
    const publish = (looks: readonly Look[], waitSeconds: number) =>
      publishCard({
        registry: setUp(looks).registry,
        card,
        author: { type: 'agent', signer },
        nowMs: Date.now,
        ...bounds,
        waitSeconds,
      })
    const lastError = {
      at: '2026-01-01T00:00:00Z',
      code: 'CARD_UNREACHABLE',
      detail: 'no answer',
    }
    const failed: Look = {
      ...unseen,
      lastProbeAt: '2026-01-01T00:00:00Z',
      failuresInARow: 1,
      lastError,
    }
    expect(await publish([unseen, failed, well], 3600)).toMatchObject({
      status: 'unverified',
      reason: 'no answer',
    })
    const waiting: Look = {
      listedAs: 'down',
      lastProbeAt: '2026-01-01T00:00:00Z',
      reason: 'answered again, waits for a second success',
      lastError,
    }
    expect(await publish([unseen, waiting], 0)).toMatchObject({
      status: 'down',
      reason: 'answered again, waits for a second success',
    })
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
