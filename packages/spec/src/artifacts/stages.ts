// One file because it is one table: the artifact of each stage, in order.
import * as z from 'zod'
import {
  actions,
  parseContextSchema,
  parseResultSchema,
} from '../intent/intent.js'
import {
  missedRunChoices,
  orderRunLinkSchema,
  orderTermsSchema,
} from '../orders/order.js'
import { agentPaymentSchema } from '../payment/x402.js'
import { policyVerdictSchema } from '../policy/policy.js'
import {
  addressSchema,
  assetAddressSchema,
  hashSchema,
  hexSchema,
} from '../units/hex.js'
import { text } from '../units/text.js'
import {
  decimalSchema,
  unitsSchema,
  unixSecondsSchema,
} from '../units/units.js'
import { instructionSchema } from './instruction.js'
import { custodies, givenMandateSchema, planCustodySchema } from './mandate.js'
import { quoteSchema, routeHopSchema } from './quote.js'
import {
  assetDeltaSchema,
  healthChangeSchema,
  positionDeltaSchema,
  tokenSchema,
} from './token.js'

const isoTime = z.iso.datetime({ offset: true })

/** Stage 1: what was said, by whom, where and when. Kept verbatim. */
export const utteranceArtifactSchema = z.strictObject({
  stage: z.literal('utterance'),
  text: z.string().max(20_000),
  account: addressSchema,
  chainId: z.int().min(1),
  context: parseContextSchema,
  /** How the user wants it carried out; chosen for them if absent. */
  custody: z.enum(custodies).optional(),
  receivedAt: isoTime,
  /** The intent that was before the speaker's eyes: "that" in these words. */
  previousIntentId: text(64).optional(),
  /** For a standing order: what is done about runs that nobody could run. */
  missedRuns: z.enum(missedRunChoices).optional(),
  /** Nobody said this one: it is a run of a standing order. */
  run: orderRunLinkSchema.optional(),
})
/** Stage 1: what was said. */
export type UtteranceArtifact = z.output<typeof utteranceArtifactSchema>

/** How a request follows on one that was made before. */
export const followsSchema = z.strictObject({
  /**
   * `repeat`: the same again. `change`: what waited, otherwise. `undo`: what
   * takes it back. `cancel`: it is to end. `status`: what became of it?
   */
  type: z.enum(['repeat', 'change', 'undo', 'cancel', 'status']),
  intentId: text(64),
  /** Of the stage 2 artifact of that intent, as it was read. */
  intentHash: hashSchema,
  /**
   * Which part of the new intent's utterance are the words of that one:
   * arguments with a span in there were said then, by reference.
   */
  words: z.tuple([z.int().min(0), z.int().min(0)]),
  /** The same for people, in one line. */
  says: text(1000),
  /** What of it nothing takes back, and why. */
  cannot: z.array(text(500)).max(10),
})
/** How a request follows on one that was made before. */
export type Follows = z.output<typeof followsSchema>

/** Stage 2: what it means, and who understood it. */
export const intentArtifactSchema = z.strictObject({
  stage: z.literal('intent'),
  parentHash: hashSchema,
  result: parseResultSchema,
  /** `embedded`, or `model` with what the two had to say to each other. */
  parser: text(64),
  notes: z.array(text(500)).max(20),
  follows: followsSchema.optional(),
  /** What the journal itself could answer: then nothing is to be carried out. */
  answer: text(4000).optional(),
  /** What waits for a date or a condition: the order that it would become. */
  order: orderTermsSchema.optional(),
})
/** Stage 2: what it means. */
export type IntentArtifact = z.output<typeof intentArtifactSchema>

/** An agent that could serve a step, and why it was kept or dropped. */
export const candidateSchema = z.strictObject({
  agentId: text(100),
  name: text(100),
  agent: addressSchema,
  url: z.string().max(2048),
  /** `true` for the agents of this house: they set the floor. */
  reference: z.boolean(),
  score: z.number().optional(),
  kept: z.boolean(),
  why: text(500),
})
/** An agent that could serve a step. */
export type Candidate = z.output<typeof candidateSchema>

