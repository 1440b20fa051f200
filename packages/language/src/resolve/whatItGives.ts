import type { Mention } from '../clauses/Part.js'
import { createTable } from '../text/createTable.js'
import type { ResolvedStep } from './ResolvedStep.js'

const RECEIPTS: Readonly<Record<string, string>> = createTable({
  lido: 'stETH',
  rocketpool: 'rETH',
  coinbase: 'cbETH',
  'ether.fi': 'eETH',
  renzo: 'ezETH',
  kelp: 'rsETH',
  puffer: 'pufETH',
  swell: 'swETH',
  frax: 'frxETH',
  stakewise: 'osETH',
  stader: 'ETHx',
})

const UNSTAKED: Readonly<Record<string, string>> = createTable({
  stETH: 'ETH',
  wstETH: 'ETH',
  rETH: 'ETH',
  cbETH: 'ETH',
  swETH: 'ETH',
  osETH: 'ETH',
  ETHx: 'ETH',
  frxETH: 'ETH',
  sfrxETH: 'ETH',
  eETH: 'ETH',
  weETH: 'ETH',
  ezETH: 'ETH',
  rsETH: 'ETH',
  pufETH: 'ETH',
  sAVAX: 'AVAX',
  stMATIC: 'MATIC',
})

export function whatItGives(
  step: ResolvedStep,
): { token?: Mention } | undefined {
  const main = step.legs.main?.token
  const as = (symbol: string | undefined): { token?: Mention } =>
    symbol === undefined || main === undefined
      ? {}
      : { token: { ...main, symbol, known: true } }
  switch (step.action) {
    case 'swap': {
      const token = step.legs.buy?.token
      return token === undefined ? {} : { token }
    }
    case 'bridge':
    case 'borrow':
    case 'withdraw':
    case 'unlock':
    case 'claim':
    case 'close':
      return main === undefined ? {} : { token: main }
    case 'unstake':
      return as(
        main?.symbol === undefined
          ? undefined
          : (UNSTAKED[main.symbol] ?? main.symbol),
      )
    case 'stake': {
      const receipt =
        step.venue === undefined ? undefined : RECEIPTS[step.venue.value]
      return receipt === undefined ? undefined : as(receipt)
    }
    default:
      return undefined
  }
}
