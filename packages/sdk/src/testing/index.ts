export {
  type AgentCheck,
  AgentContractError,
  type AgentFixture,
  collectAgentChecks,
  describeAgentContract,
} from './collectAgentChecks.js'
export { createTestRequest } from './createTestRequest.js'
