export {
  UtteranceEmptyError,
  UtteranceTooLongError,
} from './1-utterance/errors.js'
export { recordUtterance } from './1-utterance/recordUtterance.js'
export {
  NotARequestError,
  NothingToAnswerError,
  WordsMismatchError,
} from './2-intent/errors.js'
export { readPast } from './2-intent/readPast.js'
export { understandUtterance } from './2-intent/understandUtterance.js'
export {
  buildInstruction,
  type InstructionResult,
} from './3-candidates/buildInstruction.js'
export {
  assertServable,
  collectCandidates,
  type ResolvedStep,
} from './3-candidates/collectCandidates.js'
export {
  ActionUnsupportedError,
  AmountZeroError,
  ChainNotServedError,
  InsufficientBalanceError,
  OutputMissingError,
  PartyUnknownError,
  PriceUnknownError,
  SlippageUnreasonableError,
  StandingOrderUnsupportedError,
  TokenUnknownError,
} from './3-candidates/errors.js'
export { checkQuote, type QuoteObjection } from './4-quotes/checkQuote.js'
export { collectQuotes } from './4-quotes/collectQuotes.js'
export { NoQuoteError, QuoteExpiredError } from './4-quotes/errors.js'
export { type Negotiation, negotiate } from './4-quotes/negotiate.js'
export { toPercent } from './4-quotes/rankQuotes.js'
export { dropVacuous, isSpliced, listBatches } from './5-plan/bindMandates.js'
export {
  type BuildPlanOptions,
  buildPlan,
  type ChosenQuote,
  type KnownAllowance,
} from './5-plan/buildPlan.js'
export { SpliceOutOfRangeError, spliceCall } from './5-plan/spliceCall.js'
export { checkSimulation } from './6-simulation/checkSimulation.js'
export {
  InsufficientGasError,
  PlanDriftedError,
} from './6-simulation/errors.js'
export { type SettledPlan, settlePlan } from './6-simulation/settlePlan.js'
export {
  priorityFeePerGasWei,
  type SimulatedPlan,
  simulatePlan,
} from './6-simulation/simulatePlan.js'
export { buildApprovalTypedData } from './7-approval/buildApprovalTypedData.js'
export { buildPreview } from './7-approval/buildPreview.js'
export {
  decideApproval,
  NothingToApproveError,
  PlanHashMismatchError,
} from './7-approval/decideApproval.js'
export {
  type Evaluated,
  type EvaluatePolicyOptions,
  evaluatePolicy,
  listPriced,
  type PricesUsdE8,
} from './7-approval/evaluatePolicy.js'
export { hashPolicy } from './7-approval/hashPolicy.js'
export { isSignedByOneOf } from './7-approval/isSignedByOneOf.js'
export { PolicyRefusedError } from './7-approval/policyErrors.js'
export { executePlan } from './8-execution/executePlan.js'
export { toLegId } from './8-execution/toLegId.js'
export { buildReceipt, hashReceipt } from './9-receipt/buildReceipt.js'
export { type DecodedCall, decodeCall } from './decode/decodeCall.js'
export { createEngine, type Engine, type Progress } from './engine.js'
export { hashArtifact, hashJson, toWire } from './hashArtifact.js'
export type { AnswerIntentOptions } from './intents/answerIntent.js'
export type { DecideIntentOptions } from './intents/decideIntent.js'
export type { StartIntentOptions } from './intents/startIntent.js'
export { ArtifactMissingError, IntentNotFoundError } from './openIntent.js'
export {
  buildOrderTerms,
  isWaiting,
} from './orders/buildOrderTerms.js'
export { buildOrderTypedData } from './orders/buildOrderTypedData.js'
export { checkOrderRun } from './orders/checkOrderRun.js'
export { OrderRunRefusedError, OrderUnbindableError } from './orders/errors.js'
export {
  type Evaluation,
  evaluateConditions,
  sayCondition,
} from './orders/evaluateConditions.js'
export { type DueRun, findDueRun } from './orders/findDueRun.js'
export {
  findLatestOccurrence,
  getOccurrence,
  getShortestPeriodSeconds,
} from './orders/getOccurrence.js'
export {
  drawOrderBatch,
  findMandateObstacle,
  mandateVenue,
  toMandateSteps,
} from './orders/mandateSteps.js'
export { listOrderLines, sayOrder } from './orders/sayOrder.js'
export { hashOrderTerms } from './orders/standOrder.js'
export type { StartRunOptions } from './orders/startRun.js'
export type { EngineOptions, EnginePorts, KnownContract } from './ports.js'
export { toProblem } from './toProblem.js'
