import {
  type Address,
  type Block,
  type ChainPort,
  isSameAddress,
  type PlanStep,
  type SimulatedCallInput,
} from '@behest/spec'
import { SigningRefusedError } from './errors.js'

/**
 * Simulates calls at the newest block, through the signer's own node, and holds
 * what they would change against what their steps may spend and allow.
 *
 * A call that would revert passes: it moves nothing, and its failure is what
 * makes the engine take allowances back.
 *
 * @throws {SigningRefusedError} when something else would be lost or allowed.
 */
export async function checkEffects(options: {
  readonly what: string
  readonly chain: Pick<ChainPort, 'simulate'>
  readonly block: Block
  readonly account: Address
  readonly steps: readonly PlanStep[]
  readonly calls: readonly SimulatedCallInput[]
  readonly wrappedNative: Address
}): Promise<void> {
  const { what, chain, block, account, steps, calls, wrappedNative } = options
  const result = await chain.simulate({
    account,
    blockNumber: block.number,
    steps: [{ stepId: steps[0]?.id ?? 's1', calls }],
    otherAccounts: [],
    tokens: steps.flatMap(({ spend, receive }) =>
      [...spend, ...receive].map(({ token }) => token.address),
    ),
    allowances: steps.flatMap(({ approvals }) => approvals),
  })
  const measured = result.steps[0]
  const isDebt = (token: string): boolean =>
    measured?.positions.some(
      ({ kind, heldAs }) =>
        kind === 'borrowed' &&
        heldAs !== undefined &&
        isSameAddress(heldAs, token),
    ) ?? false
  // The coin and its wrapped form are one: wrapping loses neither.
  const isCoin = (token: string): boolean =>
    token === 'native' || isSameAddress(token, wrappedNative)
  const losses = new Map<
    string,
    { token: string; symbol: string; net: bigint }
  >()
  for (const { account: whose, token, symbol, units } of measured?.deltas ??
    []) {
    if (!isSameAddress(whose, account) || isDebt(token)) continue
    const key = isCoin(token) ? 'native' : token.toLowerCase()
    const net = (losses.get(key)?.net ?? 0n) + units
    losses.set(key, { token: key, symbol, net })
  }
  for (const { token, symbol, net } of losses.values()) {
    const most = sumSpend(steps, token, isCoin)
    if (-net > most)
      throw new SigningRefusedError({
        what,
        rule: `it takes ${-net} units of ${symbol} and may take ${most}`,
      })
  }
  for (const change of result.allowances) {
    if (change.afterUnits <= change.beforeUnits) continue
    const most = steps
      .flatMap(({ approvals }) => approvals)
      .filter(
        ({ token, spender }) =>
          isSameAddress(token, change.token) &&
          isSameAddress(spender, change.spender),
      )
      .reduce((sum, { units }) => (units > sum ? units : sum), 0n)
    const spliced = steps.some(({ calls: planned }) =>
      planned.some(
        ({ purpose, splices }) => purpose === 'approve' && splices.length > 0,
      ),
    )
    const limit = spliced
      ? max(most, sumSpend(steps, change.token, isCoin))
      : most
    if (change.kind !== 'erc20' || change.afterUnits > limit)
      throw new SigningRefusedError({
        what,
        rule: `it lets ${change.spender} take ${change.afterUnits} units of ${change.symbol}`,
      })
  }
}

/** What steps may spend of a token. */
function sumSpend(
  steps: readonly PlanStep[],
  token: string,
  isCoin: (token: string) => boolean,
): bigint {
  return steps
    .flatMap(({ spend }) => spend)
    .filter(({ token: { address } }) =>
      isCoin(token) ? isCoin(address) : isSameAddress(address, token),
    )
    .reduce((sum, { atMostUnits }) => sum + atMostUnits, 0n)
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
