import type { Money } from '../../clauses/Part.js'

export const STABLE =
  /^(?:USDC|USDC\.e|USDT|USDT\.e|DAI|USDS|FRAX|GHO|LUSD|crvUSD|USDe|PYUSD|BUSD|TUSD|USDbC|xDAI|cUSD|MIM|sUSD|EURC)$/

export function toLimit(
  money: Money,
  side: 'buy' | 'sell',
  pair: { sells: Money[]; buys: Money[] },
  isStop: boolean,
) {
  const amount = money.amount?.value
  const stable =
    money.token === undefined || STABLE.test(money.token.symbol ?? '')
  if (amount === undefined || !stable) return undefined
  if (amount.kind !== 'fiat' && amount.kind !== 'number') return undefined
  const list = side === 'buy' ? pair.buys : pair.sells
  const named = list.find((each) => each.token !== undefined)?.token
  const other = (side === 'buy' ? pair.sells : pair.buys).find(
    (each) => each.token !== undefined,
  )?.token
  // `swap all usdc for eth at 2000`: the price is that of what is not a dollar.
  const turned =
    STABLE.test(named?.symbol ?? '') && other !== undefined && !isStop
  const token = turned ? other : named
  return {
    start: money.start,
    end: money.end,
    condition: {
      subject: {
        kind: 'price' as const,
        ...(token?.symbol === undefined
          ? {}
          : { token: { symbol: token.symbol } }),
        text: token?.symbol ?? 'price',
      },
      comparator:
        ((side === 'buy') !== turned) !== isStop
          ? ('<=' as const)
          : ('>=' as const),
      value: amount.decimal,
      unit: amount.kind === 'fiat' ? amount.currency.toLowerCase() : 'usd',
    },
  }
}
