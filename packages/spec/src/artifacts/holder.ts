import * as z from 'zod'
import { addressSchema, hashSchema, hexSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import { unitsSchema, unixSecondsSchema } from '../units/units.js'

/** Schema of {@link HolderTransaction}. */
export const holderTransactionSchema = z.strictObject({
  legId: hashSchema,
  stepId: text(8),
  callIndex: z.int().min(0),
  /**
   * `waiting`: to be asked for. `asked`: a wallet was asked, and its answer is
   * not known. `sent`: it is on its way. The others are ends.
   */
  state: z.enum(['waiting', 'asked', 'sent', 'final', 'reverted', 'not-sent']),
  transaction: z.strictObject({
    chainId: z.int().min(1),
    from: addressSchema,
    to: addressSchema,
    valueWei: unitsSchema,
    data: hexSchema,
    gasLimit: unitsSchema,
    /** The nonce it must have; absent until it was asked for. */
    nonce: z.int().min(0).optional(),
  }),
  /** Chain time after which it is not asked for any more. */
  deadlineUnixSeconds: unixSecondsSchema,
  hash: hashSchema.optional(),
  reason: text(1000).optional(),
})
/** A transaction of an approved plan that the holder's own wallet sends. */
export type HolderTransaction = z.output<typeof holderTransactionSchema>

/** Schema of {@link HolderReport}. */
export const holderReportSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('asking'), legId: hashSchema }),
  z.strictObject({
    type: z.literal('sent'),
    legId: hashSchema,
    hash: hashSchema,
  }),
  z.strictObject({ type: z.literal('refused'), legId: hashSchema }),
  z.strictObject({ type: z.literal('stopped'), legId: hashSchema }),
])
/**
 * What a wallet did. `asking`: it is about to be asked, once. `sent`: it answered
 * with this hash. `refused`: it did not send, and may be asked again. `stopped`:
 * it is not to be asked any more.
 */
export type HolderReport = z.output<typeof holderReportSchema>
