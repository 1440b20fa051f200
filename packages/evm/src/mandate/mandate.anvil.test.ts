/**
 * One file because it is one prisoner: a signed mandate in the hands of somebody
 * who may send whatever they like, and an account that must lose nothing by it.
 */
import { type Devnet, devnetAccounts, start } from '@behest/devnet'
import type {
  Address,
  Delegation,
  Hex,
  MandatePort,
  MandateTerms,
  SignedAuthorization,
} from '@behest/spec'
import {
  createWalletClient,
  encodeAbiParameters,
  encodeFunctionData,
  http,
  publicActions,
  testActions,
} from 'viem'
import {
  generatePrivateKey,
  type PrivateKeyAccount,
  privateKeyToAccount,
} from 'viem/accounts'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from 'vitest'
import {
  createChainPort,
  createMandatePort,
  createMandateSigner,
  decodeRevert,
  type EvmChainPort,
  encodeExecutions,
  erc20Abi,
  type SignMandate,
  toLocalDeployment,
  toMandateError,
} from '../index.js'
import {
  batchMode,
  delegationManagerAbi,
  delegationsParameters,
} from './delegationAbi.js'

const user = privateKeyToAccount(generatePrivateKey())
const executor = privateKeyToAccount(devnetAccounts[3].privateKey)
const thief = privateKeyToAccount(devnetAccounts[4].privateKey)
const bob: Address = '0x00000000000000000000000000000000000B0b01'

let devnet: Devnet
let chain: EvmChainPort
let usdc: Address
let dai: Address
let port: MandatePort
let sign: SignMandate
let snapshotId: Hex
let terms: MandateTerms

const transfer = (to: Address, units: bigint): Hex =>
  encodeFunctionData({
    abi: erc20Abi,
    functionName: 'transfer',
    args: [to, units],
  })

beforeAll(async () => {
  devnet = await start()
  const deployment = toLocalDeployment(devnet.addresses)
  chain = createChainPort({ rpcUrl: devnet.url, deployment })
  usdc = devnet.addresses.tokens.USDC
  dai = devnet.addresses.tokens.DAI
  sign = createMandateSigner({ account: user, deployment })
  port = createMandatePort({
    client: chain.client,
    deployment,
    executor: executor.address,
    sign,
  })
  const account = user.address
  for (const token of ['USDC', 'DAI', 'native'] as const)
    await devnet.deal({ account, token, amountUnits: 1000n })
  const head = await chain.readHead()
  terms = {
    account,
    calls: [
      { to: usdc, valueWei: 0n, data: transfer(bob, 400n) },
      { to: bob, valueWei: 7n, data: '0x' },
    ],
    bounds: [
      {
        account,
        token: usdc,
        symbol: 'USDC',
        direction: 'decrease',
        units: 400n,
      },
      {
        account,
        token: 'native',
        symbol: 'ETH',
        direction: 'decrease',
        units: 7n,
      },
      ...(await port.readHeldBounds({
        account,
        except: [usdc, 'native'],
        blockNumber: head.number,
      })),
    ],
    validUntilUnixSeconds: head.timestampUnixSeconds + 300,
    salt: 1n,
  }
}, 60_000)
afterAll(() => devnet?.stop())
beforeEach(async () => {
  snapshotId = await devnet.snapshot()
})
afterEach(() => devnet.revert(snapshotId))

const readHoldings = async (account: Address) =>
  Promise.all(
    [usdc, dai, 'native' as const].map((token) =>
      chain.readBalance({ account, token }),
    ),
  )

const open = () =>
  createWalletClient({
    chain: devnet.chain,
    transport: http(devnet.url),
    pollingInterval: 5,
    cacheTime: 0,
  })
    .extend(publicActions)
    .extend(testActions({ mode: 'anvil' }))

/** Sends calldata to the manager; gives why it reverted, or nothing. */
const send = async (
  from: PrivateKeyAccount,
  data: Hex,
  authorization?: SignedAuthorization,
): Promise<string | undefined> => {
  const client = open()
  const to = devnet.addresses.delegation.DelegationManager
  const receipt = await client.sendTransactionSync({
    account: from,
    to,
    data,
    gas: 3_000_000n,
    ...(authorization === undefined
      ? {}
      : { authorizationList: [authorization] }),
  })
  if (receipt.status === 'success') return undefined
  const answer = await chain.client
    .request({
      method: 'eth_call',
      params: [{ from: from.address, to, data }, 'latest'],
    })
    .catch((error: { cause?: { data?: Hex } }) => error.cause?.data)
  return toMandateError({
    account: user.address,
    reason: decodeRevert(answer ?? '0x'),
  }).code
}

