import type {
  Address,
  ChainPort,
  Instruction,
  InstructionAmount,
  Question,
  Step,
  Token,
} from '@behest/spec'
import {
  ActionUnsupportedError,
  PartyUnknownError,
  SlippageUnreasonableError,
} from './errors.js'
import {
  type AmountContext,
  resolveWalletAmount,
  resolveWantedAmount,
} from './resolveAmount.js'
import type { ResolvedTokens } from './resolveTokens.js'
import { toHealthFloor } from './toHealthFloor.js'

const maxStatedSlippageBps = 5000

/** Either what agents are asked to do, or what the user must say first. */
export type InstructionResult =
  | { readonly type: 'instruction'; readonly instruction: Instruction }
  | { readonly type: 'questions'; readonly questions: readonly Question[] }

/**
 * Turns an understood step into an instruction: tokens as contracts, amounts in
 * units, parties as addresses.
 *
 * @param options.defaultSlippageBps - Where the user stated none.
 * @returns The instruction, or a question where the step lacks something.
 * @throws {ActionUnsupportedError} when no instruction exists for the action.
 * @throws {PartyUnknownError} when a name leads to no address.
 * @throws {SlippageUnreasonableError} past 50 %.
 * @throws the errors of {@link resolveWalletAmount}.
 */
export async function buildInstruction(options: {
  readonly step: Step
  readonly stepIndex: number
  readonly tokens: ResolvedTokens
  readonly context: AmountContext
  readonly defaultSlippageBps: number
}): Promise<InstructionResult> {
  const { step, stepIndex, tokens, context, defaultSlippageBps } = options
  const missing: Question[] = []
  const ask = (slot: string, text: string): void => {
    missing.push({ slot: `steps[${stepIndex}].${slot}`, text })
  }
  const venue = step.venue === undefined ? {} : { venue: step.venue }
  const pool = step.pool === undefined ? {} : { pool: step.pool }
  const floor = toHealthFloor(step)
  const minHealth = floor === undefined ? {} : { minHealth: floor }
  const give = (instruction: Instruction): InstructionResult => ({
    type: 'instruction',
    instruction,
  })

  switch (step.action) {
    case 'swap': {
      const { sell, buy } = tokens
      if (!sell) ask('sell.token', 'Which token do you want to give?')
      if (!buy) ask('buy.token', 'Which token do you want to get?')
      if (!step.sell?.amount && !step.buy?.amount)
        ask('sell.amount', `How much${sell ? ` ${sell.symbol}` : ''}?`)
      if (!sell || !buy || missing.length > 0) break
      const maxSlippageBps = step.maxSlippageBps ?? defaultSlippageBps
      if (maxSlippageBps > maxStatedSlippageBps)
        throw new SlippageUnreasonableError({
          slippageBps: maxSlippageBps,
          maxSlippageBps: maxStatedSlippageBps,
        })
      return give({
        action: 'swap',
        sell: await toTradeSide(context, sell, step.sell?.amount, 'wallet'),
        buy: await toTradeSide(context, buy, step.buy?.amount, 'wanted'),
        maxSlippageBps,
        ...venue,
        ...pool,
      })
    }
    case 'transfer': {
      const token = tokens.token
      if (!token) ask('token', 'Which token do you want to send?')
      if (!step.amount) ask('amount', 'How much do you want to send?')
      if (!step.to) ask('to', 'To whom? Give an address.')
      if (!token || !step.amount || !step.to) break
      return give({
        action: 'transfer',
        token,
        to: await resolveParty(context.chain, step.to),
        amount: await resolveWalletAmount({
          context,
          token,
          amount: step.amount,
        }),
      })
    }
    case 'supply': {
      const token = tokens.token
      if (!token) ask('token', 'Which token do you want to lend?')
      if (!step.amount) ask('amount', 'How much do you want to lend?')
      if (!token || !step.amount) break
      return give({
        action: 'supply',
        token,
        amount: await resolveWalletAmount({
          context,
          token,
          amount: step.amount,
        }),
        ...venue,
        ...pool,
      })
    }
    case 'withdraw': {
      const token = tokens.token
      if (!step.amount) ask('amount', 'How much do you want to withdraw?')
      if (!step.amount) break
      return give({
        action: 'withdraw',
        ...(token ? { token } : {}),
        amount: token
          ? await resolveWantedAmount({ context, token, amount: step.amount })
          : toShare(step.amount.kind === 'share' ? step.amount.bps : 10_000),
        ...minHealth,
        ...venue,
        ...pool,
      })
    }
    case 'borrow': {
      const token = tokens.token
      if (!token) ask('token', 'Which token do you want to borrow?')
      if (!step.amount) ask('amount', 'How much do you want to borrow?')
      if (tokens.collateral && !step.collateral?.amount)
        ask(
          'collateral.amount',
          `How much ${tokens.collateral.symbol} do you want to put up?`,
        )
      if (!token || !step.amount || missing.length > 0) break
      const collateral = tokens.collateral
      const collateralAmount = step.collateral?.amount
      return give({
        action: 'borrow',
        token,
        amount: await resolveWantedAmount({
          context,
          token,
          amount: step.amount,
        }),
        ...(collateral && collateralAmount
          ? {
              collateral: {
                token: collateral,
                amount: await resolveWalletAmount({
                  context,
                  token: collateral,
                  amount: collateralAmount,
                }),
              },
            }
          : {}),
        ...minHealth,
        ...venue,
      })
    }
    case 'repay': {
      const token = tokens.token
      if (!token) ask('token', 'Which debt do you want to repay?')
      if (!step.amount) ask('amount', 'How much do you want to repay?')
      if (!token || !step.amount) break
      return give({
        action: 'repay',
        token,
        // "all my DAI" is all of the debt, not all of the wallet.
        amount:
          step.amount.kind === 'share' || step.amount.kind === 'rest'
            ? await resolveWantedAmount({ context, token, amount: step.amount })
            : await resolveWalletAmount({
                context,
                token,
                amount: step.amount,
              }),
        ...venue,
      })
    }
    case 'approve':
    case 'revoke': {
      const token = tokens.token
      if (!token) ask('token', 'Which token is it about?')
      if (!step.spender) ask('spender', 'Whose allowance? Give an address.')
      if (step.action === 'approve' && !step.amount)
        ask('amount', 'How much may be taken? There is no unlimited.')
      if (!token || !step.spender || missing.length > 0) break
      const spender = await resolveParty(context.chain, step.spender)
      if (step.action === 'revoke')
        return give({ action: 'revoke', token, spender })
      if (!step.amount) break
      return give({
        action: 'approve',
        token,
        spender,
        amount: await resolveWalletAmount({
          context,
          token,
          amount: step.amount,
        }),
      })
    }
    case 'ask':
      return give(await toQuestion(step, tokens, context))
    case 'bridge':
    case 'deposit':
    case 'stake':
    case 'unstake':
    case 'claim':
    case 'long':
    case 'short':
    case 'close':
    case 'lock':
    case 'unlock':
    case 'vote':
      throw new ActionUnsupportedError({
        action: step.action,
        chain: context.chain.chainName,
      })
    default:
      return step.action satisfies never
  }
  return { type: 'questions', questions: missing }
}

