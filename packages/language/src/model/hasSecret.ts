/**
 * Tells whether words hold something that must not leave this machine: a private
 * key, a seed phrase, a token of some service. They are pasted by mistake, and a
 * model would be one more place where they are.
 *
 * @param words - The user's own words.
 */
export function hasSecret(words: string): boolean {
  return secrets.some((pattern) => pattern.test(words)) || isSeedPhrase(words)
}

const secrets: readonly RegExp[] = [
  // 32 bytes in hex: a private key looks like nothing else that people paste.
  /(?:^|[^0-9a-z])(?:0x)?[0-9a-f]{64}(?![0-9a-f])/i,
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
  /\b(?:sk|rk|pk)[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{20,}/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/,
  /\b\d{6,12}:[A-Za-z0-9_-]{30,}/,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  /\b(?:xprv|yprv|zprv)[A-HJ-NP-Za-km-z1-9]{50,}/,
  // A key in base58 of another chain.
  /(?:^|[^A-Za-z0-9])[5KL][1-9A-HJ-NP-Za-km-z]{50,51}(?![A-Za-z0-9])/,
]

const shortestSeed = 12
const glue = new Set(
  'the a an to for and or of in on my me i it is at with from by if then when all some that this into as be will do'.split(
    ' ',
  ),
)

/** A run of twelve or more short plain words with nothing between that joins them. */
function isSeedPhrase(words: string): boolean {
  let run = 0
  for (const word of words.toLowerCase().split(/[^\p{L}\p{N}]+/u)) {
    run = /^[a-z]{3,8}$/.test(word) && !glue.has(word) ? run + 1 : 0
    if (run >= shortestSeed) return true
  }
  return false
}
