/** Fields whose 32 bytes are public: names of things on the chain and in the journal. */
const publicFields = [
  'hash',
  'legId',
  'planHash',
  'intentHash',
  'blockHash',
  'transaction',
  'transactions',
  'mandateHash',
  'identity',
  'from',
  'to',
].join('|')

const masked = '[masked]'
const publicValue = new RegExp(
  `"(?:${publicFields})":"(?:\\d+:)?0x[0-9a-fA-F]{64}"`,
  'g',
)

/**
 * Masks what looks like a secret in a line of a log: keys and other long hex, phrases
 * of twelve words and more, tokens, passwords in addresses, and given values. Hashes
 * stay where their field says what they are.
 *
 * @param line - One JSON line.
 * @param secrets - Values that are masked wherever they stand.
 */
export function redactLine(line: string, secrets: readonly string[]): string {
  let text = line
  for (const secret of secrets) text = text.replaceAll(secret, masked)
  const kept: string[] = []
  // Set aside, so that the rules below do not see them.
  text = text.replace(
    publicValue,
    (value) => `\u0001${kept.push(value) - 1}\u0002`,
  )
  text = text
    .replace(/(?:0x)?[0-9a-fA-F]{64,}/g, masked)
    .replace(/\bBearer\s+[^\s"\\]+/gi, `Bearer ${masked}`)
    .replace(/\b(?:sk|pk|bhst)[-_][A-Za-z0-9_-]{12,}/g, masked)
    .replace(/\b[a-z]{3,8}(?:[ ,]+[a-z]{3,8}){11,}\b/g, masked)
    .replace(
      /("(?:password|passphrase|secret|token|privateKey|mnemonic|authorization|apiKey|cookie)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi,
      `$1"${masked}"`,
    )
    .replace(/\b(?:https?|wss?|postgres(?:ql)?):\/\/[^\s"\\]+/g, maskAddress)
  // biome keeps control characters out of expressions; these two are ours.
  return text
    .split('\u0001')
    .map((part, index) => {
      if (index === 0) return part
      const end = part.indexOf('\u0002')
      return `${kept[Number(part.slice(0, end))] ?? ''}${part.slice(end + 1)}`
    })
    .join('')
}

/** Hosts are no secrets; what comes before and after them may be. */
function maskAddress(text: string): string {
  let address: URL
  try {
    address = new URL(text)
  } catch {
    return masked
  }
  const isLoopback = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(
    address.hostname,
  )
  const hasLogin = address.username !== '' || address.password !== ''
  const isPlain =
    address.search === '' && !/[A-Za-z0-9_-]{16,}/.test(address.pathname)
  if (!hasLogin && (isLoopback || isPlain)) return text
  return `${address.protocol}//${address.host}/${masked}`
}
