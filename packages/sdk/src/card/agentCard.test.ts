import { createPublicKey, verify } from 'node:crypto'
import { canonicalizeAgentCard } from '@a2a-js/sdk'
import { capabilityExtensionUri } from '@behest/spec'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { payAgent } from '../define/defineAgent.examples.js'
import { defineAgent } from '../define/defineAgent.js'
import type { AgentCardJson } from './AgentCard.js'
import { buildAgentCard } from './buildAgentCard.js'
import { AgentCardInvalidError, readAgentCard } from './readAgentCard.js'
import { isCardSignedBy, signAgentCard } from './signAgentCard.js'

const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
const stranger = privateKeyToAccount(`0x${'02'.repeat(32)}`)
const url = 'https://agents.example/pay'
const card = buildAgentCard({
  agent: payAgent,
  agentAddress: signer.address,
  url,
})
const text = await signAgentCard({ card, signer })
const parse = (json: string) => JSON.parse(json) as AgentCardJson

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0

describe('buildAgentCard', () => {
  test('default: the capabilities of the definition', async () => {
    const { profile, url: endpoint, isSigned } = await readAgentCard(text)
    expect(profile.agent).toBe(signer.address)
    expect(profile.capabilities).toMatchObject([
      {
        action: 'transfer',
        chains: [1, 8453, 31337],
        tokens: 'any',
        feeBps: 0,
        spenders: [],
        maxValidForSeconds: 300,
      },
    ])
    expect(endpoint).toBe(url)
    expect(isSigned).toBe(true)
  })

  test('behavior: an agent for everything still fits what registries read', async () => {
    const agent = defineAgent({
      name: 'everything',
      version: '1.0.0',
      summary: 'x'.repeat(500),
      chainIds: 'any',
      serves: [
        'swap',
        'transfer',
        'supply',
        'withdraw',
        'borrow',
        'repay',
        'approve',
        'revoke',
        'ask',
      ],
      examples: Array(20).fill('swap half my ETH to USDC'),
      limits: { spenders: [], maxValidForSeconds: 60 },
      quote: () => null,
    })
    const big = await signAgentCard({
      card: buildAgentCard({ agent, agentAddress: signer.address, url }),
      signer,
    })
    expect(big.length).toBeLessThan(65_536)
    expect(depthOf(JSON.parse(big))).toBeLessThanOrEqual(16)
    expect((await readAgentCard(big)).profile.capabilities).toHaveLength(9)
  })
})

describe('signAgentCard', () => {
  test('behavior: the same text each time', async () => {
    expect(await signAgentCard({ card, signer })).toBe(text)
  })

  test('behavior: OpenSSL verifies it with the key that the header names', () => {
    const { signatures = [] } = parse(text)
    const [entry] = signatures
    const header = JSON.parse(
      Buffer.from(entry?.protected ?? '', 'base64url').toString(),
    )
    expect(header).toMatchObject({ alg: 'ES256K', typ: 'JOSE' })
    const payload = Buffer.from(
      canonicalizeAgentCard(JSON.parse(text)),
    ).toString('base64url')
    expect(
      verify(
        'sha256',
        Buffer.from(`${entry?.protected}.${payload}`),
        {
          key: createPublicKey({ key: header.jwk, format: 'jwk' }),
          dsaEncoding: 'ieee-p1363',
        },
        Buffer.from(entry?.signature ?? '', 'base64url'),
      ),
    ).toBe(true)
  })

  test.each<[string, (card: AgentCardJson) => unknown]>([
    ['description', (was) => ({ ...was, description: 'safe' })],
    [
      'interface',
      (was) => ({
        ...was,
        supportedInterfaces: [
          { ...was.supportedInterfaces[0], url: 'https://evil.example' },
        ],
      }),
    ],
    [
      'capability',
      (was) =>
        JSON.parse(JSON.stringify(was).replace('"feeBps":0', '"feeBps":1')),
    ],
    [
      'alg none',
      (was) => ({
        ...was,
        signatures: [
          {
            protected: Buffer.from(
              JSON.stringify({ alg: 'none', kid: signer.address }),
            ).toString('base64url'),
            signature: '',
          },
        ],
      }),
    ],
    ['no signature', ({ signatures: _gone, ...was }) => was],
    [
      'garbage',
      (was) => ({ ...was, signatures: [{ protected: '!', signature: '%' }] }),
    ],
  ])('behavior: a changed %s is not signed', async (_name, change) => {
    const changed = change(parse(text)) as AgentCardJson
    expect(JSON.stringify(changed)).not.toBe(text)
    expect(await isCardSignedBy(changed, signer.address)).toBe(false)
  })

  test('behavior: signed by one key is not signed by another', async () => {
    expect(await isCardSignedBy(parse(text), signer.address)).toBe(true)
    expect(await isCardSignedBy(parse(text), stranger.address)).toBe(false)
    const theirs = await signAgentCard({ card, signer: stranger })
    expect(await isCardSignedBy(parse(theirs), signer.address)).toBe(false)
    expect((await readAgentCard(theirs)).isSigned).toBe(false)
  })

  test('behavior: a key without plain signing gives a card without signature', async () => {
    const { address, signTypedData } = signer
    const plain = await signAgentCard({
      card,
      signer: { address, signTypedData },
    })
    expect(parse(plain).signatures).toBeUndefined()
  })
})

describe('readAgentCard', () => {
  test.each([
    ['no JSON', '{'],
    ['no card', '{}'],
    ['too deep', `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
    ['too long', JSON.stringify({ ...card, description: 'x'.repeat(70_000) })],
    [
      'without JSON-RPC',
      JSON.stringify({
        ...card,
        supportedInterfaces: [card.supportedInterfaces[1]],
      }),
    ],
    [
      'without the extension',
      JSON.stringify(card).replace(
        capabilityExtensionUri,
        'https://other.example',
      ),
    ],
    [
      'with a broken profile',
      JSON.stringify(card).replace('"feeBps":0', '"feeBps":-1'),
    ],
  ])('error: AgentCardInvalidError when %s', async (_name, broken) => {
    await expect(readAgentCard(broken)).rejects.toBeInstanceOf(
      AgentCardInvalidError,
    )
  })
})
