import {
  type Address,
  BehestError,
  type Instruction,
  isSameAddress,
  type UnsignedQuote,
} from '@behest/spec'
import type { Agent } from '../define/Agent.js'
import { readGrant } from './readGrant.js'

/**
 * Asserts that a quote stays within what its agent declared, so that a mistake
 * in an agent never leaves its process.
 *
 * @throws {AgentLimitExceededError} at the first limit that the quote passes.
 */
export function assertWithinLimits(options: {
  readonly agent: Agent
  readonly quote: UnsignedQuote
  readonly instruction: Instruction
  readonly nowUnixSeconds: number
}): void {
  const { agent, quote, instruction, nowUnixSeconds } = options
  const fail = (limit: string, allowed: string, offered: string): never => {
    throw new AgentLimitExceededError({
      agent: agent.name,
      limit,
      allowed,
      offered,
    })
  }

  const { maxValidForSeconds, spenders } = agent.limits
  const validForSeconds = quote.validUntilUnixSeconds - nowUnixSeconds
  if (validForSeconds <= 0 || validForSeconds > maxValidForSeconds)
    fail(
      'maxValidForSeconds',
      `1 to ${maxValidForSeconds}`,
      `${validForSeconds}`,
    )

  // "approve X for Y" is the user naming a spender: that one, and no other.
  const named = instruction.action === 'approve' ? [instruction.spender] : []
  const assertSpender = (spender: Address) => {
    if (![...spenders, ...named].some((known) => isSameAddress(known, spender)))
      fail('spenders', spenders.join(', ') || 'none', spender)
  }
  for (const { spender } of quote.approvals) assertSpender(spender)
  for (const { data } of quote.calls) {
    const grant = readGrant(data)
    if (grant?.gives) assertSpender(grant.spender)
  }

  const spendOf = (token: string): bigint =>
    quote.spend
      .filter((spent) => isSameAddress(spent.token.address, token))
      .reduce((sum, spent) => sum + spent.atMostUnits, 0n)

  const approved = new Map<string, bigint>()
  for (const { token, units } of quote.approvals) {
    const key = token.toLowerCase()
    approved.set(key, (approved.get(key) ?? 0n) + units)
  }
  for (const [token, units] of approved) {
    // Ether that a call wraps on the way is spent in its wrapped form.
    const wrapped = quote.calls
      .filter(({ to }) => isSameAddress(to, token))
      .reduce((sum, { valueWei }) => sum + valueWei, 0n)
    const spent = spendOf(token) + wrapped
    if (units > spent)
      fail('approvals', `${spent} units of ${token}, as spent`, `${units}`)
  }

  const valueWei = quote.calls.reduce((sum, call) => sum + call.valueWei, 0n)
  if (valueWei > spendOf('native'))
    fail('calls.valueWei', `${spendOf('native')} wei, as spent`, `${valueWei}`)

  for (const { token, units } of quote.fee)
    if (units * 10_000n > BigInt(agent.feeBps) * spendOf(token.address))
      fail('feeBps', `${agent.feeBps} bps of what is spent`, `${units} units`)

  const stated = getStatedSpend(instruction)
  if (stated?.exact && spendOf(stated.token) > stated.units)
    fail(
      'instruction amount',
      `${stated.units} units of ${stated.token}`,
      `${spendOf(stated.token)}`,
    )

  // An engine passes over what promises somebody less than was said.
  const due = getStatedReceive(instruction)
  if (due) {
    const promised = quote.receive
      .filter(
        ({ token, account }) =>
          isSameAddress(token.address, due.token.address) &&
          isSameAddress(account, due.account),
      )
      .reduce((sum, { atLeastUnits }) => sum + atLeastUnits, 0n)
    if (promised < due.atLeastUnits)
      fail(
        'receive',
        `${due.atLeastUnits} units of ${due.token.symbol} or more for ${due.account}`,
        `${promised}`,
      )
  }

  for (const { token } of [
    ...quote.spend,
    ...quote.receive,
    ...quote.positions,
    ...quote.fee,
  ])
    if (token.chainId !== quote.chainId)
      fail('chain', String(quote.chainId), String(token.chainId))

  for (const { data, amountOffsets = [] } of quote.calls)
    for (const offset of amountOffsets)
      if (offset >= 0 && offset + 32 > (data.length - 2) / 2)
        fail(
          'amountOffsets',
          `within ${(data.length - 2) / 2} bytes`,
          `${offset}`,
        )
}

/** What the instruction itself says leaves the account, where it says so. */
export function getStatedSpend(
  instruction: Instruction,
):
  | { readonly token: string; readonly units: bigint; readonly exact: boolean }
  | undefined {
  const leg = getSpentLeg(instruction)
  if (leg?.amount === undefined || leg.amount.type === 'share') return undefined
  return leg.amount.type === 'exact'
    ? { token: leg.token.address, units: leg.amount.units, exact: true }
    : {
        token: leg.token.address,
        units: leg.amount.expectedUnits,
        exact: false,
      }
}

/** What the instruction itself says arrives with somebody, where it says so. */
export function getStatedReceive(
  instruction: Instruction,
): UnsignedQuote['receive'][number] | undefined {
  if (instruction.action !== 'transfer') return undefined
  const { token, amount, to } = instruction
  if (amount.type === 'share') return undefined
  return {
    token,
    account: to,
    atLeastUnits: amount.units,
    expectedUnits:
      amount.type === 'exact' ? amount.units : amount.expectedUnits,
  }
}

/** The token and amount that an instruction gives away. */
export function getSpentLeg(instruction: Instruction) {
  switch (instruction.action) {
    case 'swap':
      return instruction.sell
    case 'transfer':
    case 'supply':
    case 'repay':
      return instruction
    case 'borrow':
      return instruction.collateral
    case 'withdraw':
    case 'approve':
    case 'revoke':
    case 'ask':
      return undefined
    default:
      return instruction satisfies never
  }
}

/** Thrown when an agent's quote goes past what the agent itself declared. */
export class AgentLimitExceededError extends BehestError {
  readonly code = 'AGENT_LIMIT_EXCEEDED'
  readonly stage = 'quotes'
  readonly retry = 'never'

  constructor(facts: {
    agent: string
    limit: string
    allowed: string
    offered: string
  }) {
    super(
      `Agent "${facts.agent}" offered ${facts.offered} where its limit "${facts.limit}" allows ${facts.allowed}. The quote was not sent; correct the agent or its limits.`,
      { facts },
    )
  }
}
