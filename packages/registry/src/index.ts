export type { AnchorPort, AnchorView } from './anchor/linkAnchor.js'
export type { Mark } from './card/displayText.js'
export type { AgentVersion, VersionChanges } from './card/toVersions.js'
export {
  type AgentView,
  type CreateRegistryOptions,
  createRegistry,
  type PublicReceiptView,
  type PublishResult,
  type Registry,
} from './createRegistry.js'
export {
  createSentenceEncoder,
  EncoderFailedError,
  type EncoderPort,
} from './encoder/createSentenceEncoder.js'
export {
  AgentNotFoundError,
  AnchorAbsentError,
  AnchorRefusedError,
  CardMalformedError,
  CardTooLargeError,
  CursorStaleError,
  HeartbeatStaleError,
  IndexBehindError,
  ManifestMalformedError,
  MessageExpiredError,
  MessageMismatchError,
  MirrorFailedError,
  NameTakenError,
  NameUnprovenError,
  QueryRefusedError,
  QuotaExceededError,
  ReceiptRefusedError,
  RegistryNotReadyError,
  SequenceStaleError,
  SignatureInvalidError,
  UrlRefusedError,
} from './errors/registryErrors.js'
export type { GuardedFetch } from './liveness/guardedFetch.js'
export {
  type CanaryPort,
  createProbe,
  type ProbePort,
  type ProbeResult,
} from './liveness/probeAgent.js'
export type { NameView } from './publish/claimName.js'
export {
  type AgentManifest,
  type ImportResult,
  importAgents,
} from './publish/importAgents.js'
export type {
  CardSignaturePort,
  PublishLimits,
} from './publish/publishAgent.js'
export { type ContractSignaturePort, toAgentId } from './publish/signatures.js'
export {
  buildReceiptDigest,
  digestBytes,
  parseReceiptDigest,
  type ReceiptDigest,
} from './reputation/buildReceiptDigest.js'
export {
  type CountedStep,
  computeTrust,
  type TrustInput,
  trustFormula,
  trustNumbers,
  wilsonLower,
} from './reputation/computeTrust.js'
export {
  type KnownEngines,
  type ReceiptCheckPort,
  toTrustInput,
} from './reputation/createReputation.js'
export type { EarnedTotal, Earnings } from './reputation/readEarnings.js'
export { hashReceipt } from './reputation/receiptHash.js'
export {
  type PublicReceipt,
  recomputeTrust,
} from './reputation/recomputeTrust.js'
export { registryMigrations } from './schema/registryMigrations.js'
export type { ExplainStep, Explanation } from './search/explainAgent.js'
export {
  formula,
  formulaVersion,
  type ScoreParts,
} from './search/scoreFormula.js'
export {
  listedStatuses,
  type SearchHit,
  type SearchPage,
  type SearchQuery,
} from './search/searchAgents.js'
export {
  type AgentStatus,
  agentStatuses,
  type Trust,
} from './store/agentRecord.js'
export type { AgentKey, TransferRecord } from './store/agentStore.js'
export type { HealthReport } from './store/healthStore.js'
export type { ReceiptVerdict, ReceiptView } from './store/receiptStore.js'
export { toChainId } from './text/lexicon.js'
