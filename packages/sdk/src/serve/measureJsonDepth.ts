const quote = 0x22
const backslash = 0x5c

/**
 * Measures how deep the brackets of a JSON text nest, without parsing it:
 * recursive parsers and printers overflow the stack on what a few kilobytes of
 * brackets can hold.
 *
 * @param bytes - JSON in UTF-8; it need not be valid.
 */
export function measureJsonDepth(bytes: Uint8Array): number {
  let depth = 0
  let deepest = 0
  let isInText = false
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index]
    if (isInText) {
      if (byte === backslash) index += 1
      else if (byte === quote) isInText = false
    } else if (byte === quote) isInText = true
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1
      if (depth > deepest) deepest = depth
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1
  }
  return deepest
}
