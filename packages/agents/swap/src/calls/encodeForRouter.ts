import type { ChainDeployment } from '@behest/evm'
import type { Address } from '@behest/spec'
import {
  type EncodedSwap,
  type EncodeSwapOptions,
  encodeSwap,
} from './encodeSwap.js'
import { encodeUniversalSwap } from './encodeUniversalSwap.js'
import { encodeV2Swap } from './encodeV2Swap.js'

/** Addresses of the routers that swaps are sent to. */
export type Routers = Pick<
  ChainDeployment,
  'uniswapV2' | 'uniswapV3' | 'universalRouter'
>

/** One call, and the router that it goes to. */
export type RouterCall = EncodedSwap & { readonly router: Address }

/**
 * Encodes legs for the deployed router that carries them out for the least gas
 * without a second allowance: V2's own for one way through V2 alone, the
 * Universal Router for native coin, SwapRouter02 for the rest.
 */
export function encodeForRouter(
  options: EncodeSwapOptions & { readonly routers: Routers },
): RouterCall {
  const { legs, sellsNative, routers } = options
  const [leg] = legs
  if (leg !== undefined && legs.length === 1 && isThroughV2(leg.hops))
    return {
      router: routers.uniswapV2.router,
      ...encodeV2Swap({ ...options, leg }),
    }
  // One exact output takes no more coin than it needs, so there is nothing to
  // wrap beforehand and to give back.
  const isOneExactOut = legs.length === 1 && leg?.type === 'exact-out'
  if (sellsNative && !isOneExactOut)
    return {
      router: routers.universalRouter,
      ...encodeUniversalSwap(options),
    }
  return { router: routers.uniswapV3.swapRouter02, ...encodeSwap(options) }
}

/** Lists the routers that may be allowed to take what is sold. */
export function listSpenders(routers: Routers): readonly Address[] {
  return [routers.uniswapV3.swapRouter02, routers.uniswapV2.router]
}

function isThroughV2(hops: readonly { readonly venue: string }[]): boolean {
  return hops.every(({ venue }) => venue === 'uniswap-v2')
}