type Use = {
  readonly delegations: readonly (readonly (Delegation & {
    signature: Hex
  })[])[]
  readonly modes: readonly Hex[]
  readonly executions: readonly Hex[]
}

const encode = ({ delegations, modes, executions }: Use): Hex =>
  encodeFunctionData({
    abi: delegationManagerAbi,
    functionName: 'redeemDelegations',
    args: [
      delegations.map((chained) =>
        encodeAbiParameters(delegationsParameters, [
          chained.map((one) => ({
            ...one,
            caveats: one.caveats.map((caveat) => ({
              ...caveat,
              args: '0x' as const,
            })),
          })),
        ]),
      ),
      modes,
      executions,
    ],
  })

/** The signed mandate, as the executor holds it; the account has its code. */
const hold = async (): Promise<Delegation & { signature: Hex }> => {
  const { delegation } = port.draw(terms)
  const { signature, authorization } = await sign({
    planHash: `0x${'00'.repeat(32)}`,
    mandateIndex: 0,
    delegation,
    authorizationNonce: 0,
  })
  await open().sendTransactionSync({
    account: thief,
    to: thief.address,
    gas: 200_000n,
    ...(authorization === undefined
      ? {}
      : { authorizationList: [authorization] }),
  })
  return { ...delegation, signature }
}

