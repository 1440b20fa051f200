import * as z from 'zod'
import {
  addressSchema,
  assetAddressSchema,
  hashSchema,
  hexSchema,
} from '../units/hex.js'
import { text } from '../units/text.js'
import { unitsSchema, unixSecondsSchema } from '../units/units.js'

/** How a plan reaches the chain: see {@link Custody}. */
export const custodies = ['direct', 'mandate'] as const
/**
 * How a plan reaches the chain. `direct`: the account signs each transaction.
 * `mandate`: the account signs a bound that the chain enforces, and an executor
 * carries it out and pays the gas.
 */
export type Custody = (typeof custodies)[number]

/** Schema of {@link MandateBound}. */
export const mandateBoundSchema = z.strictObject({
  account: addressSchema,
  token: assetAddressSchema,
  symbol: text(64),
  /** `decrease`: at most `units` go. `increase`: at least `units` come. */
  direction: z.enum(['decrease', 'increase']),
  units: unitsSchema,
})
/** What the chain lets the balance of one token do while a mandate is used. */
export type MandateBound = z.output<typeof mandateBoundSchema>

/** Schema of {@link Delegation}. */
export const delegationSchema = z.strictObject({
  delegate: addressSchema,
  delegator: addressSchema,
  authority: hashSchema,
  caveats: z
    .array(z.strictObject({ enforcer: addressSchema, terms: hexSchema }))
    .min(1)
    .max(64),
  salt: unitsSchema,
})
/** An ERC-7710 delegation before it is signed: every field is covered. */
export type Delegation = z.output<typeof delegationSchema>

/** Schema of {@link Mandate}. */
export const mandateSchema = z.strictObject({
  /** The steps that it carries out, as one batch: all of it or nothing. */
  stepIds: z.array(text(8)).min(1).max(10),
  bounds: z.array(mandateBoundSchema).max(64),
  validUntilUnixSeconds: unixSecondsSchema,
  salt: unitsSchema,
  /**
   * EIP-712 struct hash of the delegation. Absent where amounts are what an
   * earlier mandate gives: it is drawn up when they are known, within `bounds`.
   */
  delegationHash: hashSchema.optional(),
  /**
   * The standing order that it was signed with: this is one use of it, and the
   * calls are those of the order.
   */
  orderId: text(64).optional(),
})
/** One delegation of a plan: exact calls, bounds, one redeemer, one use. */
export type Mandate = z.output<typeof mandateSchema>

/** Schema of {@link PlanCustody}. */
export const planCustodySchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('direct'),
    /** Absent: this house signs for the account. Else its holder's wallet sends. */
    sentBy: z.literal('holder').optional(),
    /** Why it is not the mandate that was asked for. */
    why: text(500).optional(),
  }),
  z.strictObject({
    type: z.literal('mandate'),
    /** The only account that can use the mandates; it pays the gas. */
    executor: addressSchema,
    delegationManager: addressSchema,
    /** The code that EIP-7702 gives the account. */
    implementation: addressSchema,
    mandates: z.array(mandateSchema).min(1).max(10),
  }),
])
/** How a plan is carried out, as its hash binds it. */
export type PlanCustody = z.output<typeof planCustodySchema>

/** Schema of {@link SignedAuthorization}. */
export const signedAuthorizationSchema = z.strictObject({
  chainId: z.int().min(1),
  address: addressSchema,
  nonce: z.int().min(0),
  yParity: z.int().min(0).max(1),
  r: hashSchema,
  s: hashSchema,
})
/** An EIP-7702 authorisation. Its chain id is never 0, which any chain takes. */
export type SignedAuthorization = z.output<typeof signedAuthorizationSchema>

/** Schema of {@link GivenMandate}. */
export const givenMandateSchema = z.strictObject({
  /** Which mandate of the plan. */
  index: z.int().min(0).max(9),
  signature: hexSchema,
  authorization: signedAuthorizationSchema.optional(),
})
/** What the holder of an account signed for one mandate of a plan. */
export type GivenMandate = z.output<typeof givenMandateSchema>

/** Schema of {@link MandateSigning}. */
export const mandateSigningSchema = z.strictObject({
  planHash: hashSchema,
  mandates: z
    .array(
      z.strictObject({
        index: z.int().min(0).max(9),
        delegationHash: hashSchema,
        typedData: z.strictObject({
          domain: z.strictObject({
            name: z.literal('DelegationManager'),
            version: z.literal('1'),
            chainId: z.int().min(1),
            verifyingContract: addressSchema,
          }),
          types: z.record(
            text(64),
            z.array(z.strictObject({ name: text(64), type: text(64) })).max(16),
          ),
          primaryType: z.literal('Delegation'),
          message: delegationSchema,
        }),
      }),
    )
    .max(10),
  authorization: z
    .strictObject({
      chainId: z.int().min(1),
      address: addressSchema,
      nonce: z.int().min(0),
    })
    .optional(),
})
/**
 * What the holder of an account signs for a plan, where nobody here signs for
 * them: EIP-712, as `eth_signTypedData_v4` takes it, and the EIP-7702 code that
 * the account still has to allow, absent where it has it.
 */
export type MandateSigning = z.output<typeof mandateSigningSchema>

/** EIP-712 types of a delegation, as the DelegationManager hashes it. */
export const delegationTypedDataTypes = {
  Caveat: [
    { name: 'enforcer', type: 'address' },
    { name: 'terms', type: 'bytes' },
  ],
  Delegation: [
    { name: 'delegate', type: 'address' },
    { name: 'delegator', type: 'address' },
    { name: 'authority', type: 'bytes32' },
    { name: 'caveats', type: 'Caveat[]' },
    { name: 'salt', type: 'uint256' },
  ],
} as const
