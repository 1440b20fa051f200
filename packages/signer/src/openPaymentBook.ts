import { addressSchema, hashSchema, unitsSchema } from '@behest/spec'
import * as z from 'zod'
import { openLineFile } from './openLineFile.js'

const signedSchema = z.strictObject({
  type: z.literal('signed'),
  /** Which chain it is for, by more than its number. */
  chain: z.string(),
  nonce: hashSchema,
  intentId: z.string(),
  token: addressSchema,
  payTo: addressSchema,
  units: unitsSchema,
  validBeforeUnixSeconds: z.int(),
  /** Of this machine's clock: which day it counts for. */
  atMs: z.number(),
})
const lineSchema = z.discriminatedUnion('type', [
  signedSchema,
  z.strictObject({
    type: z.literal('ended'),
    chain: z.string(),
    nonce: hashSchema,
    state: z.enum(['settled', 'unspent']),
  }),
])
type Line = z.output<typeof lineSchema>

/** A payment as the signer signed it. */
export type BookedPayment = z.output<typeof signedSchema> & {
  readonly state: 'signed' | 'settled' | 'unspent'
}

/** What the payer key ever signed, in the signer's own hands. */
export type PaymentBook = {
  readonly list: (chain: string) => readonly BookedPayment[]
  readonly find: (chain: string, nonce: string) => BookedPayment | null
  /** On disk when it returns: before the signature leaves the process. */
  readonly add: (line: Line) => void
  readonly close: () => void
}

/**
 * Opens the book of payments. Like the record of legs it does not depend on the
 * database: whoever controls that cannot have more signed than the caps allow.
 *
 * @param path - Of the file; memory only if absent, for tests.
 */
export function openPaymentBook(path?: string): PaymentBook {
  const chains = new Map<string, Map<string, BookedPayment>>()
  const keep = (line: Line): void => {
    const payments = chains.get(line.chain) ?? new Map<string, BookedPayment>()
    chains.set(line.chain, payments)
    const before = payments.get(line.nonce)
    if (line.type === 'signed')
      payments.set(line.nonce, {
        ...line,
        // Signed again for longer: it counts on the day of its first time.
        atMs: before?.atMs ?? line.atMs,
        state: before?.state === 'settled' ? 'settled' : 'signed',
      })
    else if (before) payments.set(line.nonce, { ...before, state: line.state })
  }
  const file = path === undefined ? undefined : openLineFile({ path })
  for (const text of file?.before ?? []) {
    const line = readLine(text)
    if (line !== null) keep(line)
  }
  return {
    list: (chain) => [...(chains.get(chain)?.values() ?? [])],
    find: (chain, nonce) => chains.get(chain)?.get(nonce) ?? null,
    add: (line) => {
      file?.add(JSON.stringify(z.encode(lineSchema, line)))
      keep(line)
    },
    close: () => file?.close(),
  }
}

function readLine(text: string): Line | null {
  try {
    return lineSchema.parse(JSON.parse(text))
  } catch {
    return null // cut off before it was on disk: its signature never left either
  }
}
