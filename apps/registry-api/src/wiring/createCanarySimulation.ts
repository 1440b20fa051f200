// One file because it is one simulated block: what is lent to the canary's
// account, what runs, and what is measured around it depend on each other.
import type { CanaryPort } from '@behest/registry'
import {
  type Address,
  type Hex,
  isSameAddress,
  type Quote,
  type QuoteRequest,
} from '@behest/spec'
import {
  createPublicClient,
  encodeAbiParameters,
  encodeFunctionData,
  hexToBigInt,
  http,
  keccak256,
  numberToHex,
  parseAbi,
} from 'viem'
import { encodeCanaryPosition } from './canaryPosition.js'
import type { FindDeployment } from './createCanary.js'

const token = parseAbi([
  'function balanceOf(address account) view returns (uint256)',
  'function approve(address spender, uint256 units) returns (bool)',
  'function allowance(address owner, address spender) view returns (uint256)',
])

/** What a canary's account has in the simulation, and nowhere else. */
const lentWei = 10n ** 24n
const lentUnits = 10n ** 30n
const maxGas = 15_000_000n
/** Storage slots in which tokens keep their balances, in practice. */
const triedSlots = 60n
/** Actions that ask for nothing but the tokens. */
const withTokensAlone = new Set(['swap', 'transfer', 'supply'])
/** Actions that ask for nothing at all: they say who may take what. */
const withNothing = new Set(['approve', 'revoke'])
/** Actions that ask for what the canary says that its account has already. */
const withPosition = new Set(['withdraw', 'borrow', 'repay'])
/** Where lending protocols answer with what an account owes. */
const debtWord = 1
/** Aave rounds its balances; anything beyond is less than was promised. */
const toleranceUnits = 2n

type Outcome = {
  readonly status: Hex
  readonly returnData: Hex
  readonly error?: { readonly message?: string }
}

/**
 * Creates the simulation of canary quotes: the calls run at the chain's head,
 * from an account that nobody has and that owns enough in the simulation alone.
 * Nothing is sent. What the account loses and gets is held against the quote.
 *
 * Where the canary says that earlier steps gave the account a position, those
 * steps run first, by the same protocols and with the lent tokens.
 *
 * @param options.rpcUrl - A node that serves `eth_simulateV1`.
 * @param options.findDeployment - Where the protocols of a chain are.
 */
