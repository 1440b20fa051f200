// One file because it is one schema: the shapes of a sentence refer to each other.
import * as z from 'zod'
import { addressSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import { bpsSchema } from '../units/units.js'

const decimal = z
  .string()
  .max(160)
  .regex(/^\d+(?:\.\d+)?$/)

/** Every action that a sentence can ask for. */
export const actions = [
  'swap',
  'bridge',
  'transfer',
  'supply',
  'deposit',
  'withdraw',
  'borrow',
  'repay',
  'stake',
  'unstake',
  'claim',
  'long',
  'short',
  'close',
  'lock',
  'unlock',
  'vote',
  'approve',
  'revoke',
  'ask',
] as const

/** One of the {@link actions}. */
export type Action = (typeof actions)[number]

/** What a question is about. */
export const askTopics = [
  'price',
  'balance',
  'yield',
  'position',
  'health',
  'gas',
  'allowance',
  'totalSupply',
  'quote',
  'agents',
  'help',
] as const

/** One of the {@link askTopics}. */
export type AskTopic = (typeof askTopics)[number]

/** A token as the user said it; addresses are found in the next stage. */
export const tokenRefSchema = z.union([
  z.strictObject({ symbol: text(64).min(1) }),
  z.strictObject({
    address: addressSchema,
  }),
])
/** A token as the user said it. */
export type TokenRef = z.output<typeof tokenRefSchema>

/** How much, as the user said it. */
export const amountSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exact'), decimal }),
  z.strictObject({
    kind: z.literal('fiat'),
    decimal,
    currency: z.string().regex(/^[A-Z]{3}$/),
  }),
  z.strictObject({ kind: z.literal('share'), bps: bpsSchema }),
  z.strictObject({ kind: z.literal('output'), step: text(8) }),
  z.strictObject({
    kind: z.literal('rest'),
    keep: z.strictObject({ decimal }),
  }),
])
/** How much, as the user said it. */
export type Amount = z.output<typeof amountSchema>

/** One side of a trade. */
export const legSchema = z.strictObject({
  token: tokenRefSchema,
  amount: amountSchema.optional(),
})
/** One side of a trade. */
export type Leg = z.output<typeof legSchema>

/** Something that must hold before a step starts. */
export const conditionSchema = z.strictObject({
  subject: z.strictObject({
    kind: z.enum([
      'price',
      'gas',
      'balance',
      'apy',
      'health',
      'marketCap',
      'other',
    ]),
    token: tokenRefSchema.optional(),
    venue: text(64).optional(),
    text: text(500),
  }),
  comparator: z.enum(['<', '<=', '>', '>=', '==']),
  value: z.string().max(160),
  unit: text(32),
  join: z.enum(['and', 'or']).optional(),
})
/** Something that must hold before a step starts. */
export type Condition = z.output<typeof conditionSchema>

/** When, and how often. Times are ISO 8601. */
export const scheduleSchema = z.strictObject({
  text: text(500),
  start: z.string().max(40).optional(),
  end: z.string().max(40).optional(),
  every: z
    .strictObject({
      count: z.int().min(1),
      unit: z.enum(['minute', 'hour', 'day', 'week', 'month']),
    })
    .optional(),
  times: z.int().min(1).optional(),
})
/** When, and how often. */
export type Schedule = z.output<typeof scheduleSchema>

/** Where an argument was said: UTF-16 offsets, end exclusive. */
export type Span = [start: number, end: number]

const common = {
  id: z.string().regex(/^s\d{1,2}$/),
  chain: text(64).optional(),
  venue: text(64).optional(),
  when: z.array(conditionSchema).max(20).optional(),
  schedule: scheduleSchema.optional(),
  spans: z.record(z.string().max(100), z.tuple([z.int(), z.int()])),
}
const token = tokenRefSchema
const amount = amountSchema.optional()
const pool = text(100).optional()
/** An address, an ENS name or an address-book entry, as said. */
const party = text(255).min(1)

/** The arguments of each action: one schema per action, closed. */
const stepOptions = [
  z.strictObject({
    ...common,
    action: z.literal('swap'),
    sell: legSchema.optional(),
    buy: legSchema.optional(),
    maxSlippageBps: bpsSchema.optional(),
    pool,
  }),
  z.strictObject({
    ...common,
    action: z.literal('bridge'),
    token,
    amount,
    toChain: text(64),
  }),
  z.strictObject({
    ...common,
    action: z.literal('transfer'),
    token,
    amount,
    to: party,
  }),
  z.strictObject({
    ...common,
    action: z.literal('supply'),
    token,
    amount,
    pool,
  }),
  z.strictObject({
    ...common,
    action: z.literal('deposit'),
    token,
    amount,
    pool,
  }),
  z.strictObject({
    ...common,
    action: z.literal('withdraw'),
    token: token.optional(),
    amount,
    pool,
  }),
  z.strictObject({
    ...common,
    action: z.literal('borrow'),
    token,
    amount,
    collateral: legSchema.optional(),
  }),
  z.strictObject({ ...common, action: z.literal('repay'), token, amount }),
  z.strictObject({ ...common, action: z.literal('stake'), token, amount }),
  z.strictObject({ ...common, action: z.literal('unstake'), token, amount }),
  z.strictObject({
    ...common,
    action: z.literal('claim'),
    token: token.optional(),
    pool,
  }),
  ...(['long', 'short', 'close'] as const).map((action) =>
    z.strictObject({
      ...common,
      action: z.literal(action),
      token,
      collateral: legSchema.optional(),
      amount,
      leverage: z.string().max(40).optional(),
    }),
  ),
  ...(['lock', 'unlock', 'vote'] as const).map((action) =>
    z.strictObject({
      ...common,
      action: z.literal(action),
      token: token.optional(),
      amount,
      pool,
    }),
  ),
  ...(['approve', 'revoke'] as const).map((action) =>
    z.strictObject({
      ...common,
      action: z.literal(action),
      token,
      amount,
      spender: party,
    }),
  ),
] as const

