import {
  heartbeatRequestSchema,
  publishRequestSchema,
  registryDomain,
  registryTypedDataTypes,
  removeRequestSchema,
} from '@behest/spec'
import { keccak256, recoverTypedDataAddress, stringToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Fetch, FetchInit } from '../call/createGuardedFetch.js'
import { payAgent } from '../define/defineAgent.examples.js'
import {
  RegistryRefusedError,
  RegistryUnreachableError,
} from './callRegistry.js'
import { keepPublished } from './keepPublished.js'
import { publishAgent, unpublishAgent } from './publishAgent.js'
import { toAgentId } from './toAgentId.js'

const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
const owner = privateKeyToAccount(`0x${'02'.repeat(32)}`)
const domain = { ...registryDomain, chainId: 31_337 }

/** A registry that notes what it is sent and answers with these statuses. */
function setUp(...statuses: number[]) {
  const seen: { url: string; method: string; body: unknown }[] = []
  const fetch: Fetch = async (url, init: FetchInit = {}) => {
    seen.push({
      url,
      method: init.method ?? '',
      body: JSON.parse(init.body ?? ''),
    })
    const status = statuses.shift() ?? 201
    if (status === 0) throw new TypeError('connection refused')
    return Response.json(
      status < 400 ? {} : { code: 'LEASE_EXPIRED', detail: 'Publish again.' },
      { status },
    )
  }
  const options = {
    registryUrl: 'http://127.0.0.1:4100/',
    chainId: 31_337,
    agent: payAgent,
    signer,
    url: 'https://pay.example',
    leaseSeconds: 30,
    fetch,
  }
  return { seen, options }
}

describe('publishAgent', () => {
  test('default: the body that registries expect, bound to the card’s bytes', async () => {
    const { seen, options } = setUp()
    const { agentId, sequence } = await publishAgent({
      ...options,
      owner,
      nowMs: () => 1_760_000_000_123,
    })
    expect(sequence).toBe(1_760_000_000_123)
    expect(seen).toMatchObject([
      { url: 'http://127.0.0.1:4100/v1/agents', method: 'POST' },
    ])
    const { card, message, signature } = publishRequestSchema.parse(
      seen[0]?.body,
    )
    expect(message).toEqual({
      agentId,
      cardHash: keccak256(stringToHex(card)),
      url: 'https://pay.example',
      operator: signer.address,
      sequence: 1_760_000_000_123,
      expiresAtUnixSeconds: 1_760_000_030,
    })
    const signedBy = await recoverTypedDataAddress({
      domain,
      types: { Publish: registryTypedDataTypes.Publish },
      primaryType: 'Publish',
      message: {
        ...message,
        sequence: BigInt(message.sequence),
        expiresAtUnixSeconds: BigInt(message.expiresAtUnixSeconds),
      },
      signature,
    })
    expect(signedBy).toBe(owner.address)
    expect(agentId).toBe(toAgentId({ name: 'pay', owner: signedBy }))
  })

  test('behavior: the id is that of owner and name', () => {
    // Frozen: registries derive the same one.
    expect(
      toAgentId({ name: 'pay', owner: owner.address }),
    ).toMatchInlineSnapshot(`"pay-00f8c21b"`)
    expect(
      toAgentId({
        name: 'pay',
        owner: owner.address.toLowerCase() as `0x${string}`,
      }),
    ).toBe(toAgentId({ name: 'pay', owner: owner.address }))
  })

  test('behavior: removing is signed with a type of its own', async () => {
    const { seen, options } = setUp()
    await unpublishAgent(options)
    const { message, signature } = removeRequestSchema.parse(seen[0]?.body)
    expect(seen[0]).toMatchObject({
      url: `http://127.0.0.1:4100/v1/agents/${message.agentId}`,
      method: 'DELETE',
    })
    await expect(
      recoverTypedDataAddress({
        domain,
        types: { Remove: registryTypedDataTypes.Remove },
        primaryType: 'Remove',
        message: { ...message, sequence: BigInt(message.sequence) },
        signature,
      }),
    ).resolves.toBe(signer.address)
  })

  test('error: RegistryRefusedError says what the registry said', async () => {
    const { options } = setUp(409)
    await expect(publishAgent(options)).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      facts: {
        reason: 'LEASE_EXPIRED',
        detail: 'Publish again.',
        status: '409',
      },
    })
  })

  test.each([0, 500, 503])(
    'error: RegistryUnreachableError for %d',
    async (status) => {
      const { options } = setUp(status)
      await expect(publishAgent(options)).rejects.toBeInstanceOf(
        RegistryUnreachableError,
      )
    },
  )
})

