import * as z from 'zod'
import { addressSchema, hashSchema, hexSchema } from '../units/hex.js'
import { quoteSchema } from './quote.js'
import { receiptSchema } from './stages.js'

/** Asks an agent to sign a receipt that names its work. */
export const receiptRequestSchema = z.strictObject({
  type: z.literal('behest.receipt-request'),
  version: z.literal(1),
  requestId: z.string().min(1).max(64),
  receipt: receiptSchema,
  /** The agent's own quotes that the receipt names, so that it need keep none. */
  quotes: z.array(quoteSchema).min(1).max(16),
})
/** Asks an agent to sign a receipt that names its work. */
export type ReceiptRequest = z.output<typeof receiptRequestSchema>

/** An agent's signature over a receipt, EIP-712 with `receiptTypedDataTypes`. */
export const receiptSignatureSchema = z.strictObject({
  type: z.literal('behest.receipt-signature'),
  version: z.literal(1),
  requestId: z.string().min(1).max(64),
  /** What was signed: keccak256 of the receipt's canonical JSON, unsigned. */
  receiptHash: hashSchema,
  by: addressSchema,
  signature: hexSchema,
})
/** An agent's signature over a receipt. */
export type ReceiptSignature = z.output<typeof receiptSignatureSchema>
