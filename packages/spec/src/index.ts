export {
  BehestError,
  type ErrorFacts,
  type ErrorReport,
  type Retry,
} from './errors/BehestError.js'
export {
  type Action,
  type Amount,
  type AskTopic,
  actions,
  amountSchema,
  askTopics,
  type Condition,
  conditionSchema,
  draftIntentSchema,
  draftStepSchema,
  type Intent,
  intentSchema,
  type Leg,
  legSchema,
  type NoneReason,
  type ParseContext,
  type ParseResult,
  parseContextSchema,
  parseResultSchema,
  type Question,
  questionSchema,
  type Schedule,
  type Span,
  type Step,
  scheduleSchema,
  stepSchema,
  type TokenRef,
  tokenRefSchema,
} from './intent/intent.js'
export { type Stage, stages } from './stage.js'
export {
  type JsonValue,
  toCanonicalJson,
} from './units/canonicalJson.js'
export {
  DecimalMalformedError,
  TooManyDecimalsError,
  toDecimal,
  toUnits,
} from './units/decimal.js'
export {
  type Address,
  type AssetAddress,
  addressSchema,
  assetAddressSchema,
  type Hex,
  hashSchema,
  hexSchema,
  isSameAddress,
} from './units/hex.js'
export { text } from './units/text.js'
export {
  bpsSchema,
  decimalSchema,
  signedUnitsSchema,
  unitsSchema,
  unixSecondsSchema,
} from './units/units.js'
