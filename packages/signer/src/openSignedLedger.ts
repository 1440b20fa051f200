import {
  closeSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Hex } from '@behest/spec'
import * as z from 'zod'

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
  let file: number | undefined
  if (path !== undefined) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    for (const line of readLines(path)) keep(line)
    file = openSync(path, 'a', 0o600)
    // A line that was cut off by a crash must not swallow the next one.
    writeSync(file, '\n')
  }
  return {
    find: (chain, legId) => legs.get(`${chain} ${legId.toLowerCase()}`) ?? [],
    add: (line) => {
      if (file !== undefined) {
        writeSync(file, `${JSON.stringify(line)}\n`)
        fdatasyncSync(file)
      }
      keep(line)
    },
    close: () => {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

function readLines(path: string): Line[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return [] // the first start
  }
  return text.split('\n').flatMap((line) => {
    try {
      return [lineSchema.parse(JSON.parse(line))]
    } catch {
      // Cut off before it was on disk: its signature never left either.
      return []
    }
  })
}
