export type {
  Agent,
  AgentCall,
  AgentDecline,
  AgentDefinition,
  AgentLimits,
  AgentQuote,
  AgentReply,
  InstructionOf,
  QuoteContext,
  ServedAction,
} from './define/Agent.js'
export { AgentDefinitionError, defineAgent } from './define/defineAgent.js'
export {
  type AmountUnits,
  getAmountUnits,
  PositionUnknownError,
} from './define/getAmountUnits.js'
export { AgentLimitExceededError } from './quote/assertWithinLimits.js'
export { AgentQuoteMalformedError } from './quote/buildQuote.js'
export {
  AgentFailedError,
  AgentTooSlowError,
  QuoteRequestMalformedError,
} from './quote/createQuoter.js'
export { quoteInProcess } from './quote/quoteInProcess.js'
export type { AgentSigner } from './sign/AgentSigner.js'
export { hashQuote, hashRequest } from './sign/hashRequest.js'
export { QuoteSignerMismatchError, signQuote } from './sign/signQuote.js'
export {
  QuoteExpiredError,
  QuoteMalformedError,
  QuoteRequestMismatchError,
  QuoteSignatureInvalidError,
  verifyQuote,
} from './sign/verifyQuote.js'