function toShare(bps: number): InstructionAmount {
  return { type: 'share', bps }
}

async function toTradeSide(
  context: AmountContext,
  token: Token,
  amount: Parameters<typeof resolveWalletAmount>[0]['amount'] | undefined,
  from: 'wallet' | 'wanted',
): Promise<{ token: Token; amount?: InstructionAmount }> {
  if (!amount) return { token }
  const resolve = from === 'wallet' ? resolveWalletAmount : resolveWantedAmount
  return { token, amount: await resolve({ context, token, amount }) }
}

async function toQuestion(
  step: Step,
  tokens: ResolvedTokens,
  context: AmountContext,
): Promise<Instruction> {
  const account =
    step.account === undefined
      ? context.account
      : await resolveParty(context.chain, step.account)
  const side = async (leg: Step['sell']) => {
    if (!leg) return undefined
    const [token] = await context.chain.findTokens(leg.token)
    if (!token) return undefined
    // A question may be about more than one holds, so the wallet sets no bound.
    const amount = leg.amount
      ? await resolveWantedAmount({ context, token, amount: leg.amount })
      : undefined
    return amount ? { token, amount } : { token }
  }
  const trade = step.of?.action === 'swap' ? step.of : step
  const sell = await side(trade.sell)
  const buy = await side(trade.buy)
  const token = tokens.token
  return {
    action: 'ask',
    topic: step.topic ?? 'help',
    account,
    ...(token ? { token } : {}),
    ...(token && step.amount
      ? {
          amount: await resolveWantedAmount({
            context,
            token,
            amount: step.amount,
          }),
        }
      : {}),
    ...(step.spender === undefined
      ? {}
      : { spender: await resolveParty(context.chain, step.spender) }),
    ...(step.venue === undefined ? {} : { venue: step.venue }),
    ...(sell ? { sell } : {}),
    ...(buy ? { buy } : {}),
  }
}

async function resolveParty(chain: ChainPort, name: string): Promise<Address> {
  const address = await chain.resolveParty(name)
  if (!address) throw new PartyUnknownError({ name })
  return address
}