/** Stage 3: who could do it. */
export const candidatesArtifactSchema = z.strictObject({
  stage: z.literal('candidates'),
  parentHash: hashSchema,
  steps: z.array(
    z.strictObject({
      stepId: text(8),
      candidates: z.array(candidateSchema),
    }),
  ),
})
/** Stage 3: who could do it. */
export type CandidatesArtifact = z.output<typeof candidatesArtifactSchema>

/** What came back from one candidate. */
export const quoteOutcomeSchema = z.strictObject({
  stepId: text(8),
  agentId: text(100),
  agentName: text(100),
  latencyMs: z.number().min(0),
  outcome: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('quoted'), quote: quoteSchema }),
    z.strictObject({ type: z.literal('declined'), why: text(1000) }),
    z.strictObject({
      type: z.literal('rejected'),
      code: text(64),
      why: text(1000),
    }),
  ]),
})
/** What came back from one candidate. */
export type QuoteOutcome = z.output<typeof quoteOutcomeSchema>

/** Stage 4: what was offered. The ranking per step is best first. */
export const quotesArtifactSchema = z.strictObject({
  stage: z.literal('quotes'),
  parentHash: hashSchema,
  block: z.strictObject({
    number: unitsSchema,
    hash: hashSchema,
    timestampUnixSeconds: unixSecondsSchema,
  }),
  instructions: z.array(
    z.strictObject({ stepId: text(8), instruction: instructionSchema }),
  ),
  outcomes: z.array(quoteOutcomeSchema),
  ranking: z.array(
    z.strictObject({
      stepId: text(8),
      quoteIds: z.array(text(64)),
      why: text(1000),
    }),
  ),
  /** What the operator's payer key paid agents for these. */
  payments: z.array(agentPaymentSchema).max(100).optional(),
})
/** Stage 4: what was offered. */
export type QuotesArtifact = z.output<typeof quotesArtifactSchema>

/** One transaction of a plan. */
export const planCallSchema = z.strictObject({
  purpose: z.enum(['reset', 'approve', 'act', 'cleanup']),
  to: addressSchema,
  valueWei: unitsSchema,
  data: hexSchema,
  /**
   * Words of `data` (`-1`: the value) that execution overwrites with what the
   * named step really gave, never less than its least, never more than held.
   */
  splices: z
    .array(
      z.strictObject({
        offset: z.int().min(-1),
        step: text(8),
        token: assetAddressSchema,
      }),
    )
    .max(8),
})
/** One transaction of a plan. */
export type PlanCall = z.output<typeof planCallSchema>

/** One step of a plan. */
export const planStepSchema = z.strictObject({
  id: text(8),
  action: z.enum(actions),
  instruction: instructionSchema,
  agentId: text(100),
  agentName: text(100),
  agent: addressSchema,
  quoteId: text(64),
  venue: text(64),
  calls: z.array(planCallSchema).min(1),
  spend: z.array(
    z.strictObject({ token: tokenSchema, atMostUnits: unitsSchema }),
  ),
  receive: z.array(
    z.strictObject({
      token: tokenSchema,
      account: addressSchema,
      atLeastUnits: unitsSchema,
      expectedUnits: unitsSchema,
    }),
  ),
  positions: z.array(
    z.strictObject({
      venue: text(64),
      market: text(100),
      kind: z.enum(['supplied', 'borrowed', 'collateral']),
      token: tokenSchema,
      direction: z.enum(['more', 'less']),
      atLeastUnits: unitsSchema,
      atMostUnits: unitsSchema,
    }),
  ),
  approvals: z.array(
    z.strictObject({
      token: addressSchema,
      spender: addressSchema,
      units: unitsSchema,
    }),
  ),
  fee: z.array(
    z.strictObject({
      token: tokenSchema,
      to: addressSchema,
      units: unitsSchema,
    }),
  ),
  route: z.array(routeHopSchema).optional(),
  certificate: z
    .strictObject({
      upperBoundUnits: unitsSchema,
      gapBps: decimalSchema,
      pools: z.int().min(0),
      arbitrage: z
        .strictObject({ gainUnits: unitsSchema, gapBps: decimalSchema })
        .optional(),
    })
    .optional(),
})
/** One step of a plan. */
export type PlanStep = z.output<typeof planStepSchema>