describe('keepPublished', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_760_000_000_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const what = (seen: readonly { url: string; method: string }[]) =>
    seen.map(({ url, method }) =>
      method === 'DELETE'
        ? 'remove'
        : url.endsWith('/heartbeat')
          ? 'beat'
          : 'publish',
    )

  test('default: publishes once, then beats within each third of the lease', async () => {
    const { seen, options } = setUp()
    const kept = keepPublished(options)
    await kept.published
    await vi.advanceTimersByTimeAsync(11_000)
    expect(what(seen)).toEqual(['publish', 'beat'])
    await vi.advanceTimersByTimeAsync(11_000)
    expect(what(seen)).toEqual(['publish', 'beat', 'beat'])
    const counters = seen
      .slice(1)
      .map(({ body }) => heartbeatRequestSchema.parse(body).message.counter)
    expect(counters[1]).toBeGreaterThan(counters[0] ?? 0)
    kept.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(seen).toHaveLength(3)
  })

  test('behavior: the operator’s key beats, not the owner’s', async () => {
    const { seen, options } = setUp()
    const kept = keepPublished({ ...options, owner })
    await kept.published
    await vi.advanceTimersByTimeAsync(11_000)
    kept.stop()
    const { message, signature } = heartbeatRequestSchema.parse(seen[1]?.body)
    await expect(
      recoverTypedDataAddress({
        domain,
        types: { Heartbeat: registryTypedDataTypes.Heartbeat },
        primaryType: 'Heartbeat',
        message: {
          ...message,
          counter: BigInt(message.counter),
          atUnixSeconds: BigInt(message.atUnixSeconds),
        },
        signature,
      }),
    ).resolves.toBe(signer.address)
  })

  test('behavior: publishes anew when the registry has forgotten it', async () => {
    const { seen, options } = setUp(201, 404)
    const kept = keepPublished(options)
    await kept.published
    await vi.advanceTimersByTimeAsync(13_000)
    kept.stop()
    expect(what(seen)).toEqual(['publish', 'beat', 'publish'])
  })

  test('behavior: waits for a registry that is not there yet', async () => {
    const { seen, options } = setUp(0, 0, 0)
    const errors: unknown[] = []
    const kept = keepPublished({
      ...options,
      onError: (error) => errors.push(error),
    })
    await vi.advanceTimersByTimeAsync(7_100)
    await kept.published
    kept.stop()
    expect(what(seen)).toEqual(Array(4).fill('publish'))
    expect(errors).toHaveLength(3)
    expect(errors[0]).toBeInstanceOf(RegistryUnreachableError)
  })

  test('behavior: a busy registry is beaten again, not published at', async () => {
    const { seen, options } = setUp(201, 429)
    const kept = keepPublished(options)
    await kept.published
    await vi.advanceTimersByTimeAsync(13_000)
    kept.stop()
    expect(what(seen)).toEqual(['publish', 'beat', 'beat'])
  })

  test('behavior: remove stops and takes it off', async () => {
    const { seen, options } = setUp()
    const kept = keepPublished(options)
    await kept.published
    await kept.remove()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(what(seen)).toEqual(['publish', 'remove'])
  })

  test('error: a refusal reaches onError as RegistryRefusedError', async () => {
    const { options } = setUp(422)
    const errors: unknown[] = []
    const kept = keepPublished({
      ...options,
      onError: (error) => errors.push(error),
    })
    await vi.advanceTimersByTimeAsync(10)
    kept.stop()
    expect(errors[0]).toBeInstanceOf(RegistryRefusedError)
  })
})
