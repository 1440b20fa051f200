import type { AgentEarnings } from '@behest/client'

/** What an agent earned, for a terminal. */
export function renderEarnings(earnings: AgentEarnings): string {
  const { agentId, fees, payments, receipts } = earnings
  const say = (
    name: string,
    totals: AgentEarnings['fees'],
  ): readonly string[] =>
    totals.length === 0
      ? [`  ${name}  none`]
      : totals.map(
          ({ decimal, symbol, chainId, receipts: count }) =>
            `  ${name}  ${decimal} ${symbol} on chain ${chainId}, from ${count} ${count === 1 ? 'receipt' : 'receipts'}`,
        )
  return [
    `${agentId}  ${receipts} confirmed ${receipts === 1 ? 'receipt' : 'receipts'}`,
    ...say('fees in plans  ', fees),
    ...say('paid per quote ', payments),
  ].join('\n')
}