/** One thing to do, complete or still being asked about. */
export type Step = {
  id: string
  action: Action
  sell?: Leg
  buy?: Leg
  maxSlippageBps?: number
  token?: TokenRef
  amount?: Amount
  to?: string
  toChain?: string
  collateral?: Leg
  leverage?: string
  pool?: string
  spender?: string
  topic?: AskTopic
  account?: string
  of?: Step
  chain?: string
  venue?: string
  when?: Condition[]
  schedule?: Schedule
  spans: Record<string, Span>
}

const askSchema: z.ZodType<Step> = z.lazy(() =>
  z.strictObject({
    ...common,
    action: z.literal('ask'),
    topic: z.enum(askTopics),
    token: token.optional(),
    amount,
    account: party.optional(),
    spender: party.optional(),
    pool,
    of: stepSchema.optional(),
  }),
) as unknown as z.ZodType<Step> // a recursive schema cannot infer its own type

/** Schema of a complete step. */
export const stepSchema: z.ZodType<Step> = z.lazy(() =>
  z.union([...stepOptions, askSchema]),
) as unknown as z.ZodType<Step> // the flat type is the union with the guards folded in

/** Schema of a step that may still lack arguments. */
export const draftStepSchema: z.ZodType<Step> = z.lazy(() =>
  z.strictObject({
    ...common,
    action: z.enum(actions),
    sell: legSchema.partial().optional(),
    buy: legSchema.partial().optional(),
    maxSlippageBps: bpsSchema.optional(),
    token: token.optional(),
    amount,
    to: party.optional(),
    toChain: text(64).optional(),
    collateral: legSchema.partial().optional(),
    leverage: z.string().max(40).optional(),
    pool,
    spender: party.optional(),
    topic: z.enum(askTopics).optional(),
    account: party.optional(),
    of: draftStepSchema.optional(),
  }),
) as unknown as z.ZodType<Step> // see askSchema

const head = {
  version: z.literal(1),
  utterance: z.string().max(20_000),
  language: z.string().max(35),
}

/** Schema of a complete intent. */
export const intentSchema = z.strictObject({
  ...head,
  steps: z.array(stepSchema).min(1).max(10),
})
/** What a sentence becomes: steps in the order in which they are to happen. */
export type Intent = z.output<typeof intentSchema>

/** Schema of an intent that still has questions. */
export const draftIntentSchema = z.strictObject({
  ...head,
  steps: z.array(draftStepSchema).max(10),
})

/** One short question about one missing or doubtful slot. */
export const questionSchema = z.strictObject({
  slot: z.string().max(100),
  text: z.string().max(500),
  options: z
    .array(z.strictObject({ label: z.string().max(200), value: z.json() }))
    .max(20)
    .optional(),
})
/** One short question; `slot` is a path into the draft, `steps[0].buy.token`. */
export type Question = z.output<typeof questionSchema>

/** Why a sentence gives no intent. */
export type NoneReason = 'out-of-scope' | 'not-understood' | 'injection'

/** Schema of what parsing returns. */
export const parseResultSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('intent'), intent: intentSchema }),
  z.strictObject({
    type: z.literal('clarify'),
    draft: draftIntentSchema,
    questions: z.array(questionSchema).min(1),
  }),
  z.strictObject({
    type: z.literal('none'),
    reason: z.enum(['out-of-scope', 'not-understood', 'injection']),
    message: z.string().max(1000),
  }),
])
/** What parsing returns: an intent, questions, or the reason for neither. */
export type ParseResult = z.output<typeof parseResultSchema>

/** Schema of what parsing may know. */
export const parseContextSchema = z.strictObject({
  now: z.iso.datetime({ offset: true }),
  timeZone: z.string().max(64),
  account: z.string().max(255).optional(),
  chain: z.string().max(64).optional(),
  locale: z.string().max(35).optional(),
})
/** All that parsing may know: it reads no chain and no clock. */
export type ParseContext = z.output<typeof parseContextSchema>
