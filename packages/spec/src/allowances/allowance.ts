import * as z from 'zod'
import { addressSchema, hashSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import { decimalSchema, unitsSchema } from '../units/units.js'

/** Schema of {@link AllowanceEntry}. */
export const allowanceEntrySchema = z.object({
  token: addressSchema,
  symbol: text(64),
  spender: addressSchema,
  /** What the spender is known as, where it is. */
  spenderName: text(100).optional(),
  /** `permit2`: granted inside Permit2, which needs an allowance of its own. */
  kind: z.enum(['erc20', 'permit2']),
  /** What may be taken now. */
  units: unitsSchema,
  decimal: decimalSchema,
  isOpen: z.boolean(),
  /** More than the account holds: it may lose all of this token. */
  coversBalance: z.boolean(),
  /** Plans of this server that gave it, newest first; none where others did. */
  grantedBy: z.array(
    z.object({
      intentId: text(64),
      planHash: hashSchema,
      units: unitsSchema,
      at: z.iso.datetime({ offset: true }),
    }),
  ),
})
/** One allowance that was ever given: by which plans, and what is open now. */
export type AllowanceEntry = z.output<typeof allowanceEntrySchema>

/** Schema of {@link AllowanceLedger}. */
export const allowanceLedgerSchema = z.object({
  account: addressSchema,
  chainId: z.int().min(1),
  block: unitsSchema,
  /** `false` where the node would not give all logs: there may be more. */
  isComplete: z.boolean(),
  allowances: z.array(allowanceEntrySchema),
})
/** Everything that an account ever allowed, and what is open. */
export type AllowanceLedger = z.output<typeof allowanceLedgerSchema>
