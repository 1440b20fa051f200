import type { TestChain } from '@behest/agent-testing'
import { erc20Abi } from '@behest/evm'
import { isSameAddress, type Quote } from '@behest/spec'
import { encodeFunctionData } from 'viem'
import { expect } from 'vitest'

/**
 * Simulates a quote the way the engine does, and holds it to what it promises:
 * every loss is listed, everything arrives, positions change as told, health and
 * rate come true.
 */
export async function holdsInSimulation(
  chain: TestChain,
  quote: Quote,
): Promise<void> {
  const { account, port } = chain
  const head = await port.readHead()
  const { steps, health, rates } = await port.simulate({
    account,
    blockNumber: head.number,
    steps: [
      {
        stepId: 's1',
        calls: [
          ...quote.approvals.map(({ token, spender, units }) => ({
            to: token,
            valueWei: 0n,
            data: encodeFunctionData({
              abi: erc20Abi,
              functionName: 'approve',
              args: [spender, units],
            }),
          })),
          ...quote.calls,
        ],
      },
    ],
    otherAccounts: [],
    tokens: [],
    allowances: quote.approvals,
  })
  const [step] = steps
  for (const { succeeded, reason } of step?.calls ?? [])
    expect(reason ?? succeeded).toBe(true)

  for (const { token, units } of step?.deltas ?? []) {
    const isDebt = step?.positions.some(
      ({ kind, heldAs = '' }) =>
        kind === 'borrowed' && isSameAddress(heldAs, token),
    )
    const spent = quote.spend.find((item) =>
      isSameAddress(item.token.address, token),
    )
    if (units < 0n && !isDebt)
      expect(-units).toBeLessThanOrEqual(spent?.atMostUnits ?? 0n)
  }
  for (const { token, atLeastUnits, expectedUnits } of quote.receive) {
    const arrived =
      step?.deltas.find((delta) => isSameAddress(delta.token, token.address))
        ?.units ?? 0n
    expect(arrived).toBeGreaterThanOrEqual(atLeastUnits)
    expect(arrived * 1_000_000n).toBeGreaterThanOrEqual(
      expectedUnits * 999_900n,
    )
  }
  for (const promise of quote.positions) {
    const change =
      step?.positions.find(
        ({ venue, market, kind }) =>
          venue === promise.venue &&
          isSameAddress(market, promise.market) &&
          kind === promise.kind,
      )?.units ?? 0n
    const moved = promise.direction === 'more' ? change : -change
    expect(moved).toBeGreaterThanOrEqual(promise.atLeastUnits)
    expect(moved).toBeLessThanOrEqual(promise.atMostUnits)
  }
  for (const told of quote.health ?? []) {
    const measured = health.find(({ venue }) => venue === told.venue)
    expect(Number(told.after ?? 0)).toBeCloseTo(Number(measured?.after ?? 0), 3)
    expect(Number(told.before ?? 0)).toBeCloseTo(
      Number(measured?.before ?? 0),
      3,
    )
  }
  if (quote.ratePerYear !== undefined) {
    // A deposit over several markets earns their average.
    const kind = quote.positions[0]?.kind
    const parts = quote.positions.filter((one) => one.kind === kind)
    const total = parts.reduce((sum, one) => sum + one.atLeastUnits, 0n)
    const measured = parts.reduce((sum, one) => {
      const rate = rates.find((entry) =>
        isSameAddress(entry.market, one.market),
      )
      const perYear =
        kind === 'borrowed' ? rate?.borrowPerYear : rate?.supplyPerYear
      const weight = total === 0n ? 1 : Number(one.atLeastUnits) / Number(total)
      return sum + Number(perYear) * weight
    }, 0)
    expect(Number(quote.ratePerYear)).toBeCloseTo(measured, 6)
  }
}
