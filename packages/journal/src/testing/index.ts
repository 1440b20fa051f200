export {
  createScriptedChain,
  type ScriptedChain,
  ScriptedChainError,
  type SendFault,
  signForScriptedChain,
} from './createScriptedChain.js'
export { createTestDatabase, type TestDatabase } from './createTestDatabase.js'
