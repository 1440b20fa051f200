import { actions, askTopics } from '@behest/spec'
import * as z from 'zod'

/**
 * A piece of the user's own words. The model points; what the words are worth
 * is read by the same grammar that the embedded parser uses.
 */
const pointer = z
  .strictObject({ quote: z.string(), occurrence: z.int() })
  .nullable()

/** Every argument of a step, each key required, as the strict subset wants. */
export const pointerStepSchema = z.strictObject({
  action: z.enum(actions),
  topic: z.enum(askTopics).nullable(),
  sellAmount: pointer,
  sellToken: pointer,
  buyAmount: pointer,
  buyToken: pointer,
  amount: pointer,
  token: pointer,
  to: pointer,
  spender: pointer,
  fromChain: pointer,
  toChain: pointer,
  venue: pointer,
  pool: pointer,
  collateralAmount: pointer,
  collateralToken: pointer,
  leverage: pointer,
  slippage: pointer,
  when: pointer,
  schedule: pointer,
})

/** What a model answers: pointers into the utterance, never values. */
export const pointerAnswerSchema = z.strictObject({
  kind: z.enum(['order', 'question', 'none']),
  steps: z.array(pointerStepSchema),
})

/** One step of a model's answer. */
export type PointerStep = z.output<typeof pointerStepSchema>
/** What a model answers. */
export type PointerAnswer = z.output<typeof pointerAnswerSchema>
/** Where in the utterance an argument is said. */
export type Pointer = NonNullable<PointerStep['token']>

/** JSON Schema of the answer, for endpoints with structured output. */
export function buildPointerJsonSchema(): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(pointerAnswerSchema, {
    // Length and number rules are outside the subset that endpoints share.
    override: ({ jsonSchema }) => {
      delete jsonSchema.minimum
      delete jsonSchema.maximum
    },
  }) as Record<string, unknown>
  return schema
}
