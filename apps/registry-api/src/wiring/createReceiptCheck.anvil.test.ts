import { type Devnet, start } from '@behest/devnet'
import type { Receipt } from '@behest/spec'
import {
  createPublicClient,
  createWalletClient,
  type Hex,
  http,
  parseAbi,
  parseEther,
  publicActions,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createReceiptCheck } from './createReceiptCheck.js'

const weth = parseAbi([
  'function deposit() payable',
  'function transfer(address to, uint256 units) returns (bool)',
])

const lending = parseAbi([
  'function approve(address spender, uint256 units) returns (bool)',
  'function supply(address asset, uint256 units, address onBehalfOf, uint16 referral)',
  'function withdraw(address asset, uint256 units, address to) returns (uint256)',
  'function balanceOf(address account) view returns (uint256)',
])

let devnet: Devnet
let check: ReturnType<typeof createReceiptCheck>
beforeAll(async () => {
  devnet = await start({})
  check = createReceiptCheck({
    rpcUrl: devnet.url,
    chainId: () => devnet.chain.id,
  })
})
afterAll(async () => {
  await devnet.stop()
})

async function send(
  call:
    | { readonly functionName: 'deposit' }
    | {
        readonly functionName: 'transfer'
        readonly to: Hex
        readonly units: bigint
      },
): Promise<Hex> {
  const client = createWalletClient({
    account: privateKeyToAccount(devnet.accounts[1].privateKey),
    chain: devnet.chain,
    transport: http(devnet.url),
  }).extend(publicActions)
  const common = {
    address: devnet.addresses.tokens.WETH,
    abi: weth,
    gas: 100_000n,
  } as const
  const hash =
    call.functionName === 'deposit'
      ? await client.writeContract({
          ...common,
          functionName: 'deposit',
          value: parseEther('1'),
        })
      : await client.writeContract({
          ...common,
          functionName: 'transfer',
          args: [call.to, call.units],
        })
  await client.waitForTransactionReceipt({ hash, pollingInterval: 20 })
  return hash
}

type Delta = Receipt['steps'][number]['realised'][number]

function buildDelta(
  units: bigint,
  token: Delta['token'] = devnet.addresses.tokens.WETH,
  account: Hex = devnet.accounts[1].address,
): Delta {
  return { account, token, symbol: 'WETH', units, decimal: '1' }
}

async function readMinedAt(hash: Hex): Promise<number> {
  const client = createPublicClient({ transport: http(devnet.url) })
  const { blockNumber } = await client.getTransactionReceipt({ hash })
  return Number((await client.getBlock({ blockNumber })).timestamp)
}

function buildReceipt(options: {
  readonly transactions: readonly Hex[]
  readonly units?: bigint
  readonly promised?: readonly Delta[]
  readonly realised?: readonly Delta[]
  readonly action?: Receipt['steps'][number]['action']
  readonly verdict?: 'MET' | 'NOT_MET' | 'UNKNOWN'
  readonly account?: Hex
  readonly chainId?: number
}): Receipt {
  const account = options.account ?? devnet.accounts[1].address
  const hash = `0x${'22'.repeat(32)}` as const
  const verdict = options.verdict ?? 'MET'
  return {
    intentId: 'i',
    intentHash: hash,
    planHash: hash,
    outcome: verdict,
    chainId: options.chainId ?? devnet.chain.id,
    account,
    steps: [
      {
        id: 's1',
        action: options.action ?? 'swap',
        agent: 'a-00000000',
        agentAddress: account,
        quoteId: 'q',
        quoteHash: hash,
        transactions: [...options.transactions],
        promised: [...(options.promised ?? [])],
        positions: [],
        verdict,
        realised: [
          ...(options.realised ?? []),
          ...(options.units === undefined
            ? []
            : [
                buildDelta(
                  options.units,
                  devnet.addresses.tokens.WETH,
                  account,
                ),
              ]),
        ],
      },
    ],
    health: [],
    gasWei: 0n,
    feesPaid: [],
    startedAt: new Date().toISOString(),
    finishedAt: new Date().toISOString(),
    signatures: [],
  }
}

