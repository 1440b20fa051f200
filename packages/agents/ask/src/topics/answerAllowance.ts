import type { Address } from '@behest/spec'
import { toDecimal } from '@behest/spec'
import {
  type AnswerTopic,
  type AskChain,
  answer,
  decline,
} from '../AskContext.js'
import { joinWords } from './answerBalance.js'

/** "who may take my USDC?", "what may 0x… take?" */
export const answerAllowance: AnswerTopic = async ({
  question,
  chain,
  blockNumber,
}) => {
  const { account, token } = question
  if (token === undefined)
    return decline('TOKEN_MISSING', 'The allowance on which token?')
  if (token.address === 'native')
    return decline(
      'NATIVE_HAS_NO_ALLOWANCE',
      `${token.symbol} has no allowances: nobody can take it.`,
    )
  const { address } = token
  const spenders =
    question.spender === undefined
      ? listSpenders(chain)
      : [{ name: question.spender, spender: question.spender }]
  const units = await chain.readAllowances({
    account,
    pairs: spenders.map(({ spender }) => ({ token: address, spender })),
    blockNumber,
  })
  const allowances = spenders
    .map(({ name, spender }, index) => ({
      name,
      spender,
      units: (units[index] ?? 0n).toString(),
      decimal: toDecimal(units[index] ?? 0n, token.decimals),
    }))
    .filter((one) => one.units !== '0' || question.spender !== undefined)
  const values = {
    account,
    symbol: token.symbol,
    token: address,
    blockNumber: blockNumber.toString(),
    allowances,
    // Nobody can list them all from state: only these were asked.
    asked: spenders.map(({ spender }) => spender),
  }
  if (allowances.length === 0)
    return answer(
      `None of the ${spenders.length} contracts that I know may take ${token.symbol} of ${account}. Name an address to ask about another one.`,
      values,
    )
  const lines = allowances.map(
    ({ name, decimal }) => `${name} may take ${decimal} ${token.symbol}`,
  )
  return answer(`Of ${account}, ${joinWords(lines)}.`, values)
}

function listSpenders({
  deployment,
}: AskChain): readonly { readonly name: string; readonly spender: Address }[] {
  const { uniswapV2, uniswapV3, universalRouter, permit2, aaveV3, morpho } =
    deployment
  return [
    { name: 'Permit2', spender: permit2 },
    { name: 'Uniswap’s SwapRouter02', spender: uniswapV3.swapRouter02 },
    { name: 'Uniswap’s V2 router', spender: uniswapV2.router },
    { name: 'Uniswap’s Universal Router', spender: universalRouter },
    { name: 'Aave’s pool', spender: aaveV3.pool },
    { name: 'Aave’s gateway', spender: aaveV3.wrappedTokenGateway },
    { name: 'Morpho', spender: morpho.morpho },
  ]
}
