import * as z from 'zod'
import { addressSchema, hashSchema } from '../units/hex.js'
import { text } from '../units/text.js'

/** Schema of {@link ApproverSigning}. */
export const approverSigningSchema = z.strictObject({
  /** Of the plan, or of the order's terms. */
  planHash: hashSchema,
  /** Whose signature counts; none is asked for where there are none. */
  approvers: z.array(addressSchema).max(100),
  typedData: z.strictObject({
    domain: z.strictObject({
      name: text(64),
      version: text(16),
      chainId: z.int().min(1),
    }),
    types: z.record(
      text(64),
      z.array(z.strictObject({ name: text(64), type: text(64) })).max(32),
    ),
    primaryType: text(64),
    message: z.record(text(64), z.json()),
  }),
})
/** What a second person signs to approve exactly what an intent shows (EIP-712). */
export type ApproverSigning = z.output<typeof approverSigningSchema>
