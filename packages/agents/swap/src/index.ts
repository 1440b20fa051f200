export { createSwapRouteAgent } from './createSwapRouteAgent.js'
export { createSwapSingleAgent } from './createSwapSingleAgent.js'
export type { SwapChain } from './SwapChain.js'
