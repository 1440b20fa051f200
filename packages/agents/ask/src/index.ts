export type { AskChain } from './AskContext.js'
export { createAskAgent } from './createAskAgent.js'
