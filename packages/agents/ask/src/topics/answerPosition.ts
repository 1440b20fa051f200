import { type AnswerTopic, answer, toContract } from '../AskContext.js'
import { joinWords } from './answerBalance.js'
import { readPositions } from './readPositions.js'

const verbs = {
  supplied: 'lends',
  collateral: 'has as collateral',
  borrowed: 'owes',
} as const

/** "what have I lent and borrowed?" */
export const answerPosition: AnswerTopic = async (context) => {
  const { question, chain, blockNumber } = context
  const { account, token } = question
  const read = await readPositions(context)
  const asked =
    token === undefined ? undefined : toContract(token, chain).toLowerCase()
  const positions = read.positions.filter(
    (position) => asked === undefined || position.token.toLowerCase() === asked,
  )
  const loans = read.loans.map(({ healthWad: _wad, ...loan }) => loan)
  const values = {
    account,
    blockNumber: blockNumber.toString(),
    positions: [...positions],
    loans,
  }
  if (positions.length === 0)
    return answer(
      `${account} has ${token === undefined ? '' : `no ${token.symbol} and `}no position at the lending venues that I know.`,
      values,
    )
  const lines = positions.map(
    ({ venue, kind, decimal, symbol }) =>
      `${verbs[kind]} ${decimal} ${symbol} on ${venue}`,
  )
  return answer(`${account} ${joinWords(lines)}.`, values)
}
