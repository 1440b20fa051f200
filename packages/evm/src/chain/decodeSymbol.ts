import { type Hex, hexToBytes, hexToString } from 'viem'

// What may be shown: no controls, no direction marks, no zero-width letters.
const unsafe =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\ufffd]/gu

/**
 * Decodes what a token's `symbol()` returned.
 *
 * @param answer - The raw bytes: an ABI string, or 32 bytes padded with zeros.
 * @returns At most 32 printable letters; `undefined` when nothing can be shown.
 */
export function decodeSymbol(answer: Hex): string | undefined {
  const bytes = hexToBytes(answer)
  const raw =
    bytes.length === 32 ? answer : (readAbiString(answer, bytes) ?? '0x')
  const symbol = hexToString(raw)
    .replace(unsafe, '')
    .trim()
    .slice(0, 32)
    // The cut may have left half a letter.
    .replace(unsafe, '')
  return symbol === '' ? undefined : symbol
}

function readAbiString(answer: Hex, bytes: Uint8Array): Hex | undefined {
  if (bytes.length < 96) return undefined
  const length = BigInt(`0x${answer.slice(66, 130)}`)
  const most = BigInt(bytes.length - 64)
  const end = 130 + 2 * Number(length < most ? length : most)
  return BigInt(`0x${answer.slice(2, 66)}`) === 32n
    ? `0x${answer.slice(130, end)}`
    : undefined
}