export function createCanarySimulation(options: {
  readonly rpcUrl: string
  readonly findDeployment: FindDeployment
}): NonNullable<CanaryPort['simulate']> {
  const { rpcUrl, findDeployment } = options
  const client = createPublicClient({
    transport: http(rpcUrl, { retryCount: 0, timeout: 8_000 }),
  })
  const slots = new Map<string, Promise<bigint | undefined>>()
  const request = (method: string, params: readonly unknown[]) =>
    client.request({ method, params } as never) as Promise<unknown>

  // A token says nowhere where it keeps balances: the slot is the one by which
  // its own answer changes.
  async function findSlot(address: Address): Promise<bigint | undefined> {
    for (let slot = 0n; slot < triedSlots; slot += 1n) {
      const seen = await request('eth_call', [
        {
          to: address,
          data: encodeBalanceOf(address),
        },
        'latest',
        {
          [address]: {
            stateDiff: { [toBalanceKey(address, slot)]: toWord(lentUnits) },
          },
        },
      ]).catch(() => '0x')
      if (seen !== '0x' && hexToBigInt(seen as Hex) === lentUnits) return slot
    }
    return undefined
  }

  return async ({ quote, request: asked }) => {
    const { action } = asked.instruction
    const deployment = withPosition.has(action)
      ? await findDeployment(asked.chainId)
      : undefined
    const position =
      deployment === undefined || asked.priorChanges === undefined
        ? undefined
        : encodeCanaryPosition({
            prior: asked.priorChanges,
            account: quote.account,
            deployment,
          })
    if (
      !withTokensAlone.has(action) &&
      !withNothing.has(action) &&
      position === undefined
    )
      return undefined
    const lent = new Set(
      (position?.lent ?? []).map((address) => address.toLowerCase()),
    )
    const spent = [
      ...new Set([
        ...quote.spend.map(({ token }) => token.address),
        ...quote.approvals.map(({ token }) => token),
        ...(position?.lent ?? []),
      ]),
    ].filter((address) => address !== 'native')
    const overrides: Record<string, unknown> = {
      [quote.account]: { balance: numberToHex(lentWei) },
    }
    for (const address of spent) {
      const known = slots.get(address.toLowerCase()) ?? findSlot(address)
      slots.set(address.toLowerCase(), known)
      const slot = await known
      if (slot === undefined) {
        // A receipt for what was supplied comes from supplying it.
        if (position !== undefined && !lent.has(address.toLowerCase())) continue
        // A token that cannot be lent cannot be tried; its shape was checked.
        return undefined
      }
      overrides[address] = {
        stateDiff: { [toBalanceKey(quote.account, slot)]: toWord(lentUnits) },
      }
    }
    const measured = listMeasured(quote)
    const reads = [
      ...measured.map(({ asset, account }) => ({
        to: asset,
        data: encodeBalanceOf(account),
      })),
      ...(position?.debt ?? []),
      ...toAllowanceReads(asked),
    ]
    const before = (position?.calls ?? []).map((call) => ({
      ...call,
      from: quote.account,
      gas: numberToHex(maxGas),
    }))
    const calls = toCalls(quote)
    let outcomes: readonly Outcome[]
    try {
      const [block] = (await request('eth_simulateV1', [
        {
          blockStateCalls: [
            {
              stateOverrides: overrides,
              calls: [...before, ...reads, ...calls, ...reads],
            },
          ],
          validation: false,
        },
        'latest',
      ])) as readonly { readonly calls: readonly Outcome[] }[]
      outcomes = block?.calls ?? []
    } catch {
      return undefined // our chain is away or cannot simulate: no fault of theirs
    }
    // A position that cannot be had here says nothing about the quote.
    if (outcomes.slice(0, before.length).some(({ status }) => status !== '0x1'))
      return undefined
    return findContradiction({
      quote,
      asked,
      measured,
      reads: reads.length,
      calls,
      outcomes: outcomes.slice(before.length),
    })
  }
}

/** What may be taken afterwards, where that is all that is asked. */
function toWantedAllowance({ instruction }: QuoteRequest): bigint | undefined {
  switch (instruction.action) {
    case 'revoke':
      return 0n
    case 'approve':
      return instruction.amount.type === 'exact'
        ? instruction.amount.units
        : undefined
    default:
      return undefined
  }
}

/** Read last, where the instruction is about an allowance. */
function toAllowanceReads({ instruction, account }: QuoteRequest) {
  if (
    (instruction.action !== 'approve' && instruction.action !== 'revoke') ||
    instruction.token.address === 'native'
  )
    return []
  return [
    {
      to: instruction.token.address,
      data: encodeFunctionData({
        abi: token,
        functionName: 'allowance',
        args: [account, instruction.spender],
      }),
    },
  ]
}

type Measured = { readonly asset: Address; readonly account: Address }

/** Whose balance of what is read before and after; ERC-20 only. */
function listMeasured(quote: Quote): Measured[] {
  const all = [
    ...quote.spend.map(({ token }) => ({
      asset: token.address,
      account: quote.account,
    })),
    ...quote.receive.map(({ token, account }) => ({
      asset: token.address,
      account,
    })),
  ]
  const seen = new Map<string, Measured>()
  for (const { asset, account } of all)
    if (asset !== 'native')
      seen.set(`${asset}:${account}`.toLowerCase(), { asset, account })
  return [...seen.values()]
}

