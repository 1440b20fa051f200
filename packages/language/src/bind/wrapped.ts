import { createTable } from '../text/createTable.js'

/** What a coin is called when it is wrapped. */
export const WRAPPED: Readonly<Record<string, string>> = createTable({
  ETH: 'WETH',
  BTC: 'WBTC',
  MATIC: 'WMATIC',
  POL: 'WPOL',
  BNB: 'WBNB',
  AVAX: 'WAVAX',
  FTM: 'WFTM',
  xDAI: 'WXDAI',
  S: 'wS',
  MNT: 'WMNT',
  SOL: 'WSOL',
  stETH: 'wstETH',
  eETH: 'weETH',
})
/** What comes out of a wrapped coin. */
export const UNWRAPPED: Readonly<Record<string, string>> = createTable(
  Object.fromEntries(
    Object.entries(WRAPPED).map(([plain, wrapped]) => [wrapped, plain]),
  ),
)