/** Stage 5: what will be done, in order. Its hash names it. */
export const planArtifactSchema = z.strictObject({
  stage: z.literal('plan'),
  parentHash: hashSchema,
  version: z.literal(1),
  intentId: text(64),
  chainId: z.int().min(1),
  account: addressSchema,
  steps: z.array(planStepSchema).min(1).max(10),
  /** Chain time after which no call of it may start. */
  deadlineUnixSeconds: unixSecondsSchema,
  /** Absent: direct. */
  custody: planCustodySchema.optional(),
})
/** Stage 5: what will be done. */
export type PlanArtifact = z.output<typeof planArtifactSchema>

/** An allowance before and after. */
export const allowanceChangeSchema = z.strictObject({
  token: addressSchema,
  symbol: text(64),
  spender: addressSchema,
  kind: z.enum(['erc20', 'permit2', 'operator']),
  beforeUnits: unitsSchema,
  afterUnits: unitsSchema,
})
/** An allowance before and after. */
export type AllowanceChange = z.output<typeof allowanceChangeSchema>

/** A rule that the simulation found broken. */
export const violationSchema = z.strictObject({
  code: text(64),
  stepId: text(8).optional(),
  message: text(1000),
})
/** A rule that the simulation found broken. */
export type Violation = z.output<typeof violationSchema>

/** Stage 6: what exactly this plan does at one block. */
export const simulationArtifactSchema = z.strictObject({
  stage: z.literal('simulation'),
  parentHash: hashSchema,
  planHash: hashSchema,
  block: z.strictObject({
    number: unitsSchema,
    hash: hashSchema,
    timestampUnixSeconds: unixSecondsSchema,
  }),
  steps: z.array(
    z.strictObject({
      stepId: text(8),
      promised: z.array(assetDeltaSchema),
      simulated: z.array(assetDeltaSchema),
      positions: z.array(positionDeltaSchema),
      calls: z.array(
        z.strictObject({
          gasUsed: unitsSchema,
          /** What will be signed: `gasUsed` with room for drift. */
          gasLimit: unitsSchema,
        }),
      ),
    }),
  ),
  /** Everything that the user's account gains or loses, gas not counted. */
  changes: z.array(assetDeltaSchema),
  allowances: z.array(allowanceChangeSchema),
  health: z.array(healthChangeSchema),
  /** Measured after the plan: interest per year by step id. */
  rates: z.array(
    z.strictObject({ stepId: text(8), ratePerYear: decimalSchema }),
  ),
  gas: z.strictObject({
    expectedWei: unitsSchema,
    atMostWei: unitsSchema,
    maxFeePerGasWei: unitsSchema,
  }),
  /** Quotes that were tried before this plan and refused, with the reason. */
  refused: z.array(
    z.strictObject({
      stepId: text(8),
      quoteId: text(64),
      agentName: text(100),
      violations: z.array(violationSchema),
    }),
  ),
  /** What the account's policy says of it, where there is one. */
  policy: policyVerdictSchema.optional(),
})
/** Stage 6: what exactly this plan does at one block. */
export type SimulationArtifact = z.output<typeof simulationArtifactSchema>

/** Stage 7: the yes or no, bound to one plan. */
export const approvalArtifactSchema = z.strictObject({
  stage: z.literal('approval'),
  parentHash: hashSchema,
  planHash: hashSchema,
  simulationHash: hashSchema,
  decision: z.enum(['approve', 'reject']),
  by: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('person'), account: addressSchema }),
    z.strictObject({ type: z.literal('policy'), policyHash: hashSchema }),
    z.strictObject({
      type: z.literal('order'),
      orderId: text(64),
      termsHash: hashSchema,
    }),
  ]),
  signature: hexSchema.optional(),
  /** Where nobody here signs for the account: what its holder signed. */
  mandates: z.array(givenMandateSchema).max(10).optional(),
  decidedAt: isoTime,
})
/** Stage 7: the yes or no. */
export type ApprovalArtifact = z.output<typeof approvalArtifactSchema>

/** How a transaction ended, or that nobody knows yet. */
export const transactionOutcomeSchema = z.enum([
  'succeeded',
  'reverted',
  'not-sent',
  'unknown',
])

