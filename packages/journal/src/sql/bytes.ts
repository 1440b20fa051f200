import type { Hex } from '@behest/spec'

/** Gives the bytes of `0x…` as PostgreSQL takes them. */
export function toBytes(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), 'hex')
}

/** Gives `0x…` of bytes that PostgreSQL gave. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString('hex')}`
}

/** Tells whether PostgreSQL can hold a text: no zero, no half of a pair. */
export function isStorable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text)
}
