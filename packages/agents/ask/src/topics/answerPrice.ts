import { toDecimal } from '@behest/spec'
import { type AnswerTopic, answer, decline } from '../AskContext.js'
import { formatUsd, toUsd } from '../text/formatMoney.js'

/** "what's the price of ETH?" From the oracle that the lending markets use. */
export const answerPrice: AnswerTopic = async ({
  question,
  chain,
  blockNumber,
}) => {
  const { token, amount } = question
  if (token === undefined)
    return decline('TOKEN_MISSING', 'The price of which token?')
  const priceUsdE8 = await chain.readPriceUsdE8({
    token: token.address,
    blockNumber,
  })
  if (priceUsdE8 === null)
    return decline(
      'PRICE_UNKNOWN',
      `No oracle prices ${token.symbol} here. Ask what you would get for it instead.`,
    )
  const priceUsd = toDecimal(priceUsdE8, 8)
  const values = {
    symbol: token.symbol,
    token: token.address,
    priceUsd,
    source: 'aave-oracle',
    blockNumber: blockNumber.toString(),
  }
  if (amount?.type !== 'exact')
    return answer(`1 ${token.symbol} is ${formatUsd(priceUsd)}.`, values)
  const decimal = toDecimal(amount.units, token.decimals)
  const valueUsd = toUsd({
    units: amount.units,
    decimals: token.decimals,
    priceUsdE8,
  })
  return answer(
    `${decimal} ${token.symbol} is worth ${formatUsd(valueUsd)}, at ${formatUsd(priceUsd)} each.`,
    { ...values, units: amount.units.toString(), decimal, valueUsd },
  )
}
