import { erc20Abi } from '@behest/evm'
import { toDecimal } from '@behest/spec'
import { type AnswerTopic, answer, decline } from '../AskContext.js'

/** "how much USDC is there?" */
export const answerTotalSupply: AnswerTopic = async ({
  question,
  chain,
  blockNumber,
}) => {
  const { token } = question
  if (token === undefined)
    return decline('TOKEN_MISSING', 'The supply of which token?')
  if (token.address === 'native')
    return decline(
      'SUPPLY_UNKNOWN',
      `No contract counts the supply of ${token.symbol}.`,
    )
  const [supply] = await chain.client.multicall({
    blockNumber,
    contracts: [
      {
        address: token.address,
        abi: erc20Abi,
        functionName: 'totalSupply' as const,
      },
    ],
  })
  if (supply?.status !== 'success')
    return decline(
      'SUPPLY_UNKNOWN',
      `${token.symbol} at ${token.address} does not tell its supply.`,
    )
  const decimal = toDecimal(supply.result, token.decimals)
  return answer(`There are ${decimal} ${token.symbol} on ${chain.chainName}.`, {
    symbol: token.symbol,
    token: token.address,
    units: supply.result.toString(),
    decimal,
    blockNumber: blockNumber.toString(),
  })
}
