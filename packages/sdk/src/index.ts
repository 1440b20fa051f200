export type {
  PaidAnswer,
  PaymentReservations,
  Reservation,
} from '@behest/spec'
export {
  AgentAnswerMalformedError,
  AgentTimeoutError,
  AgentUnreachableError,
  createA2aAgentPort,
} from './call/createA2aAgentPort.js'
export {
  assertFetchable,
  createGuardedFetch,
  type Fetch,
  FetchFailedError,
  type FetchInit,
  FetchRedirectedError,
  FetchRefusedError,
  FetchTimeoutError,
  type GuardedFetch,
  type ResolvedAddress,
} from './call/createGuardedFetch.js'
export { createInProcessAgentPort } from './call/createInProcessAgentPort.js'
export { isLoopbackAddress, isPublicAddress } from './call/isPublicAddress.js'
export { FetchTooLargeError } from './call/readBoundedBody.js'
export type { AgentCardJson, CardSignature } from './card/AgentCard.js'
export { buildAgentCard } from './card/buildAgentCard.js'
export { buildAgentProfile } from './card/buildAgentProfile.js'
export {
  AgentCardInvalidError,
  type ReadCard,
  readAgentCard,
} from './card/readAgentCard.js'
export { isCardSignedBy, signAgentCard } from './card/signAgentCard.js'
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
  QuotePrice,
  ServedAction,
} from './define/Agent.js'
export { AgentDefinitionError, defineAgent } from './define/defineAgent.js'
export {
  type AmountUnits,
  getAmountUnits,
  PositionUnknownError,
} from './define/getAmountUnits.js'
export {
  type AgentNetwork,
  createAgentNetwork,
  type FindAgents,
  type HireBounds,
  HireLimitError,
  type NetworkSource,
} from './hire/createAgentNetwork.js'
export { createRegistrySearch } from './hire/createRegistrySearch.js'
export { extendTrail } from './hire/trail.js'
export {
  type AgentPayer,
  createAgentPayer,
  PaymentCapReachedError,
  PaymentDemandError,
  PaymentNotMadeError,
  PaymentNotSignedError,
  type PaymentToken,
} from './pay/createAgentPayer.js'
export {
  createFacilitatorClient,
  type FacilitatorClient,
  FacilitatorUnreachableError,
} from './pay/createFacilitatorClient.js'
export { createFileReservations } from './pay/createFileReservations.js'
export { createKeyPaymentSigner } from './pay/createKeyPaymentSigner.js'
export { createPaymentReservations } from './pay/createPaymentReservations.js'
export {
  createPaywall,
  type PaywallOptions,
  type TakenPayment,
} from './pay/createPaywall.js'
export {
  PaymentMalformedError,
  PaymentMismatchError,
  PaymentRefusedError,
  PaymentRequiredError,
  PaymentUnsettledError,
  PaymentUsedError,
} from './pay/paymentErrors.js'
export {
  RegistryRefusedError,
  RegistryUnreachableError,
} from './publish/callRegistry.js'
export { type KeptPublication, keepPublished } from './publish/keepPublished.js'
export {
  type Publication,
  type PublishOptions,
  publishAgent,
  unpublishAgent,
} from './publish/publishAgent.js'
export {
  signHeartbeat,
  signName,
  signPublish,
  signRemove,
  signTransfer,
} from './publish/signRegistryMessages.js'
export { toAgentId } from './publish/toAgentId.js'
export { AgentLimitExceededError } from './quote/assertWithinLimits.js'
export { AgentQuoteMalformedError } from './quote/buildQuote.js'
export {
  AgentFailedError,
  AgentTooSlowError,
  QuoteRequestMalformedError,
} from './quote/createQuoter.js'
export { quoteInProcess } from './quote/quoteInProcess.js'
export {
  type BrokenRequest,
  type BrokenRequestAnswer,
  createPromptServer,
  renderAsProblem,
} from './serve/createPromptServer.js'
export {
  AgentFacilitatorMissingError,
  type AgentServer,
  AgentSignerMissingError,
  type ServedAgent,
  type ServeOptions,
  ServerAddressUnusableError,
  serveAgent,
} from './serve/serveAgent.js'
export type { AgentSigner } from './sign/AgentSigner.js'
export { hashQuote, hashRequest } from './sign/hashRequest.js'
export { QuoteSignerMismatchError, signQuote } from './sign/signQuote.js'
export {
  isReceiptSignedBy,
  ReceiptNotMineError,
  ReceiptRequestMalformedError,
  signReceipt,
} from './sign/signReceipt.js'
export {
  QuoteExpiredError,
  QuoteMalformedError,
  QuoteRequestMismatchError,
  QuoteSignatureInvalidError,
  verifyQuote,
} from './sign/verifyQuote.js'
