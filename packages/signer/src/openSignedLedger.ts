import type { Hex } from '@behest/spec'
import * as z from 'zod'
import { openLineFile } from './openLineFile.js'

const lineSchema = z.object({
  chain: z.string(),
  legId: z.string(),
  nonce: z.int().min(0),
  hash: z.string(),
})
type Line = z.output<typeof lineSchema>

/** What was ever signed: one nonce for a leg, for life. */
export type SignedLedger = {
  /** Every signature of a leg on this chain, oldest first. */
  readonly find: (
    chain: string,
    legId: string,
  ) => readonly { readonly nonce: number; readonly hash: Hex }[]
  /** On disk when it returns: before the signature leaves the process. */
  readonly add: (line: Line) => void
  readonly close: () => void
}

/**
 * Opens the signer's own record of what it signed. It does not depend on the
 * database: whoever controls that cannot have a leg signed under two nonces.
 *
 * @param path - Of the file; memory only if absent, for tests.
 */
export function openSignedLedger(path?: string): SignedLedger {
  const legs = new Map<string, { nonce: number; hash: Hex }[]>()
  const keep = ({ chain, legId, nonce, hash }: Line): void => {
    const key = `${chain} ${legId.toLowerCase()}`
    const list = legs.get(key) ?? []
    list.push({ nonce, hash: hash as Hex })
    legs.set(key, list)
  }
  const file = path === undefined ? undefined : openLineFile({ path })
  for (const text of file?.before ?? []) {
    const line = readLine(text)
    if (line !== null) keep(line)
  }
  return {
    find: (chain, legId) => legs.get(`${chain} ${legId.toLowerCase()}`) ?? [],
    add: (line) => {
      file?.add(JSON.stringify(line))
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
