import * as z from 'zod'
import { actions } from '../intent/intent.js'
import { addressSchema, hashSchema, hexSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import { bpsSchema, unixSecondsSchema } from '../units/units.js'

const usd = z
  .string()
  .max(40)
  .regex(/^(?:0|[1-9]\d{0,17})(?:\.\d{1,8})?$/)
const ratio = z
  .string()
  .max(20)
  .regex(/^\d{1,9}(?:\.\d{1,6})?$/)
const any = z.literal('any')

/** Schema of {@link PolicyRules}. */
export const policyRulesSchema = z.strictObject({
  /** Most that leaves the account in one plan, in US dollars. */
  perTransactionUsd: usd,
  /** Most that leaves it in any 24 hours. */
  perDayUsd: usd,
  actions: z.array(z.union([z.enum(actions), any])).max(24),
  /** Contracts, or `native` for the chain's coin. */
  tokens: z.array(z.union([z.literal('native'), addressSchema, any])).max(100),
  /** Names of protocols as the contracts are known: `uniswap`, `aave`. */
  venues: z.array(text(64).min(1)).max(50),
  recipients: z.array(z.union([addressSchema, any])).max(100),
  /** Most that a swap loses against the oracle's price, fees included. */
  maxPriceImpactBps: bpsSchema,
  maxSlippageBps: bpsSchema,
  /** Least health factor afterwards, where there is a debt. */
  minHealth: ratio,
})
/** One set of limits. A list that is empty allows nothing; `any` allows all. */
export type PolicyRules = z.output<typeof policyRulesSchema>

/** Schema of {@link Policy}. */
export const policySchema = z.strictObject({
  version: z.literal(1),
  account: addressSchema,
  chainId: z.int().min(1),
  /** Above that of every policy before it: an old one cannot come back. */
  sequence: z.int().min(1),
  validUntilUnixSeconds: unixSecondsSchema,
  /** Bind every plan; not even a person's yes goes past them. */
  limits: policyRulesSchema,
  /** Within these a plan needs nobody's yes. Absent: a person is always asked. */
  automatic: policyRulesSchema.optional(),
  /** A plan beyond `automatic` and within `limits` goes to the person, or nowhere. */
  beyond: z.enum(['ask', 'refuse']),
  /** How long a recipient that the policy before did not name has to wait. */
  coolingOffSeconds: z.int().min(0).max(31_536_000),
})
/** What an account lets happen, signed once by its key. */
export type Policy = z.output<typeof policySchema>

const rulesType = [
  { name: 'perTransactionUsd', type: 'string' },
  { name: 'perDayUsd', type: 'string' },
  { name: 'actions', type: 'string[]' },
  { name: 'tokens', type: 'string[]' },
  { name: 'venues', type: 'string[]' },
  { name: 'recipients', type: 'string[]' },
  { name: 'maxPriceImpactBps', type: 'uint256' },
  { name: 'maxSlippageBps', type: 'uint256' },
  { name: 'minHealth', type: 'string' },
] as const

/**
 * EIP-712 types of a policy. `automatic` is a list of none or one, for typed
 * data has no absent values.
 */
export const policyTypedDataTypes = {
  Policy: [
    { name: 'version', type: 'uint256' },
    { name: 'account', type: 'address' },
    { name: 'chainId', type: 'uint256' },
    { name: 'sequence', type: 'uint256' },
    { name: 'validUntilUnixSeconds', type: 'uint256' },
    { name: 'limits', type: 'PolicyRules' },
    { name: 'automatic', type: 'PolicyRules[]' },
    { name: 'beyond', type: 'string' },
    { name: 'coolingOffSeconds', type: 'uint256' },
  ],
  PolicyRules: rulesType,
} as const

/** Schema of {@link PolicyFinding}. */
export const policyFindingSchema = z.strictObject({
  rule: text(64),
  set: z.enum(['limits', 'automatic']),
  message: text(1000),
})
/** A rule of a policy that a plan goes past, with the values. */
export type PolicyFinding = z.output<typeof policyFindingSchema>

/** Schema of {@link PolicyVerdict}. */
export const policyVerdictSchema = z.strictObject({
  policyHash: hashSchema,
  sequence: z.int(),
  verdict: z.enum(['approve', 'ask', 'refuse']),
  /** What leaves the account at most, in US dollars; absent where it has no price. */
  outflowUsd: z.string().max(80).optional(),
  findings: z.array(policyFindingSchema).max(100),
})
/** What a policy says of one plan. */
export type PolicyVerdict = z.output<typeof policyVerdictSchema>

/** Schema of {@link PolicyRecord}. */
export const policyRecordSchema = z.object({
  policy: policySchema,
  policyHash: hashSchema,
  signature: hexSchema,
  activatedAt: z.iso.datetime({ offset: true }),
  /** When the kill switch was used; nothing is approved or signed since. */
  killedAt: z.iso.datetime({ offset: true }).optional(),
  killedWhy: text(500).optional(),
  /** From when each recipient may be paid: named since, and the cooling-off time. */
  recipientsFrom: z.record(z.string(), unixSecondsSchema),
  /** Reserved by plans of the last 24 hours, in US dollars. */
  spentTodayUsd: z.string().max(80),
})
/** A policy as it stands. */
export type PolicyRecord = z.output<typeof policyRecordSchema>

/** Schema of {@link Stopped}. */
export const stoppedSchema = z.object({
  account: addressSchema,
  chainId: z.int().min(1),
  killedAt: z.iso.datetime({ offset: true }),
  killedWhy: text(500).optional(),
})
/** An account whose kill switch was used and that has no policy. */
export type Stopped = z.output<typeof stoppedSchema>
