export {
  type CreateAaveAgentOptions,
  createAaveAgent,
} from './createAaveAgent.js'
export {
  type CreateMorphoAgentOptions,
  createMorphoAgent,
} from './createMorphoAgent.js'
export type { LendChain } from './LendChain.js'
