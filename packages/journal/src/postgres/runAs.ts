import { statSync } from 'node:fs'
import { dirname } from 'node:path'

/** The account that PostgreSQL runs under; empty when it is our own. */
export type RunAs =
  | { readonly uid: number; readonly gid: number }
  | { readonly uid?: undefined; readonly gid?: undefined }

/** PostgreSQL refuses to run as root: "nobody" owns its files then. */
const nobody = 65_534

/** Gives the account to start PostgreSQL under: another one only for root. */
export function getRunAs(): RunAs {
  return process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
}

/**
 * Tells whether `path` can be opened by that account, from the permission bits
 * of every folder above it. Our own account is taken to reach what it uses.
 */
export function canReach(path: string, runAs: RunAs): boolean {
  if (runAs.uid === undefined) return true
  let current = path
  for (;;) {
    const { mode, uid, gid } = statSync(current)
    const shift = uid === runAs.uid ? 6 : gid === runAs.gid ? 3 : 0
    if (((mode >> shift) & 1) === 0) return false
    const parent = dirname(current)
    if (parent === current) return true
    current = parent
  }
}
