import {
  addressSchema,
  delegationSchema,
  hashSchema,
  hexSchema,
  orderTermsSchema,
  policySchema,
  signedAuthorizationSchema,
  text,
  unitsSchema,
  type WireArtifact,
} from '@behest/spec'
import * as z from 'zod'
import { typedDataSchema } from './checkTypedData.js'

// Artifacts are checked where they are decoded, link by link.
const artifact = z.custom<WireArtifact>(
  (value) => typeof value === 'object' && value !== null,
)
const dossierSchema = z.strictObject({
  quotes: artifact,
  plan: artifact,
  simulation: artifact,
  approval: artifact,
})

/** Everything that the signer can be asked; there is no other way to a key. */
export const signerRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('addresses') }),
  z.strictObject({
    type: z.literal('leg'),
    dossier: dossierSchema.optional(),
    transaction: z.strictObject({
      purpose: z.enum(['send', 'bump', 'cancel']),
      legId: text(80),
      planHash: hashSchema,
      chainId: z.int().min(1),
      from: addressSchema,
      to: addressSchema,
      valueWei: unitsSchema,
      data: hexSchema,
      nonce: z.int().min(0),
      gasLimit: unitsSchema,
      maxFeePerGasWei: unitsSchema,
      maxPriorityFeePerGasWei: unitsSchema,
      authorization: signedAuthorizationSchema.optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('mandate'),
    dossier: dossierSchema,
    planHash: hashSchema,
    mandateIndex: z.int().min(0).max(9),
    delegation: delegationSchema,
    authorizationNonce: z.int().min(0).optional(),
  }),
  z.strictObject({
    type: z.literal('receipt'),
    chainId: z.int().min(1),
    receiptHash: hashSchema,
    intentHash: hashSchema,
    planHash: hashSchema,
  }),
  z.strictObject({
    type: z.literal('order-mandate'),
    terms: orderTermsSchema,
    termsHash: hashSchema,
    /** An approver's signature over the order. */
    approval: hexSchema.optional(),
    delegation: delegationSchema,
    authorizationNonce: z.int().min(0).optional(),
  }),
  z.strictObject({
    type: z.literal('order-batch'),
    terms: orderTermsSchema,
    termsHash: hashSchema,
    /** An approver's signature over the order. */
    approval: hexSchema.optional(),
    authorizationNonce: z.int().min(0).optional(),
  }),
  z.strictObject({
    type: z.literal('order'),
    terms: orderTermsSchema,
    termsHash: hashSchema,
    /** An approver's signature over the order. */
    approval: hexSchema.optional(),
  }),
  z.strictObject({ type: z.literal('policy'), policy: policySchema }),
  z.strictObject({
    type: z.literal('payment'),
    chainId: z.int().min(1),
    token: addressSchema,
    intentId: text(100).min(1),
    requestId: text(100).min(1),
    payTo: addressSchema,
    units: unitsSchema,
    validBeforeUnixSeconds: z.int().min(0),
  }),
  z.strictObject({
    type: z.literal('typed-data'),
    dossier: dossierSchema,
    typedData: typedDataSchema,
  }),
])
/** One question to the signer, in memory. */
export type SignerRequest = z.output<typeof signerRequestSchema>

/** Where a running signer is, as it writes it down at each start. */
export const signerPlaceSchema = z.object({
  socket: z.string().min(1),
  /** New at each start; who can read the file may ask. */
  secret: z.string().min(32),
  processId: z.int(),
})
/** Where a running signer is. */
export type SignerPlace = z.output<typeof signerPlaceSchema>

/** What comes back where it went well. */
export const signerAnswers = {
  addresses: z.object({
    account: addressSchema,
    executor: addressSchema,
    engine: addressSchema,
    /** Absent where agents are never paid. */
    payer: addressSchema.optional(),
    /** Whose signature a yes needs; anybody's word counts if empty. */
    approvers: z.array(addressSchema).default([]),
  }),
  leg: z.object({ raw: hexSchema, hash: hashSchema }),
  mandate: z.object({
    signature: hexSchema,
    authorization: signedAuthorizationSchema.optional(),
  }),
  batch: z.object({
    signature: hexSchema,
    gateSignature: hexSchema.optional(),
    authorization: signedAuthorizationSchema.optional(),
  }),
  payment: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('signed'),
      nonce: hashSchema,
      signature: hexSchema,
    }),
    z.object({
      type: z.literal('refused'),
      cap: z.enum(['intent', 'day', 'asker']),
      spentUnits: unitsSchema,
      capUnits: unitsSchema,
    }),
  ]),
  signature: z.object({ signature: hexSchema }),
} as const

/** What comes back where it did not: never a stack, never a key. */
export const signerProblemSchema = z.object({
  code: z.string().max(64),
  message: z.string().max(4000),
  facts: z.record(z.string(), z.string()),
})

/** More is no request. */
export const mostRequestBytes = 4 * 1024 * 1024
