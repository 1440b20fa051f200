import { toCanonicalJson } from '@behest/spec'
import { concat, type Hex, keccak256, stringToHex } from 'viem'
import * as z from 'zod'
import type { PublicReceipt } from './recomputeTrust.js'

const digestSchema = z.strictObject({
  type: z.literal('behest.receipt-digest'),
  agentId: z.string().max(128),
  formulaVersion: z.string().max(40),
  /** The time that trust was computed for. */
  atUnixSeconds: z.int().min(0),
  /** Receipts of higher numbers came later. */
  throughSeq: z.int().min(0),
  receipts: z.int().min(0),
  /** keccak256 of their hashes, sorted, one after the other. */
  receiptsHash: z.string().regex(/^0x[0-9a-f]{64}$/),
  /** Trust as a share of 10000, rounded down. */
  trustTenThousandths: z.int().min(0).max(10_000),
})
/** What a registry says that an agent's trust follows from. */
export type ReceiptDigest = z.output<typeof digestSchema>

/**
 * Builds the digest of the receipts that an agent's trust was computed from:
 * short enough to be written on chain, and enough to catch a registry that
 * afterwards hides one of them or adds one.
 *
 * @param options.receipts - `GET /v1/receipts?agent=`, every page.
 * @param options.trust - `trust` of `GET /v1/agents/:id`; `null` before the first.
 * @param options.throughSeq - Leaves later receipts out; all count if absent.
 */
export function buildReceiptDigest(options: {
  readonly agentId: string
  readonly formulaVersion: string
  readonly receipts: readonly Pick<PublicReceipt, 'hash' | 'verdict' | 'seq'>[]
  readonly trust: {
    readonly bound: number
    readonly atUnixSeconds: number
  } | null
  readonly throughSeq?: number
}): ReceiptDigest {
  const { agentId, formulaVersion, receipts, trust } = options
  const throughSeq =
    options.throughSeq ?? Math.max(0, ...receipts.map(({ seq }) => seq))
  const hashes = receipts
    .filter(({ verdict, seq }) => verdict === 'confirmed' && seq <= throughSeq)
    .map(({ hash }) => hash.toLowerCase() as Hex)
    .sort()
  return {
    type: 'behest.receipt-digest',
    agentId,
    formulaVersion,
    atUnixSeconds: trust?.atUnixSeconds ?? 0,
    throughSeq,
    receipts: hashes.length,
    receiptsHash: keccak256(concat(hashes)),
    trustTenThousandths: Math.floor((trust?.bound ?? 0) * 10_000),
  }
}

/** The bytes of a digest that its hash is taken of: canonical JSON. */
export function digestBytes(digest: ReceiptDigest): Hex {
  return stringToHex(toCanonicalJson(digest))
}

/**
 * Parses a digest that somebody wrote down.
 *
 * @returns `undefined` where it is none.
 */
export function parseReceiptDigest(text: string): ReceiptDigest | undefined {
  try {
    return digestSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined // no JSON: a stranger wrote it
  }
}
