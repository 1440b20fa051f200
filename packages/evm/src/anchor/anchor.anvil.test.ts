import { readFileSync } from 'node:fs'
import { type Devnet, start } from '@behest/devnet'
import type { Address, Hex } from '@behest/spec'
import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  createWalletClient,
  encodeFunctionData,
  http,
  keccak256,
  publicActions,
  stringToHex,
  zeroAddress,
  zeroHash,
} from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileAnchors } from '../build/compileAnchors.js'
import { buildAgentUri, parseAgentUri } from './agentRegistration.js'
import {
  identityRegistryAbi,
  reputationRegistryAbi,
  validationRegistryAbi,
} from './anchorAbi.js'
import { listAnchorContracts } from './anchorContracts.js'
import { compareAnchor } from './compareAnchor.js'
import { encodeAnchor, encodeTrust } from './encodeAnchor.js'
import {
  type AnchorReader,
  createAnchorReader,
  getRegisteredTokenId,
} from './readAgentAnchor.js'

let devnet: Devnet
let reader: AnchorReader
let identity: Address
let reputation: Address
let validation: Address
let [owner, stranger, client]: PrivateKeyAccount[] = []

const connect = (account: PrivateKeyAccount) =>
  createWalletClient({
    account,
    chain: devnet.chain,
    transport: http(devnet.url),
    pollingInterval: 5,
  }).extend(publicActions)

/** Sends a call; gives the receipt, or throws with the contract's reason. */
async function send(
  account: PrivateKeyAccount | undefined,
  call: { readonly to: Address; readonly data: Hex },
) {
  const wallet = connect(account as PrivateKeyAccount)
  await wallet.call({ account: wallet.account, ...call })
  return wallet.sendTransactionSync({ ...call, gas: 8_000_000n })
}

async function write<
  const TAbi extends Abi,
  TName extends ContractFunctionName<TAbi>,
