import { type MarketLine, readLendingSnapshot } from '@behest/evm'
import {
  getMarketRates,
  type Market,
  parseMarkets,
  toDecimalRate,
} from '@behest/lending'
import { isSameAddress, toDecimal } from '@behest/spec'
import { type AnswerTopic, answer, decline, toContract } from '../AskContext.js'
import { formatPercent } from '../text/formatMoney.js'

/**
 * "what does USDC earn?" Every place that lends it, best first; with an amount,
 * the rates as they are after that amount has joined.
 */
export const answerYield: AnswerTopic = async ({
  question,
  chain,
  blockNumber,
}) => {
  const { token, amount, venue } = question
  const { client, deployment } = chain
  const snapshot = await readLendingSnapshot({
    client,
    deployment,
    blockNumber,
  })
  const lines = new Map(
    snapshot.markets.map((line) => [line.market.toLowerCase(), line]),
  )
  const addedUnits = amount?.type === 'exact' ? amount.units : 0n
  const rows = parseMarkets(snapshot.lines)
    .markets.flatMap((market) => {
      const line = lines.get(market.market.toLowerCase())
      if (line === undefined) return []
      if (venue !== undefined && line.venue !== venue) return []
      const isAsked =
        token === undefined ||
        isSameAddress(market.token, toContract(token, chain))
      return isAsked ? [toRow(market, line, addedUnits)] : []
    })
    .toSorted((a, b) => (a.supplyRateRay < b.supplyRateRay ? 1 : -1))
  if (rows.length === 0)
    return decline(
      'NOT_LENT',
      `${token?.symbol ?? 'Nothing'} is lent nowhere that I know${venue === undefined ? '' : ` on ${venue}`}.`,
    )
  const values = {
    blockNumber: blockNumber.toString(),
    ...(addedUnits === 0n || token === undefined
      ? {}
      : {
          afterUnits: addedUnits.toString(),
          afterDecimal: toDecimal(addedUnits, token.decimals),
        }),
    markets: rows.map(({ supplyRateRay: _ray, ...row }) => row),
  }
  const said = rows
    .slice(0, 8)
    .map(
      ({ symbol, supplyPerYear, venue: where, borrowPerYear }) =>
        `${symbol} on ${where} earns ${formatPercent(supplyPerYear)} (borrowing costs ${formatPercent(borrowPerYear)})`,
    )
  const when =
    values.afterDecimal === undefined
      ? 'Per year, before compounding'
      : `Per year, before compounding, once your ${values.afterDecimal} ${token?.symbol} has joined`
  return answer(`${when}: ${said.join('; ')}.`, values)
}

function toRow(market: Market, line: MarketLine, addedUnits: bigint) {
  const rates = getMarketRates({ market, addedSupplyUnits: addedUnits })
  return {
    venue: line.venue,
    market: line.market,
    symbol: line.symbol,
    token: line.token,
    supplyPerYear: toDecimalRate(rates.supplyRateRay),
    borrowPerYear: toDecimalRate(rates.borrowRateRay),
    availableDecimal: toDecimal(market.availableUnits, line.decimals),
    supplyRateRay: rates.supplyRateRay,
  }
}
