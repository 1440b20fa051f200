import { toDecimal } from '@behest/spec'
import { type AnswerTopic, answer, decline } from '../AskContext.js'
import { formatUsd, toUsd } from '../text/formatMoney.js'

// What common transactions use; a swap and a deposit vary with their venue.
const typical = [
  { what: 'a transfer', gas: 21_000n },
  { what: 'a token transfer', gas: 60_000n },
  { what: 'a swap', gas: 160_000n },
  { what: 'a deposit', gas: 220_000n },
] as const

/** "what does gas cost?" */
export const answerGas: AnswerTopic = async ({ chain, blockNumber }) => {
  const [{ baseFeePerGas }, tipWei, priceUsdE8] = await Promise.all([
    chain.client.getBlock({ blockNumber }),
    chain.client.estimateMaxPriorityFeePerGas(),
    chain.readPriceUsdE8({ token: 'native', blockNumber }),
  ])
  if (baseFeePerGas === null)
    return decline('NO_BASE_FEE', 'This chain has no base fee to tell.')
  const gasPriceWei = baseFeePerGas + tipWei
  const { symbol, decimals } = chain.nativeToken
  const costs = typical.map(({ what, gas }) => {
    const units = gas * gasPriceWei
    return {
      what,
      gas: gas.toString(),
      decimal: toDecimal(units, decimals),
      ...(priceUsdE8 === null
        ? {}
        : { usd: toUsd({ units, decimals, priceUsdE8 }) }),
    }
  })
  const gwei = toDecimal(gasPriceWei, 9)
  const said = costs.map(
    ({ what, decimal, usd }) =>
      `${what} costs about ${usd === undefined ? `${decimal} ${symbol}` : formatUsd(usd)}`,
  )
  return answer(`Gas is at ${gwei} gwei: ${said.join(', ')}.`, {
    blockNumber: blockNumber.toString(),
    baseFeeGwei: toDecimal(baseFeePerGas, 9),
    tipGwei: toDecimal(tipWei, 9),
    gwei,
    symbol,
    costs,
  })
}
