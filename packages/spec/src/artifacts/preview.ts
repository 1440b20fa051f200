import * as z from 'zod'
import { addressSchema, hashSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import {
  decimalSchema,
  unitsSchema,
  unixSecondsSchema,
} from '../units/units.js'
import { custodies, mandateBoundSchema } from './mandate.js'
import { routeHopSchema } from './quote.js'
import { allowanceChangeSchema } from './stages.js'
import { healthChangeSchema, positionDeltaSchema } from './token.js'

const side = z.strictObject({
  account: addressSchema,
  token: z.string().max(42),
  symbol: text(64),
  /** The bound: at most so much goes, at least so much comes. */
  boundUnits: unitsSchema,
  boundDecimal: decimalSchema,
  /** What the simulation gave. */
  expectedUnits: unitsSchema,
  expectedDecimal: decimalSchema,
})

/** Schema of {@link Preview}. */
export const previewSchema = z.strictObject({
  planHash: hashSchema,
  simulationHash: hashSchema,
  /** One sentence for the whole plan. */
  headline: text(1000),
  steps: z.array(
    z.strictObject({
      stepId: text(8),
      headline: text(500),
      agentName: text(100),
      venue: text(64),
      /** Every call, in words made from its decoded bytes. */
      calls: z.array(
        z.strictObject({
          purpose: text(16),
          to: addressSchema,
          contract: text(100),
          function: text(200),
          says: text(1000),
        }),
      ),
      route: z.array(routeHopSchema).optional(),
      certificate: text(300).optional(),
      /** What the agent takes for it; absent where that is nothing. */
      fees: z
        .array(
          z.strictObject({
            account: addressSchema,
            symbol: text(64),
            decimal: decimalSchema,
          }),
        )
        .optional(),
    }),
  ),
  youGive: z.array(side),
  youGet: z.array(side),
  /** What others get: a recipient, an agent's fee. */
  othersGet: z.array(side),
  positions: z.array(positionDeltaSchema),
  allowances: z.array(allowanceChangeSchema),
  health: z.array(healthChangeSchema),
  gas: z.strictObject({
    expectedDecimal: decimalSchema,
    atMostDecimal: decimalSchema,
    symbol: text(64),
  }),
  /** How it is carried out, and by whom. */
  custody: z
    .strictObject({
      type: z.enum(custodies),
      /** Absent: this house signs for the account. Else its holder's wallet sends. */
      sentBy: z.literal('holder').optional(),
      /** One sentence for people. */
      says: text(500),
      /** Who carries it out and pays the gas; absent where the account does. */
      executor: addressSchema.optional(),
      /** What the chain itself holds each batch to. */
      mandates: z.array(
        z.strictObject({
          stepIds: z.array(text(8)),
          delegationHash: hashSchema.optional(),
          bounds: z.array(mandateBoundSchema),
          says: z.array(text(300)),
          untilUnixSeconds: unixSecondsSchema,
        }),
      ),
    })
    .optional(),
  untilUnixSeconds: unixSecondsSchema,
  warnings: z.array(text(500)),
  /** Which earlier request this goes back to, where it says less than it means. */
  follows: text(1000).optional(),
  /** Why this offer and not another, step by step. */
  choice: z.array(z.strictObject({ stepId: text(8), why: text(1000) })),
})
/**
 * What a person is asked to approve. Made from decoded calldata and from the
 * simulation; never from an agent's own words.
 */
export type Preview = z.output<typeof previewSchema>
