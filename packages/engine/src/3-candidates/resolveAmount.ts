import {
  type Address,
  type Amount,
  type ChainPort,
  type InstructionAmount,
  isSameAddress,
  type Token,
  toDecimal,
  toUnits,
} from '@behest/spec'
import {
  AmountZeroError,
  InsufficientBalanceError,
  OutputMissingError,
  PriceUnknownError,
} from './errors.js'

/** What a step gives that a later one can use. */
export type StepOutput = {
  readonly token: Token
  readonly atLeastUnits: bigint
  readonly expectedUnits: bigint
}

/** What amounts are resolved against. */
export type AmountContext = {
  readonly chain: ChainPort
  readonly account: Address
  readonly blockNumber: bigint
  /** Kept back when all of the chain's coin is to be spent, in wei. */
  readonly gasReserveWei: bigint
  readonly stepId: string
  /** What earlier steps give, by step id. */
  readonly outputs: ReadonlyMap<string, readonly StepOutput[]>
}

/**
 * Turns an amount that comes out of the wallet into units.
 *
 * A share is of the balance of this very token, at the pinned block; all of the
 * native coin leaves the gas reserve behind.
 *
 * @returns An exact amount, or an output with its least and expected units.
 * @throws {AmountZeroError} when it comes to nothing.
 * @throws {InsufficientBalanceError} when the wallet holds less.
 * @throws {PriceUnknownError} when money cannot be turned into this token.
 * @throws {OutputMissingError} when the step it refers to gives nothing usable.
 */
export async function resolveWalletAmount(options: {
  readonly context: AmountContext
  readonly token: Token
  readonly amount: Amount
}): Promise<InstructionAmount> {
  const { context, token, amount } = options
  if (amount.kind === 'output')
    return resolveOutput({ context, token, step: amount.step })

  const balance = await context.chain.readBalance({
    account: context.account,
    token: token.address,
    blockNumber: context.blockNumber,
  })
  const reserve = token.address === 'native' ? context.gasReserveWei : 0n
  const available = balance > reserve ? balance - reserve : 0n
  const units = await toWalletUnits({
    context,
    token,
    amount,
    balance,
    available,
  })
  if (units === 0n && (amount.kind === 'exact' || balance > 0n))
    throw new AmountZeroError({ symbol: token.symbol })
  // What earlier steps bring in is not in the wallet yet; the simulation of the
  // whole plan tells whether it suffices.
  if (!isGivenEarlier(context, token) && (units > available || units === 0n))
    throw new InsufficientBalanceError({
      symbol: token.symbol,
      needed: units === 0n ? 'some' : toDecimal(units, token.decimals),
      held: toDecimal(balance, token.decimals),
      spendable: toDecimal(available, token.decimals),
      account: context.account,
    })
  return { type: 'exact', units }
}

/**
 * Turns an amount that need not be in the wallet (what is bought, borrowed,
 * withdrawn) into units.
 *
 * @returns An exact amount, a share of the position, or an earlier output.
 * @throws {AmountZeroError} when it comes to nothing.
 * @throws {PriceUnknownError} when money cannot be turned into this token.
 */
export async function resolveWantedAmount(options: {
  readonly context: AmountContext
  readonly token: Token
  readonly amount: Amount
}): Promise<InstructionAmount> {
  const { context, token, amount } = options
  switch (amount.kind) {
    case 'output':
      return resolveOutput({ context, token, step: amount.step })
    case 'share':
      if (amount.bps === 0) throw new AmountZeroError({ symbol: token.symbol })
      return { type: 'share', bps: amount.bps }
    case 'rest':
      return { type: 'share', bps: 10_000 }
    case 'exact':
    case 'fiat': {
      const units = await toStatedUnits({ context, token, amount })
      if (units === 0n) throw new AmountZeroError({ symbol: token.symbol })
      return { type: 'exact', units }
    }
    default:
      return amount satisfies never
  }
}

async function toWalletUnits(options: {
  readonly context: AmountContext
  readonly token: Token
  readonly amount: Exclude<Amount, { kind: 'output' }>
  readonly balance: bigint
  readonly available: bigint
}): Promise<bigint> {
  const { context, token, amount, balance, available } = options
  switch (amount.kind) {
    case 'share': {
      const share = (balance * BigInt(amount.bps)) / 10_000n
      return share > available ? available : share
    }
    case 'rest': {
      const keep = toUnits(amount.keep.decimal, token.decimals)
      const spendable = balance - keep
      if (spendable <= 0n)
        throw new InsufficientBalanceError({
          symbol: token.symbol,
          needed: `more than ${amount.keep.decimal}`,
          held: toDecimal(balance, token.decimals),
          spendable: toDecimal(available, token.decimals),
          account: context.account,
        })
      return spendable > available ? available : spendable
    }
    case 'exact':
    case 'fiat':
      return toStatedUnits({ context, token, amount })
    default:
      return amount satisfies never
  }
}

async function toStatedUnits(options: {
  readonly context: AmountContext
  readonly token: Token
  readonly amount: Extract<Amount, { kind: 'exact' | 'fiat' }>
}): Promise<bigint> {
  const { context, token, amount } = options
  if (amount.kind === 'exact') return toUnits(amount.decimal, token.decimals)
  const priceE8 =
    amount.currency === 'USD'
      ? await context.chain.readPriceUsdE8({
          token: token.address,
          blockNumber: context.blockNumber,
        })
      : null
  if (priceE8 === null || priceE8 === 0n)
    throw new PriceUnknownError({
      symbol: token.symbol,
      currency: amount.currency,
    })
  const usdE18 = toUnits(amount.decimal, 18)
  return (usdE18 * 10n ** BigInt(token.decimals)) / (priceE8 * 10n ** 10n)
}

function resolveOutput(options: {
  readonly context: AmountContext
  readonly token: Token
  readonly step: string
}): InstructionAmount {
  const { context, token, step } = options
  const outputs = context.outputs.get(step) ?? []
  const output = outputs.find((candidate) =>
    isSameAddress(candidate.token.address, token.address),
  )
  if (!output)
    throw new OutputMissingError({ stepId: context.stepId, from: step })
  return {
    type: 'output',
    step,
    units: output.atLeastUnits,
    expectedUnits: output.expectedUnits,
  }
}

function isGivenEarlier(context: AmountContext, token: Token): boolean {
  for (const outputs of context.outputs.values())
    for (const output of outputs)
      if (isSameAddress(output.token.address, token.address)) return true
  return false
}
