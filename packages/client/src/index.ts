export {
  type AccountBalances,
  type Accounts,
  type AnswerInput,
  type ApproveInput,
  type Chat,
  type ContextInput,
  type CreateIntentInput,
  createIntentClient,
  type IntentClient,
  type IntentPage,
  type ParseInput,
  type PaymentStatus,
} from './createIntentClient.js'
export {
  createRegistryClient,
  type RegistryClient,
  type SearchInput,
} from './createRegistryClient.js'
export { ApiAnswerMalformedError } from './errors/ApiAnswerMalformedError.js'
export { ApiProblemError } from './errors/ApiProblemError.js'
export { ApiUnreachableError } from './errors/ApiUnreachableError.js'
export type { FollowOptions } from './followEvents.js'
export type { CallOptions, ClientOptions, Fetch } from './http/createHttp.js'
export type { RegistryCalls } from './registryCalls.js'
export type {
  AgentAnchorView,
  AgentDetail,
  AgentEarnings,
  AgentExplanation,
  AgentHealth,
  AgentPage,
  AgentTransfer,
  AgentVersion,
  AgentView,
  HeartbeatAnswer,
  ImportAnswer,
  LeasePage,
  McpServerEntry,
  McpServerPage,
  NameView,
  PublishAnswer,
  ReceiptPage,
  ReceiptView,
  RemoveAnswer,
  SearchHit,
  SearchPage,
  TransferAnswer,
} from './registrySchemas.js'
export { findWaiting, type SaidNext, sayNext } from './sayNext.js'
export type {
  CurrentSession,
  Session,
  SessionCalls,
} from './sessionCalls.js'
export type { OrderPage, StandingCalls } from './standingCalls.js'
export { toChatLinkMessage } from './toChatLinkMessage.js'
export {
  TransactionNotPlannedError,
  WalletAnswerMissingError,
} from './wallet/errors.js'
export { findDeviation } from './wallet/findDeviation.js'
export { type SendPlannedOptions, sendPlanned } from './wallet/sendPlanned.js'
