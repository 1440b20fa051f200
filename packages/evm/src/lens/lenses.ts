import type { Lens } from './callLens.js'
import {
  aaveLensAbi,
  morphoLensAbi,
  readLensAbi,
  uniswapLensAbi,
} from './lensAbi.js'
import {
  aaveLensCode,
  morphoLensCode,
  readLensCode,
  uniswapLensCode,
} from './lensCode.js'

// Addresses that nobody can have a key for and nothing was ever deployed to.

/** Any reads of one block. */
export const readLens = {
  address: '0x0000000000000000000000000000000000Be4e51',
  code: readLensCode,
  abi: readLensAbi,
} as const satisfies Lens<typeof readLensAbi>

/** The pools of Uniswap V2 and V3. */
export const uniswapLens = {
  address: '0x0000000000000000000000000000000000be4e52',
  code: uniswapLensCode,
  abi: uniswapLensAbi,
} as const satisfies Lens<typeof uniswapLensAbi>

/** The reserves of Aave V3. */
export const aaveLens = {
  address: '0x0000000000000000000000000000000000be4E53',
  code: aaveLensCode,
  abi: aaveLensAbi,
} as const satisfies Lens<typeof aaveLensAbi>

/** The markets of Morpho Blue. */
export const morphoLens = {
  address: '0x0000000000000000000000000000000000be4e54',
  code: morphoLensCode,
  abi: morphoLensAbi,
} as const satisfies Lens<typeof morphoLensAbi>
