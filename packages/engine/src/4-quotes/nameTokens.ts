import type { ChainPort, Quote, Token } from '@behest/spec'
import type { QuoteObjection } from './checkQuote.js'

/**
 * Gives every token of a quote the name and the decimals that its contract
 * states: what an agent calls a token is never shown, nor counted with.
 *
 * @returns The quote with true tokens, or the objection to one that lies.
 */
export async function nameTokens(options: {
  readonly quote: Quote
  readonly chain: ChainPort
}): Promise<
  | { readonly type: 'named'; readonly quote: Quote }
  | { readonly type: 'objection'; readonly objection: QuoteObjection }
> {
  const { quote, chain } = options
  const told = [
    ...quote.spend.map(({ token }) => token),
    ...quote.receive.map(({ token }) => token),
    ...quote.positions.map(({ token }) => token),
    ...quote.fee.map(({ token }) => token),
    ...(quote.route ?? []).flatMap(({ tokenIn, tokenOut }) => [
      tokenIn,
      tokenOut,
    ]),
  ]
  const named = new Map<string, Token>()
  for (const token of told) {
    const key = token.address.toLowerCase()
    if (named.has(key)) continue
    const found = await readToken(chain, token)
    if (!found || found.decimals !== token.decimals)
      return {
        type: 'objection',
        objection: {
          code: 'TOKEN_MISDESCRIBED',
          why: found
            ? `It says that ${token.address} has ${token.decimals} decimals; the contract says ${found.decimals}.`
            : `${token.address} is no token on this chain.`,
        },
      }
    named.set(key, found)
  }
  const rename = <Item extends { readonly token: Token }>(
    item: Item,
  ): Item => ({
    ...item,
    token: named.get(item.token.address.toLowerCase()) ?? item.token,
  })
  return {
    type: 'named',
    quote: {
      ...quote,
      spend: quote.spend.map(rename),
      receive: quote.receive.map(rename),
      positions: quote.positions.map(rename),
      fee: quote.fee.map(rename),
      ...(quote.route
        ? {
            route: quote.route.map((hop) => ({
              ...hop,
              tokenIn:
                named.get(hop.tokenIn.address.toLowerCase()) ?? hop.tokenIn,
              tokenOut:
                named.get(hop.tokenOut.address.toLowerCase()) ?? hop.tokenOut,
            })),
          }
        : {}),
    },
  }
}

async function readToken(
  chain: ChainPort,
  token: Token,
): Promise<Token | undefined> {
  if (token.address === 'native') return chain.nativeToken
  try {
    const [found] = await chain.findTokens({ address: token.address })
    return found
  } catch {
    // A contract that does not answer as a token is none.
    return undefined
  }
}