describe('a mandate', () => {
  test('default: its executor upgrades the account, carries it out, and pays', async () => {
    const before = await readHoldings(user.address)
    const { data, gasLimit, authorization } = await port.prepare({
      plan: {} as never,
      planHash: `0x${'00'.repeat(32)}`,
      mandateIndex: 0,
      terms,
    })
    expect(authorization).toMatchObject({ chainId: 31337, nonce: 0 })
    expect(gasLimit).toBeLessThan(900_000n)
    expect(await send(executor, data, authorization)).toBeUndefined()
    const after = await readHoldings(user.address)
    expect(after.map((units, index) => units - (before[index] ?? 0n))).toEqual([
      -400n,
      0n,
      -7n,
    ])
    await expect(
      port.prepare({
        plan: {} as never,
        planHash: `0x${'00'.repeat(32)}`,
        mandateIndex: 0,
        terms,
      }),
    ).rejects.toMatchObject({ code: 'MANDATE_SPENT' })
  })

  test('behavior: what would be refused is refused before it is sent', async () => {
    const { calls } = terms
    await expect(
      port.prepare({
        plan: {} as never,
        planHash: `0x${'00'.repeat(32)}`,
        mandateIndex: 0,
        terms: {
          ...terms,
          calls: [
            ...calls,
            { to: dai, valueWei: 0n, data: transfer(thief.address, 1n) },
          ],
        },
      }),
    ).rejects.toMatchObject({ code: 'MANDATE_OVERSPENT' })
    await expect(
      port.prepare({
        plan: {} as never,
        planHash: `0x${'00'.repeat(32)}`,
        mandateIndex: 0,
        terms: {
          ...terms,
          bounds: [
            {
              account: user.address,
              token: usdc,
              symbol: 'USDC',
              direction: 'increase',
              units: 1n,
            },
          ],
        },
      }),
    ).rejects.toMatchObject({ code: 'MANDATE_UNDERPAID' })
  })

  test('behavior: an account with other code gives none', async () => {
    const client = open()
    await client.setCode({ address: user.address, bytecode: '0x6000' })
    expect(
      await port.findObstacle({ account: user.address, gasWei: 0n }),
    ).toMatch(/other code/)
  })

  const stolen = { to: bob, valueWei: 0n, data: '0x' } as const
  const attacks: Record<
    string,
    {
      readonly code: string
      readonly use: (held: Delegation & { signature: Hex }) => Partial<Use>
      readonly from?: PrivateKeyAccount
      readonly late?: true
    }
  > = {
    'another order': {
      code: 'MANDATE_BATCH_MISMATCH',
      use: () => ({
        executions: [encodeExecutions([...terms.calls].reverse())],
      }),
    },
    'another amount': {
      code: 'MANDATE_BATCH_MISMATCH',
      use: () => ({
        executions: [
          encodeExecutions([
            { to: usdc, valueWei: 0n, data: transfer(bob, 401n) },
            ...terms.calls.slice(1),
          ]),
        ],
      }),
    },
    'another recipient': {
      code: 'MANDATE_BATCH_MISMATCH',
      use: () => ({
        executions: [
          encodeExecutions([
            { to: usdc, valueWei: 0n, data: transfer(thief.address, 400n) },
            ...terms.calls.slice(1),
          ]),
        ],
      }),
    },
    'more coin': {
      code: 'MANDATE_BATCH_MISMATCH',
      use: () => ({
        executions: [
          encodeExecutions([
            ...terms.calls.slice(0, 1),
            { to: bob, valueWei: 8n, data: '0x' },
          ]),
        ],
      }),
    },
    'a call more': {
      code: 'MANDATE_BATCH_MISMATCH',
      use: () => ({ executions: [encodeExecutions([...terms.calls, stolen])] }),
    },
    'a call less': {
      code: 'MANDATE_BATCH_MISMATCH',
      use: () => ({ executions: [encodeExecutions(terms.calls.slice(0, 1))] }),
    },
    'no call at all': {
      code: 'MANDATE_BATCH_MISMATCH',
      use: () => ({ executions: [encodeExecutions([])] }),
    },
    'one call by itself': {
      code: 'MANDATE_BATCH_MISMATCH',
      use: () => ({
        modes: [`0x${'00'.repeat(32)}`],
        executions: [
          `${usdc}${'00'.repeat(32)}${transfer(bob, 400n).slice(2)}`,
        ],
      }),
    },
    'a batch whose failures are swallowed': {
      code: 'MANDATE_BATCH_MISMATCH',
      use: () => ({ modes: [`0x0101${'00'.repeat(30)}`] }),
    },
    'twice in one transaction': {
      code: 'MANDATE_SPENT',
      use: (held) => ({
        delegations: [[held], [held]],
        modes: [batchMode, batchMode],
        executions: [
          encodeExecutions(terms.calls),
          encodeExecutions(terms.calls),
        ],
      }),
    },
    'a second too late': {
      code: 'MANDATE_EXPIRED',
      use: () => ({}),
      late: true,
    },
    'by somebody else': {
      code: 'MANDATE_REDEEMER_WRONG',
      use: () => ({}),
      from: thief,
    },
    'with an end further away': {
      code: 'MANDATE_SIGNATURE_WRONG',
      use: (held) => ({
        delegations: [
          [
            {
              ...held,
              caveats: held.caveats.map((caveat, index) =>
                index === 1
                  ? {
                      ...caveat,
                      terms: `0x${'00'.repeat(16)}${'ff'.repeat(16)}`,
                    }
                  : caveat,
              ),
            },
          ],
        ],
      }),
    },
    'without its bounds': {
      code: 'MANDATE_SIGNATURE_WRONG',
      use: (held) => ({
        delegations: [[{ ...held, caveats: held.caveats.slice(0, 1) }]],
      }),
    },
    'as a new one': {
      code: 'MANDATE_SIGNATURE_WRONG',
      use: (held) => ({ delegations: [[{ ...held, salt: held.salt + 1n }]] }),
    },
    'for another delegate': {
      code: 'MANDATE_SIGNATURE_WRONG',
      from: thief,
      use: (held) => ({
        delegations: [[{ ...held, delegate: thief.address }]],
      }),
    },
    'with no delegation at all': {
      code: 'MANDATE_CALL_FAILED',
      use: () => ({ delegations: [[]] }),
    },
  }

  test.each(Object.entries(attacks))(
    'behavior: %s moves nothing',
    async (_, { code, use, from = executor, late }) => {
      const held = await hold()
      const before = await readHoldings(user.address)
      if (late)
        await open().setNextBlockTimestamp({
          timestamp: BigInt(terms.validUntilUnixSeconds),
        })
      const found = await send(
        from,
        encode({
          delegations: [[held]],
          modes: [batchMode],
          executions: [encodeExecutions(terms.calls)],
          ...use(held),
        }),
      )
      // With no delegation the manager lets the caller act as itself.
      if (code === 'MANDATE_CALL_FAILED')
        expect([undefined, code]).toContain(found)
      else expect(found).toBe(code)
      expect(await readHoldings(user.address)).toEqual(before)
    },
  )

  test('behavior: what was taken back cannot be used', async () => {
    const held = await hold()
    const client = open()
    await client.setBalance({ address: user.address, value: 10n ** 18n })
    await client.sendTransactionSync({
      account: user,
      to: user.address,
      gas: 500_000n,
      data: encodeFunctionData({
        abi: delegationManagerAbi,
        functionName: 'disableDelegation',
        args: [
          {
            ...held,
            caveats: held.caveats.map((caveat) => ({
              ...caveat,
              args: '0x' as const,
            })),
          },
        ],
      }),
    })
    const before = await readHoldings(user.address)
    const use = { delegations: [[held]], modes: [batchMode] }
    expect(
      await send(
        executor,
        encode({ ...use, executions: [encodeExecutions(terms.calls)] }),
      ),
    ).toBe('MANDATE_REVOKED')
    expect(await readHoldings(user.address)).toEqual(before)
  })
})
