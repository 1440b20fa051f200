export { rateConfidence } from './classify/rateConfidence.js'
export { addsToRequest, applyAnswer } from './conversation/applyAnswer.js'
export { applyFollowUp, type FollowUp } from './conversation/applyFollowUp.js'
export type { Answered } from './conversation/fillDraft.js'
export { createParser, type ParserOptions } from './createParser.js'
export {
  createModelParser,
  type ModelParser,
  type ModelParserOptions,
} from './model/createModelParser.js'
export {
  type ModelFailure,
  ModelUnavailableError,
} from './model/ModelUnavailableError.js'
export type { PointerAnswer, PointerStep } from './model/pointerAnswer.js'
export { parseUtterance } from './parseUtterance.js'