/** Stage 8: the transactions. */
export const executionArtifactSchema = z.strictObject({
  stage: z.literal('execution'),
  parentHash: hashSchema,
  planHash: hashSchema,
  transactions: z.array(
    z.strictObject({
      stepId: text(8),
      callIndex: z.int().min(0),
      purpose: z.enum(['reset', 'approve', 'act', 'cleanup']),
      outcome: transactionOutcomeSchema,
      hash: hashSchema.optional(),
      nonce: z.int().min(0).optional(),
      blockNumber: unitsSchema.optional(),
      gasUsed: unitsSchema.optional(),
      gasWei: unitsSchema.optional(),
      reason: text(1000).optional(),
    }),
  ),
  startedAt: isoTime,
  finishedAt: isoTime,
})
/** Stage 8: the transactions. */
export type ExecutionArtifact = z.output<typeof executionArtifactSchema>

/** Stage 9: promised against realised, signed. The shape that goes outside. */
export const receiptSchema = z.strictObject({
  intentId: text(64),
  intentHash: hashSchema,
  planHash: hashSchema,
  outcome: z.enum(['MET', 'PARTIAL', 'NOT_MET', 'UNKNOWN']),
  chainId: z.int().min(1),
  account: addressSchema,
  steps: z.array(
    z.strictObject({
      id: text(8),
      action: z.enum(actions),
      agent: text(100),
      agentAddress: addressSchema,
      quoteId: text(64),
      quoteHash: hashSchema,
      transactions: z.array(hashSchema),
      promised: z.array(assetDeltaSchema),
      realised: z.array(assetDeltaSchema),
      positions: z.array(positionDeltaSchema),
      verdict: z.enum(['MET', 'NOT_MET', 'UNKNOWN']),
      why: text(1000).optional(),
      /** What the agent of this step took, as what its recipients gained. */
      fees: z.array(assetDeltaSchema).max(4).optional(),
    }),
  ),
  health: z.array(healthChangeSchema),
  /** Who said yes: the person, or what they had signed before. */
  approvedBy: z.enum(['person', 'policy', 'order']).optional(),
  /** The policy's or the order's hash, where one of them said yes. */
  approvedUnder: hashSchema.optional(),
  gasWei: unitsSchema,
  /** Who paid the gas, where it was not the account. */
  gasPaidBy: addressSchema.optional(),
  feesPaid: z.array(assetDeltaSchema),
  /** What the operator's payer key paid agents for quotes; not the user. */
  payments: z.array(agentPaymentSchema).max(100).optional(),
  startedAt: isoTime,
  finishedAt: isoTime,
  signatures: z.array(
    z.strictObject({ by: addressSchema, signature: hexSchema }),
  ),
})
/** What was promised and what came true. `agent` is the agent's registry id. */
export type Receipt = z.output<typeof receiptSchema>

/** Stage 9: the receipt with its link. */
export const receiptArtifactSchema = z.strictObject({
  stage: z.literal('receipt'),
  parentHash: hashSchema,
  receipt: receiptSchema,
})
/** Stage 9: the receipt with its link. */
export type ReceiptArtifact = z.output<typeof receiptArtifactSchema>

/** EIP-712 types of a receipt's signatures, over the receipt without them. */
export const receiptTypedDataTypes = {
  Receipt: [
    { name: 'receiptHash', type: 'bytes32' },
    { name: 'intentHash', type: 'bytes32' },
    { name: 'planHash', type: 'bytes32' },
  ],
} as const

/** EIP-712 types of an approval by signature. */
export const approvalTypedDataTypes = {
  Approval: [
    { name: 'planHash', type: 'bytes32' },
    { name: 'simulationHash', type: 'bytes32' },
    { name: 'decision', type: 'string' },
  ],
} as const

/** The artifact of any stage. */
export const artifactSchema = z.discriminatedUnion('stage', [
  utteranceArtifactSchema,
  intentArtifactSchema,
  candidatesArtifactSchema,
  quotesArtifactSchema,
  planArtifactSchema,
  simulationArtifactSchema,
  approvalArtifactSchema,
  executionArtifactSchema,
  receiptArtifactSchema,
])
/** The artifact of any stage, in memory: amounts are `bigint`. */
export type Artifact = z.output<typeof artifactSchema>
/** The artifact of any stage as it is hashed, stored and sent. */
export type WireArtifact = z.input<typeof artifactSchema>
