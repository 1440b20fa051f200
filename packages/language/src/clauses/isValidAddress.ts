import { keccak_256 } from '@noble/hashes/sha3.js'

/**
 * Tells whether an address can be sent to: forty hex digits whose letters
 * carry no checksum (all of one case) or the right one (EIP-55).
 */
export function isValidAddress(address: string): boolean {
  if (!/^0x[0-9a-fA-F]{40}$/.test(address)) return false
  const digits = address.slice(2)
  if (digits === digits.toLowerCase() || digits === digits.toUpperCase())
    return true
  const hash = keccak_256(new TextEncoder().encode(digits.toLowerCase()))
  for (let at = 0; at < 40; at += 1) {
    const letter = digits[at] ?? ''
    if (/\d/.test(letter)) continue
    const byte = hash[at >> 1] ?? 0
    const upper = (at % 2 === 0 ? byte >> 4 : byte & 15) >= 8
    if (upper !== (letter === letter.toUpperCase())) return false
  }
  return true
}
