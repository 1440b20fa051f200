import { type Devnet, start } from '@behest/devnet'
import {
  createAnchorReader,
  encodeAnchor,
  encodeTrust,
  getRegisteredTokenId,
  listAnchorContracts,
} from '@behest/evm'
import { buildReceiptDigest, digestBytes } from '@behest/registry'
import { toCanonicalJson } from '@behest/spec'
import { createPublicClient, http, keccak256, stringToHex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildDigestUri, readTrustDigests } from './readTrustDigests.js'
import { AnchorCallFailedError, createAnchorSender } from './sendAnchorCalls.js'

const chainId = 31_337
const cardHash = keccak256(stringToHex('{"a":"card"}'))
const [identity, reputation] = listAnchorContracts()
const identityRegistry = identity?.address ?? '0x'
const reputationRegistry = reputation?.address ?? '0x'

let devnet: Devnet
let first: PrivateKeyAccount
let second: PrivateKeyAccount
let operator: PrivateKeyAccount

beforeAll(async () => {
  devnet = await start({})
  first = privateKeyToAccount(devnet.accounts[1].privateKey)
  second = privateKeyToAccount(devnet.accounts[2].privateKey)
  operator = privateKeyToAccount(devnet.accounts[3].privateKey)
  for (const { name, call } of listAnchorContracts())
    await pay(operator, [{ ...call, says: `makes the ${name} registry` }])
})
afterAll(async () => {
  await devnet.stop()
})

async function pay(
  account: PrivateKeyAccount,
  calls: Parameters<typeof createAnchorSender>[0]['calls'],
) {
  const sender = createAnchorSender({
    rpcUrl: devnet.url,
    chainId,
    account,
    calls,
  })
  await sender.quote()
  return sender.send()
}

async function anchor(account: PrivateKeyAccount): Promise<bigint> {
  const receipts = await pay(
    account,
    encodeAnchor({
      identityRegistry,
      anchor: undefined,
      agentId: 'swap-1a2b3c4d',
      cardHash,
      agentUri: 'https://swap.example/registration.json',
    }),
  )
  const [tokenId] = receipts.flatMap(
    (receipt) => getRegisteredTokenId(receipt, identityRegistry) ?? [],
  )
  return tokenId ?? 0n
}

function attest(tokenId: bigint) {
  const digest = buildReceiptDigest({
    agentId: 'swap-1a2b3c4d',
    formulaVersion: '2026-11-3',
    receipts: [],
    trust: { bound: 0.5, atUnixSeconds: 1_800_000_000 },
  })
  return {
    digest,
    call: encodeTrust({
      reputationRegistry,
      tokenId,
      trustTenThousandths: BigInt(digest.trustTenThousandths),
      formulaVersion: digest.formulaVersion,
      endpoint: 'http://127.0.0.1:9',
      digestUri: buildDigestUri(toCanonicalJson(digest)),
      digestHash: keccak256(digestBytes(digest)),
    }),
  }
}

describe('createAnchorSender', () => {
  test('default: an operator attests to an agent, and anyone reads it back', async () => {
    const tokenId = await anchor(first)
    const { digest, call } = attest(tokenId)
    await pay(operator, [call])
    const read = await readTrustDigests({
      client: createPublicClient({ transport: http(devnet.url) }),
      reputationRegistry,
      tokenId,
    })
    expect(read).toEqual([
      {
        by: operator.address,
        digestHash: keccak256(digestBytes(digest)),
        digestText: toCanonicalJson(digest),
      },
    ])
  })

  test('error: what a contract refuses is said in words, with its values', async () => {
    const tokenId = await anchor(first)
    const own = await pay(first, [attest(tokenId).call]).catch(
      (error: unknown) => error,
    )
    expect(own).toBeInstanceOf(AnchorCallFailedError)
    expect(`${own}`).toContain(
      `the contract says SelfFeedback(${first.address}, ${tokenId}): nobody may speak of an agent that is their own`,
    )
    const unknown = await pay(operator, [attest(999_999n).call]).catch(
      (error: unknown) => error,
    )
    expect(`${unknown}`).toContain('AgentUnknown(999999)')
  })

  test('behavior: after a transfer of the key the new owner anchors anew, and the old one may not write there', async () => {
    const before = await anchor(first)
    const after = await anchor(second)
    expect(after).not.toBe(before)
    const reader = createAnchorReader({
      rpcUrl: devnet.url,
      identityRegistry,
      reputationRegistry,
    })
    const taken = await reader.readAnchor(after)
    expect(taken).toMatchObject({
      owner: second.address.toLowerCase(),
      agentId: 'swap-1a2b3c4d',
    })
    const changes = encodeAnchor({
      identityRegistry,
      anchor: taken,
      agentId: 'swap-1a2b3c4d',
      cardHash: keccak256(stringToHex('{"another":"card"}')),
      agentUri: 'https://swap.example/registration.json',
    })
    expect(changes.length).toBeGreaterThan(0)
    const refused = await pay(first, changes).catch((error: unknown) => error)
    expect(`${refused}`).toContain(`NotAuthorized(${first.address}, ${after})`)
    await pay(second, changes)
    expect((await reader.readAnchor(after))?.cardHash).toBe(
      keccak256(stringToHex('{"another":"card"}')),
    )
  })
})
