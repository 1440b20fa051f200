import { healthWarningWad, wad } from '@behest/lending'
import { type AnswerTopic, answer } from '../AskContext.js'
import { cutDecimal } from '../text/formatMoney.js'
import { readPositions } from './readPositions.js'

/** "how healthy is my loan?" */
export const answerHealth: AnswerTopic = async (context) => {
  const { question, blockNumber } = context
  const { account, venue } = question
  const { loans } = await readPositions(context)
  const values = {
    account,
    blockNumber: blockNumber.toString(),
    loans: loans.map(({ healthWad, ...loan }) => ({
      ...loan,
      state: toState(healthWad),
    })),
  }
  if (loans.length === 0)
    return answer(
      `${account} owes nothing${venue === undefined ? '' : ` on ${venue}`}, so nothing can be liquidated.`,
      values,
    )
  const lines = loans.map(
    ({ venue: where, health, healthWad }) =>
      `${where} ${cutDecimal(health, 4)} (${says[toState(healthWad)]})`,
  )
  return answer(
    `Health of ${account}: ${lines.join('; ')}. Below 1 a loan may be liquidated.`,
    values,
  )
}

const says = {
  liquidatable: 'it may be liquidated now: repay or add collateral',
  low: 'low: a price move may liquidate it',
  safe: 'safe for now',
} as const

function toState(healthWad: bigint): keyof typeof says {
  if (healthWad < wad) return 'liquidatable'
  return healthWad < healthWarningWad ? 'low' : 'safe'
}