function toCalls(quote: Quote) {
  return [
    ...quote.approvals.map(({ token: address, spender, units }) => ({
      from: quote.account,
      to: address,
      data: encodeFunctionData({
        abi: token,
        functionName: 'approve',
        args: [spender, units],
      }),
    })),
    ...quote.calls.map(({ to, valueWei, data }) => ({
      from: quote.account,
      to,
      data,
      gas: numberToHex(maxGas),
      ...(valueWei === 0n ? {} : { value: numberToHex(valueWei) }),
    })),
  ]
}

function findContradiction(options: {
  readonly quote: Quote
  readonly asked: QuoteRequest
  readonly measured: readonly Measured[]
  /** Balances first, then what is owed. */
  readonly reads: number
  readonly calls: readonly unknown[]
  readonly outcomes: readonly Outcome[]
}): string | undefined {
  const { quote, asked, measured, reads, calls, outcomes } = options
  if (outcomes.length !== 2 * reads + calls.length) return undefined
  const failed = outcomes
    .slice(reads, reads + calls.length)
    .findIndex(({ status }) => status !== '0x1')
  if (failed !== -1) {
    const place = failed - quote.approvals.length
    return place < 0
      ? `approval ${failed + 1} reverts in simulation`
      : `call ${place + 1} of the quote reverts in simulation`
  }
  const changeOf = (asset: string, account: string): bigint => {
    const place = measured.findIndex(
      (one) =>
        isSameAddress(one.asset, asset) && isSameAddress(one.account, account),
    )
    const before = readWord(outcomes[place])
    const after = readWord(outcomes[reads + calls.length + place])
    return after - before
  }
  const sentWei = quote.calls.reduce((sum, { valueWei }) => sum + valueWei, 0n)
  for (const { token: asset, atMostUnits } of quote.spend) {
    const lost =
      asset.address === 'native'
        ? sentWei
        : -changeOf(asset.address, quote.account)
    if (lost > atMostUnits + toleranceUnits)
      return `the calls take ${lost} of ${asset.symbol}, and the quote says at most ${atMostUnits}`
  }
  if (
    sentWei > 0n &&
    !quote.spend.some(({ token: asset }) => asset.address === 'native')
  )
    return `the calls send ${sentWei} wei, of which the quote says nothing`
  for (const { token: asset, account, atLeastUnits } of quote.receive) {
    if (asset.address === 'native') continue
    const got = changeOf(asset.address, account)
    if (got + toleranceUnits < atLeastUnits)
      return `the calls give ${got} of ${asset.symbol}, and the quote says at least ${atLeastUnits}`
  }
  const wanted = toWantedAllowance(asked)
  if (
    wanted !== undefined &&
    readWord(outcomes[2 * reads + calls.length - 1]) !== wanted
  )
    return `the calls leave an allowance other than the ${wanted} that was asked for`
  if (asked.instruction.action !== 'repay') return undefined
  for (let place = measured.length; place < reads; place += 1) {
    const owed = readWord(outcomes[place], debtWord)
    const left = readWord(outcomes[reads + calls.length + place], debtWord)
    if (left >= owed)
      return 'the calls leave the debt as it was, and the quote says that they repay'
  }
  return undefined
}

function readWord(outcome: Outcome | undefined, word = 0): bigint {
  const data = outcome?.returnData ?? '0x'
  const start = 2 + 64 * word
  return data.length < start + 64
    ? 0n
    : hexToBigInt(`0x${data.slice(start, start + 64)}`)
}

function encodeBalanceOf(account: Address): Hex {
  return encodeFunctionData({
    abi: token,
    functionName: 'balanceOf',
    args: [account],
  })
}

function toBalanceKey(account: Address, slot: bigint): Hex {
  return keccak256(
    encodeAbiParameters(
      [{ type: 'address' }, { type: 'uint256' }],
      [account, slot],
    ),
  )
}

function toWord(value: bigint): Hex {
  return numberToHex(value, { size: 32 })
}
