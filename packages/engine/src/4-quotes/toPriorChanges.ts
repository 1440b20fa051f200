import {
  type Address,
  isSameAddress,
  type PriorChanges,
  type SimulationResult,
} from '@behest/spec'
import type { ChosenQuote } from '../5-plan/buildPlan.js'

// More would not fit into a request. What is cut can only make a quote fail in
// its own simulation.
const mostEntries = 128

/**
 * Tells what the chosen steps change, in order, for the agents of the next step.
 *
 * Positions are as measured. The wallet is taken at the worst that was promised
 * rather than at what was measured: what is built on it must hold then too.
 *
 * @param options.measured - The simulation of exactly the chosen steps.
 * @returns `undefined` where nothing was chosen yet.
 */
export function toPriorChanges(options: {
  readonly chosen: readonly ChosenQuote[]
  readonly measured: SimulationResult | undefined
  readonly account: Address
}): PriorChanges | undefined {
  const { chosen, measured, account } = options
  if (measured === undefined || chosen.length === 0) return undefined

  const wallet = new Map<string, PriorChanges['wallet'][number]>()
  const add = (token: Address | 'native', units: bigint): void => {
    const key = token.toLowerCase()
    wallet.set(key, { token, units: (wallet.get(key)?.units ?? 0n) + units })
  }
  for (const { quote } of chosen) {
    for (const { token, atMostUnits } of quote.spend)
      add(token.address, -atMostUnits)
    for (const { token, account: to, atLeastUnits } of quote.receive)
      if (isSameAddress(to, account)) add(token.address, atLeastUnits)
  }
  return {
    positions: measured.steps
      .flatMap((step) => step.positions)
      .filter((delta) => isSameAddress(delta.account, account))
      .slice(0, mostEntries),
    wallet: [...wallet.values()]
      .filter(({ units }) => units !== 0n)
      .slice(0, mostEntries),
  }
}
