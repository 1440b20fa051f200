import * as z from 'zod'
import { addressSchema, hashSchema, hexSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import { unitsSchema } from '../units/units.js'

/** Version of x402 that is spoken here. */
export const x402Version = 2

/** Names of the HTTP headers of x402 v2, in lower case. */
export const x402Headers = {
  /** Server to client, with 402: what is asked. */
  required: 'payment-required',
  /** Client to server: the signed payment. */
  signature: 'payment-signature',
  /** Server to client: how it was settled. */
  response: 'payment-response',
} as const

/** Key of the extension by which a payment names the call that it is for. */
export const paymentIdentifierKey = 'payment-identifier'

/** EIP-712 types of the one message that pays, of EIP-3009. */
export const transferAuthorizationTypes = {
  TransferWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' },
  ],
} as const

const network = z
  .string()
  .max(64)
  .regex(/^eip155:[1-9]\d{0,15}$/)
const paymentUnits = unitsSchema
// What others add to the standard forms is kept, so that they read their own back.
const extra = z.record(z.string().max(100), z.json())

/** Schema of {@link PaymentRequirements}. */
export const paymentRequirementsSchema = z.looseObject({
  scheme: z.literal('exact'),
  network,
  amount: paymentUnits,
  asset: addressSchema,
  payTo: addressSchema,
  maxTimeoutSeconds: z.int().min(1).max(86_400),
  /** The EIP-712 domain of the asset; without it nothing can be signed. */
  extra: z.looseObject({ name: text(100).min(1), version: text(32).min(1) }),
})
/** What one payment must be: amounts in the asset's smallest unit. */
export type PaymentRequirements = z.output<typeof paymentRequirementsSchema>
/** The same, as it travels. */
export type WirePaymentRequirements = z.input<typeof paymentRequirementsSchema>

/** Schema of {@link TransferAuthorization}. */
export const transferAuthorizationSchema = z.strictObject({
  from: addressSchema,
  to: addressSchema,
  value: paymentUnits,
  validAfter: paymentUnits,
  validBefore: paymentUnits,
  nonce: hashSchema,
})
/** What the payer signed: times in Unix seconds of the chain. */
export type TransferAuthorization = z.output<typeof transferAuthorizationSchema>

/** Schema of {@link PaymentPayload}. */
export const paymentPayloadSchema = z.looseObject({
  x402Version: z.literal(x402Version),
  resource: z.looseObject({}).optional(),
  accepted: paymentRequirementsSchema,
  payload: z.looseObject({
    signature: hexSchema,
    authorization: transferAuthorizationSchema,
  }),
  extensions: extra.optional(),
})
/** A signed payment, as a client sends it. */
export type PaymentPayload = z.output<typeof paymentPayloadSchema>
/** The same, as it travels. */
export type WirePaymentPayload = z.input<typeof paymentPayloadSchema>

/** Schema of {@link PaymentRequired}. Offers that are not ours are kept as they are. */
export const paymentRequiredSchema = z.looseObject({
  x402Version: z.literal(x402Version),
  error: z.string().max(1_000).optional(),
  resource: z.looseObject({}).optional(),
  accepts: z.array(z.looseObject({})).max(16),
  extensions: extra.optional(),
})
/** What a server asks for before it answers. */
export type PaymentRequired = z.output<typeof paymentRequiredSchema>

/** Schema of {@link SettleResponse}. */
export const settleResponseSchema = z.looseObject({
  success: z.boolean(),
  errorReason: z.string().max(1_000).optional(),
  payer: z.string().max(64).optional(),
  transaction: z.string().max(66),
  network: z.string().max(64),
})
/** How a payment was settled. */
export type SettleResponse = z.output<typeof settleResponseSchema>

/** Schema of {@link VerifyResponse}. */
export const verifyResponseSchema = z.looseObject({
  isValid: z.boolean(),
  invalidReason: z.string().max(1_000).optional(),
  payer: z.string().max(64).optional(),
})
/** Whether a payment would settle now. */
export type VerifyResponse = z.output<typeof verifyResponseSchema>

/** Schema of {@link FacilitatorRequest}. */
export const facilitatorRequestSchema = z.looseObject({
  x402Version: z.literal(x402Version),
  paymentPayload: paymentPayloadSchema,
  paymentRequirements: paymentRequirementsSchema,
})
/** The body of a facilitator's `/verify` and `/settle`. */
export type FacilitatorRequest = z.output<typeof facilitatorRequestSchema>

/** Schema of {@link AgentPrice}. */
export const agentPriceSchema = z.strictObject({
  chainId: z.int().min(1),
  /** An EIP-3009 token, such as USDC. */
  token: z.strictObject({
    address: addressSchema,
    symbol: text(64),
    decimals: z.int().min(0).max(36),
    /** Name and version of its EIP-712 domain. */
    name: text(100).min(1),
    version: text(32).min(1),
  }),
  /** What one quote costs. */
  units: unitsSchema,
  payTo: addressSchema,
})
/** What an agent asks for one quote, in its token's smallest unit. */
export type AgentPrice = z.output<typeof agentPriceSchema>

/** Schema of {@link AgentPayment}. */
export const agentPaymentSchema = z.strictObject({
  /** Agent's registry id. */
  agent: text(100),
  stepId: text(8),
  chainId: z.int().min(1),
  token: addressSchema,
  symbol: text(64),
  units: unitsSchema,
  decimal: z
    .string()
    .max(160)
    .regex(/^\d+(?:\.\d+)?$/),
  payer: addressSchema,
  payTo: addressSchema,
  /**
   * `settled`: paid, by `transaction` where it is known. `signed`: nobody knows
   * yet. `unspent`: the chain will never take it.
   */
  state: z.enum(['signed', 'settled', 'unspent']),
  transaction: hashSchema.optional(),
})
/** What the operator's payer key paid an agent for a quote. */
export type AgentPayment = z.output<typeof agentPaymentSchema>
