import { erc20Abi } from '@behest/evm'
import { isSameAddress, type Token, toDecimal } from '@behest/spec'
import {
  type AnswerTopic,
  type AskContext,
  answer,
  listTokens,
} from '../AskContext.js'
import { formatUsd, toUsd } from '../text/formatMoney.js'

type Balance = {
  readonly token: Token
  readonly units: bigint
  readonly priceUsdE8: bigint | null
}

/** "how much USDC do I have?", "what do I own?" */
export const answerBalance: AnswerTopic = async (context) => {
  const { question, chain, blockNumber } = context
  const { account } = question
  const wanted =
    question.token === undefined ? listTokens(chain) : [question.token]
  const held = await readBalances(context, wanted)
  const balances = await Promise.all(
    held
      .filter(({ units }) => units > 0n || question.token !== undefined)
      .map(
        async ({ token, units }): Promise<Balance> => ({
          token,
          units,
          priceUsdE8: await chain.readPriceUsdE8({
            token: token.address,
            blockNumber,
          }),
        }),
      ),
  )
  const values = {
    account,
    blockNumber: blockNumber.toString(),
    balances: balances.map(({ token, units, priceUsdE8 }) => ({
      symbol: token.symbol,
      token: token.address,
      units: units.toString(),
      decimal: toDecimal(units, token.decimals),
      ...(priceUsdE8 === null
        ? {}
        : { usd: toUsd({ units, decimals: token.decimals, priceUsdE8 }) }),
    })),
  }
  if (balances.length === 0)
    return answer(`${account} holds none of the tokens that I know.`, values)
  const lines = values.balances.map(
    ({ decimal, symbol, usd }) =>
      `${decimal} ${symbol}${usd === undefined ? '' : ` (${formatUsd(usd)})`}`,
  )
  return answer(`${account} holds ${joinWords(lines)}.`, values)
}

async function readBalances(
  { question, chain, blockNumber }: AskContext,
  tokens: readonly Token[],
): Promise<readonly { readonly token: Token; readonly units: bigint }[]> {
  const { account } = question
  const contracts = tokens.flatMap(({ address }) =>
    address === 'native' ? [] : [address],
  )
  const [native, answers] = await Promise.all([
    chain.readBalance({ account, token: 'native', blockNumber }),
    chain.client.multicall({
      blockNumber,
      contracts: contracts.map((address) => ({
        address,
        abi: erc20Abi,
        functionName: 'balanceOf' as const,
        args: [account] as const,
      })),
    }),
  ])
  return tokens.flatMap((token) => {
    if (token.address === 'native') return [{ token, units: native }]
    const { address } = token
    const index = contracts.findIndex((one) => isSameAddress(one, address))
    const found = answers[index]
    // A listed contract that does not answer is left out, not counted as 0.
    return found?.status === 'success' ? [{ token, units: found.result }] : []
  })
}

/** `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
