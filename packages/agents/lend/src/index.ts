export {
  type CreateAaveAgentOptions,
  createAaveAgent,
} from './createAaveAgent.js'
export type { LendChain } from './LendChain.js'