>(
  account: PrivateKeyAccount | undefined,
  call: {
    readonly to: Address
    readonly abi: TAbi
    readonly functionName: TName
    readonly args: ContractFunctionArgs<TAbi, 'nonpayable', TName>
  },
): Promise<string> {
  const wallet = connect(account as PrivateKeyAccount)
  try {
    await wallet.simulateContract({
      address: call.to,
      abi: call.abi as Abi,
      functionName: call.functionName as string,
      args: call.args as readonly unknown[],
      account: wallet.account,
    })
  } catch (error) {
    const { message } = error as Error
    return /Error: (\w+)\(/.exec(message)?.[1] ?? message
  }
  await send(account, {
    to: call.to,
    data: encodeFunctionData({
      abi: call.abi as Abi,
      functionName: call.functionName as string,
      args: call.args as readonly unknown[],
    }),
  })
  return 'done'
}

const cardHash = keccak256(stringToHex('{"a":"card"}'))
const agentUrl = 'https://swap.example'
const agentUri = buildAgentUri({
  name: 'swap',
  description: 'Swaps.',
  cardUrl: `${agentUrl}/.well-known/agent-card.json`,
  cardVersion: '1.0.0',
})
const anchorOf = (anchor?: Parameters<typeof encodeAnchor>[0]['anchor']) => ({
  identityRegistry: identity,
  anchor,
  agentId: 'swap-1a2b3c4d',
  cardHash,
  agentUri,
})

async function register(): Promise<bigint> {
  const [call] = encodeAnchor(anchorOf(undefined))
  const receipt = await send(owner, call as NonNullable<typeof call>)
  const tokenId = getRegisteredTokenId(receipt, identity) ?? -1n
  expect(await reader.readAnchor(tokenId)).toMatchObject({
    tokenId,
    owner: owner?.address.toLowerCase(),
  })
  return tokenId
}

const feedback = (tokenId: bigint, value: bigint, decimals: number) =>
  ({
    to: reputation,
    abi: reputationRegistryAbi,
    functionName: 'giveFeedback',
    args: [tokenId, value, decimals, 'speed', '', '', '', zeroHash],
  }) as const

beforeAll(async () => {
  devnet = await start({})
  ;[owner, stranger, client] = [1, 2, 3].map((index) =>
    privateKeyToAccount(devnet.accounts[index as 1].privateKey),
  )
  for (const { call, address } of listAnchorContracts()) {
    await send(stranger, call)
    const code = await connect(stranger as PrivateKeyAccount).getCode({
      address,
    })
    expect(code?.length).toBeGreaterThan(1_000)
  }
  ;[identity, reputation, validation] = listAnchorContracts().map(
    ({ address }) => address,
  ) as [Address, Address, Address]
  reader = createAnchorReader({
    rpcUrl: devnet.url,
    identityRegistry: identity,
    reputationRegistry: reputation,
  })
})
afterAll(async () => {
  await devnet.stop()
})

describe('the registries of ERC-8004', () => {
  test('behavior: the committed code is that of the committed sources', () => {
    expect(compileAnchors()).toBe(
      readFileSync(new URL('anchorCode.ts', import.meta.url), 'utf8'),
    )
  })

  test('default: an anchored agent reads as it was written, and agrees', async () => {
    const tokenId = await register()
    const anchor = await reader.readAnchor(tokenId)
    expect(anchor).toEqual({
      tokenId,
      owner: owner?.address.toLowerCase(),
      agentUri,
      agentId: 'swap-1a2b3c4d',
      cardHash,
    })
    expect(parseAgentUri(agentUri)?.name).toBe('swap')
    const checks = compareAnchor({
      tokenId,
      anchor,
      agentId: 'swap-1a2b3c4d',
      owner: owner?.address ?? null,
      cardHash,
      agentUrl,
    })
    expect(checks.map(({ check, passed }) => [check, passed])).toEqual([
      ['owner', true],
      ['agent', true],
      ['card', true],
      ['address', true],
    ])
    expect(encodeAnchor(anchorOf(anchor))).toEqual([])
  })

  test('behavior: a new card takes one call, and what was not anchored differs', async () => {
    const tokenId = await register()
    const anchor = await reader.readAnchor(tokenId)
    const newer = keccak256(stringToHex('another card'))
    const compare = async () =>
      compareAnchor({
        tokenId,
        anchor: await reader.readAnchor(tokenId),
        agentId: 'swap-1a2b3c4d',
        owner: owner?.address ?? null,
        cardHash: newer,
        agentUrl: 'https://swap.example.evil',
      })
        .filter(({ passed }) => !passed)
        .map(({ check }) => check)
    expect(await compare()).toEqual(['card', 'address'])
    const calls = encodeAnchor({ ...anchorOf(anchor), cardHash: newer })
    expect(calls.map(({ says }) => says)).toEqual([
      'writes behest.cardHash anew',
    ])
    for (const call of calls) await send(owner, call)
    expect(await compare()).toEqual(['address'])
  })

  test('behavior: only the owner, and whom they named, changes an agent', async () => {
    const tokenId = await register()
    const setUri = {
      to: identity,
      abi: identityRegistryAbi,
      functionName: 'setAgentURI',
      args: [tokenId, 'https://evil.example/agent.json'],
    } as const
    const setHash = {
      to: identity,
      abi: identityRegistryAbi,
      functionName: 'setMetadata',
      args: [tokenId, 'behest.cardHash', zeroHash],
    } as const
    expect(await write(stranger, setUri)).toBe('NotAuthorized')
    expect(await write(stranger, setHash)).toBe('NotAuthorized')
    const name = (approved: boolean) =>
      write(owner, {
        to: identity,
        abi: identityRegistryAbi,
        functionName: 'setApprovalForAll',
        args: [stranger?.address ?? zeroAddress, approved],
      })
    await name(true)
    expect(await write(stranger, setUri)).toBe('done')
    await name(false)
    expect(await write(stranger, setUri)).toBe('NotAuthorized')
    expect(await write(owner, setHash)).toBe('done')
    expect((await reader.readAnchor(tokenId))?.cardHash).toBe(zeroHash)
  })

  test('behavior: a transfer takes the rights along and the wallet away', async () => {
    const tokenId = await register()
    const to = stranger?.address ?? zeroAddress
    const move = {
      to: identity,
      abi: identityRegistryAbi,
      functionName: 'transferFrom',
      args: [owner?.address ?? zeroAddress, to, tokenId],
    } as const
    const readWallet = () =>
      connect(owner as PrivateKeyAccount).readContract({
        address: identity,
        abi: identityRegistryAbi,
        functionName: 'getAgentWallet',
        args: [tokenId],
      })
    expect(await readWallet()).toBe(owner?.address)
    expect(await write(client, move)).toBe('NotAuthorized')
    // Who was named for one agent loses it with the agent.
    await write(owner, {
      to: identity,
      abi: identityRegistryAbi,
      functionName: 'approve',
      args: [client?.address ?? zeroAddress, tokenId],
    })
    expect(await write(owner, move)).toBe('done')
    expect(await readWallet()).toBe(zeroAddress)
    expect((await reader.readAnchor(tokenId))?.owner).toBe(to.toLowerCase())
    for (const former of [owner, client])
      expect(
        await write(former, {
          to: identity,
          abi: identityRegistryAbi,
          functionName: 'setAgentURI',
          args: [tokenId, ''],
        }),
      ).toBe('NotAuthorized')
  })

  test('behavior: a wallet is set with its own consent alone, and soon', async () => {
    const tokenId = await register()
    const chain = connect(owner as PrivateKeyAccount)
    const now = (await chain.getBlock()).timestamp
    const newWallet = client?.address ?? zeroAddress
    const consent = async (
      signer: PrivateKeyAccount | undefined,
      deadline: bigint,
    ) =>
      write(owner, {
        to: identity,
        abi: identityRegistryAbi,
        functionName: 'setAgentWallet',
        args: [
          tokenId,
          newWallet,
          deadline,
          (await signer?.signTypedData({
            domain: {
              name: 'ERC8004IdentityRegistry',
              version: '1',
              chainId: devnet.chain.id,
              verifyingContract: identity,
            },
            types: {
              AgentWalletSet: [
                { name: 'agentId', type: 'uint256' },
                { name: 'newWallet', type: 'address' },
                { name: 'owner', type: 'address' },
                { name: 'deadline', type: 'uint256' },
              ],
            },
            primaryType: 'AgentWalletSet',
            message: {
              agentId: tokenId,
              newWallet,
              owner: owner?.address ?? zeroAddress,
              deadline,
            },
          })) ?? '0x',
        ],
      })
    expect(await consent(stranger, now + 100n)).toBe('SignatureInvalid')
    expect(await consent(client, now - 1n)).toBe('DeadlineUnusable')
    expect(await consent(client, now + 3_600n)).toBe('DeadlineUnusable')
    expect(await consent(client, now + 200n)).toBe('done')
    expect(
      await write(owner, {
        to: identity,
        abi: identityRegistryAbi,
        functionName: 'setMetadata',
        args: [tokenId, 'agentWallet', '0x12'],
      }),
    ).toBe('KeyReserved')
  })

  test('behavior: feedback comes from others, and only its author takes it back', async () => {
    const tokenId = await register()
    expect(await write(owner, feedback(tokenId, 5n, 0))).toBe('SelfFeedback')
    expect(await write(client, feedback(9_999n, 5n, 0))).toBe('AgentUnknown')
    expect(await write(client, feedback(tokenId, 5n, 19))).toBe(
      'DecimalsUnusable',
    )
    expect(await write(client, feedback(tokenId, 80n, 0))).toBe('done')
    expect(await write(stranger, feedback(tokenId, 995n, 1))).toBe('done')
    const chain = connect(owner as PrivateKeyAccount)
    const summarise = (clients: readonly Address[]) =>
      chain.readContract({
        address: reputation,
        abi: reputationRegistryAbi,
        functionName: 'getSummary',
        args: [tokenId, clients, 'speed', ''],
      })
    const both = [client?.address, stranger?.address] as Address[]
    // (80 + 99.5) / 2 = 89.75, in the decimals of the finer one.
    expect(await summarise(both)).toEqual([2n, 897n, 1])
    await expect(summarise([])).rejects.toThrow('ClientsMissing')
    const revoke = {
      to: reputation,
      abi: reputationRegistryAbi,
      functionName: 'revokeFeedback',
      args: [tokenId, 1n],
    } as const
    expect(await write(owner, revoke)).toBe('FeedbackUnknown')
    expect(await write(client, revoke)).toBe('done')
    expect(await write(client, revoke)).toBe('AlreadyRevoked')
    expect(await summarise(both)).toEqual([1n, 995n, 1])
    // Who says far too much makes no sum fail.
    await write(client, feedback(tokenId, 2n ** 127n - 1n, 0))
    expect((await summarise(both))[0]).toBe(2n)
    const answer = {
      to: reputation,
      abi: reputationRegistryAbi,
      functionName: 'appendResponse',
      args: [tokenId, client?.address ?? zeroAddress, 2n, 'no', zeroHash],
    } as const
    expect(await write(owner, answer)).toBe('done')
    expect(
      await chain.readContract({
        address: reputation,
        abi: reputationRegistryAbi,
        functionName: 'getResponseCount',
        args: [tokenId, zeroAddress, 0n, []],
      }),
    ).toBe(1n)
  })

  test('behavior: trust that a registry wrote is read back, the newest of each', async () => {
    const tokenId = await register()
    const say = (share: bigint) =>
      send(
        client,
        encodeTrust({
          reputationRegistry: reputation,
          tokenId,
          trustTenThousandths: share,
          formulaVersion: '2',
          endpoint: 'https://registry.example',
          digestUri: '',
          digestHash: zeroHash,
        }),
      )
    await say(4_000n)
    await say(8_412n)
    await write(stranger, feedback(tokenId, 1n, 0))
    expect(await reader.readTrust(tokenId)).toEqual([
      {
        client: client?.address.toLowerCase(),
        feedbackIndex: 2n,
        trustTenThousandths: 8_412n,
        formulaVersion: '2',
      },
    ])
  })

  test('behavior: a validator alone answers what it was asked', async () => {
    const tokenId = await register()
    const requestHash = keccak256(stringToHex(`work of ${tokenId}`))
    const ask = {
      to: validation,
      abi: validationRegistryAbi,
      functionName: 'validationRequest',
      args: [client?.address ?? zeroAddress, tokenId, '', requestHash],
    } as const
    const answer = (response: number) =>
      ({
        to: validation,
        abi: validationRegistryAbi,
        functionName: 'validationResponse',
        args: [requestHash, response, '', zeroHash, 'soft'],
      }) as const
    expect(await write(stranger, ask)).toBe('NotAuthorized')
    expect(await write(client, answer(1))).toBe('RequestUnknown')
    expect(await write(owner, ask)).toBe('done')
    expect(await write(owner, ask)).toBe('RequestKnown')
    expect(await write(owner, answer(100))).toBe('NotAuthorized')
    expect(await write(client, answer(101))).toBe('ResponseUnusable')
    expect(await write(client, answer(0))).toBe('done')
    expect(await write(client, answer(90))).toBe('done')
    expect(
      await connect(owner as PrivateKeyAccount).readContract({
        address: validation,
        abi: validationRegistryAbi,
        functionName: 'getSummary',
        args: [tokenId, [], ''],
      }),
    ).toEqual([1n, 90])
  })

  test('error: a number that is nobody’s, and a node that is away', async () => {
    expect(await reader.readAnchor(123_456n)).toBeUndefined()
    const away = createAnchorReader({
      rpcUrl: 'http://127.0.0.1:9',
      identityRegistry: identity,
      reputationRegistry: reputation,
    })
    await expect(away.readAnchor(1n)).rejects.toMatchObject({
      code: 'ANCHOR_UNREADABLE',
    })
  })
})