describe('createReceiptCheck', () => {
  test('behavior: confirms what the chain shows, wrapping included', async () => {
    const wrapped = await send({ functionName: 'deposit' })
    expect(
      await check(
        buildReceipt({ transactions: [wrapped], units: parseEther('1') }),
      ),
    ).toEqual({
      type: 'confirmed',
      minedAtUnixSeconds: await readMinedAt(wrapped),
    })
    const sent = await send({
      functionName: 'transfer',
      to: devnet.accounts[2].address,
      units: 400n,
    })
    expect(
      await check(buildReceipt({ transactions: [sent], units: -400n })),
    ).toMatchObject({ type: 'confirmed' })
  })

  test('behavior: contradicts another amount, a revert, a stranger and nothing sent', async () => {
    const wrapped = await send({ functionName: 'deposit' })
    const more = await check(
      buildReceipt({ transactions: [wrapped], units: parseEther('2') }),
    )
    expect(more).toMatchObject({
      type: 'contradicted',
      reason: expect.stringContaining('the events say'),
    })
    const reverted = await send({
      functionName: 'transfer',
      to: devnet.accounts[2].address,
      units: parseEther('1000000'),
    })
    expect(
      await check(buildReceipt({ transactions: [reverted] })),
    ).toMatchObject({
      type: 'contradicted',
      reason: expect.stringContaining('reverted'),
    })
    expect(
      await check(
        buildReceipt({ transactions: [reverted], verdict: 'NOT_MET' }),
      ),
    ).toMatchObject({ type: 'confirmed' })
    expect(
      await check(
        buildReceipt({
          transactions: [wrapped],
          account: devnet.accounts[5].address,
        }),
      ),
    ).toMatchObject({ type: 'contradicted' })
    expect(await check(buildReceipt({ transactions: [] }))).toMatchObject({
      type: 'contradicted',
    })
  })

  test('behavior: met means that what was promised came, and that something moved', async () => {
    const wrapped = await send({ functionName: 'deposit' })
    const common = { transactions: [wrapped], units: parseEther('1') }
    const short = await check(
      buildReceipt({ ...common, promised: [buildDelta(parseEther('1.2'))] }),
    )
    expect(short).toMatchObject({
      type: 'contradicted',
      reason: expect.stringContaining(
        'at least 1200000000000000000 was promised',
      ),
    })
    expect(
      await check(
        buildReceipt({ ...common, promised: [buildDelta(parseEther('0.9'))] }),
      ),
    ).toMatchObject({ type: 'confirmed' })
    // More went than was promised to go at most.
    const sent = await send({
      functionName: 'transfer',
      to: devnet.accounts[2].address,
      units: 4000n,
    })
    expect(
      await check(
        buildReceipt({
          transactions: [sent],
          units: -4000n,
          promised: [buildDelta(-3000n)],
        }),
      ),
    ).toMatchObject({ type: 'contradicted' })
    const nothing = { transactions: [wrapped] }
    expect(await check(buildReceipt(nothing))).toMatchObject({
      type: 'contradicted',
      reason: expect.stringContaining('nothing moved'),
    })
    expect(
      await check(buildReceipt({ ...nothing, action: 'approve' })),
    ).toMatchObject({ type: 'confirmed' })
  })

  test('behavior: steps of one transaction keep their promises together', async () => {
    const wrapped = await send({ functionName: 'deposit' })
    const receipt = buildReceipt({
      transactions: [wrapped],
      units: parseEther('1'),
      promised: [buildDelta(parseEther('1.5'))],
    })
    const [first] = receipt.steps as [Receipt['steps'][number]]
    const onward = (units: bigint): Receipt => ({
      ...receipt,
      steps: [first, { ...first, id: 's2', promised: [buildDelta(units)] }],
    })
    expect(await check(onward(parseEther('-0.5')))).toMatchObject({
      type: 'confirmed',
    })
    expect(await check(onward(parseEther('-0.3')))).toMatchObject({
      type: 'contradicted',
    })
  })

  test('behavior: ether that no event tells of is held against the balance', async () => {
    const wrapped = await send({ functionName: 'deposit' })
    const claim = (wei: bigint) =>
      check(
        buildReceipt({
          transactions: [wrapped],
          units: parseEther('1'),
          realised: [buildDelta(wei, 'native')],
        }),
      )
    expect(await claim(parseEther('-1'))).toMatchObject({ type: 'confirmed' })
    expect(await claim(parseEther('-0.5'))).toMatchObject({
      type: 'contradicted',
      reason: expect.stringContaining('its balance by -1000000000000000000'),
    })
    expect(await claim(parseEther('3'))).toMatchObject({ type: 'contradicted' })
  })

  test('behavior: interest that a lending token books late is no contradiction', async () => {
    const account = devnet.accounts[3].address
    const client = createWalletClient({
      account: privateKeyToAccount(devnet.accounts[3].privateKey),
      chain: devnet.chain,
      transport: http(devnet.url),
    }).extend(publicActions)
    const { WETH } = devnet.addresses.tokens
    const { pool, reserves } = devnet.addresses.aaveV3
    await devnet.deal({ account, token: 'WETH', amountUnits: parseEther('20') })
    const run = async (
      address: Hex,
      functionName: 'approve' | 'supply' | 'withdraw',
      args: readonly unknown[],
    ) => {
      const hash = await client.writeContract({
        address,
        abi: lending,
        functionName,
        // Three functions, one helper: viem cannot tie the arguments to the name.
        args: args as never,
        gas: 900_000n,
      })
      await client.waitForTransactionReceipt({ hash, pollingInterval: 20 })
      return hash
    }
    const balance = () =>
      client.readContract({
        address: reserves.WETH.aToken,
        abi: lending,
        functionName: 'balanceOf',
        args: [account],
      })
    await run(WETH, 'approve', [pool, parseEther('20')])
    await run(pool, 'supply', [WETH, parseEther('10'), account, 0])
    await devnet.passTime(3 * 365 * 86_400)
    const before = await balance()
    expect(before).toBeGreaterThan(parseEther('10.05'))
    const supplied = await run(pool, 'supply', [
      WETH,
      parseEther('1'),
      account,
      0,
    ])
    const changed = (await balance()) - before
    const receipt = buildReceipt({ transactions: [supplied], account })
    const [step] = receipt.steps
    const delta = {
      account,
      token: reserves.WETH.aToken,
      symbol: 'aWETH',
      units: changed,
      decimal: '1',
    }
    expect(
      await check({
        ...receipt,
        steps: [{ ...(step as Receipt['steps'][number]), realised: [delta] }],
      }),
    ).toMatchObject({ type: 'confirmed' })
  })

  test('behavior: what it cannot know it asks again', async () => {
    expect(
      await check(buildReceipt({ transactions: [`0x${'ab'.repeat(32)}`] })),
    ).toMatchObject({ type: 'unreachable', why: 'not-mined' })
    expect(
      await check(buildReceipt({ transactions: [], chainId: 1 })),
    ).toMatchObject({ type: 'unreachable', why: 'other-chain' })
    const nobody = createReceiptCheck({
      rpcUrl: 'http://127.0.0.1:1',
      chainId: () => devnet.chain.id,
    })
    expect(
      await nobody(buildReceipt({ transactions: [`0x${'ab'.repeat(32)}`] })),
    ).toMatchObject({ type: 'unreachable', why: 'no-answer' })
  })
})
