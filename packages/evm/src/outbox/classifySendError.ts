/** What a node's answer to signed bytes means. */
export type SendAnswer =
  | 'already-known'
  | 'nonce-too-low'
  | 'nonce-too-high'
  | 'underpriced'
  | 'fee-too-low'
  | 'insufficient-funds'
  | 'gas-limit'
  | 'wrong-chain'
  | 'in-flight-limit'
  | 'rate-limited'
  | 'refused'

// Order matters: "replacement transaction underpriced" is no plain underpriced
// fee, and several nodes put two of these into one sentence.
const table: readonly (readonly [RegExp, SendAnswer])[] = [
  [
    /already (?:known|imported|exists)|known transaction|transaction already in|AlreadyKnown|ALREADY_EXISTS/i,
    'already-known',
  ],
  [
    /nonce (?:is )?too low|invalid nonce.*(?:expected|got)|OldNonce|nonce has already been used|account nonce .* higher|NONCE_EXPIRED/i,
    'nonce-too-low',
  ],
  [/nonce (?:is )?too (?:high|far)|nonce gap|NonceGap/i, 'nonce-too-high'],
  [
    /in-flight transaction limit|delegated account|gapped-nonce/i,
    'in-flight-limit',
  ],
  [
    /replacement transaction underpriced|transaction underpriced|underpriced|gas price too low|tip.*(?:below|too low)|FeeTooLow/i,
    'underpriced',
  ],
  [
    /max fee per gas less than block base fee|fee cap less than block base fee|base fee exceeds|feeCap too low|below base ?fee|max priority fee per gas higher than max fee/i,
    'fee-too-low',
  ],
  [
    /insufficient (?:funds|balance)|not enough (?:funds|balance)|doesn'?t have enough funds/i,
    'insufficient-funds',
  ],
  [
    /exceeds block gas limit|intrinsic gas|gas limit (?:is )?too|out of gas|gas required exceeds/i,
    'gas-limit',
  ],
  [
    /invalid chain ?id|chain ?id mismatch|wrong chain|incompatible EIP-?155|signer.*chain/i,
    'wrong-chain',
  ],
  [
    /rate limit|too many requests|request limit|\b429\b|capacity exceeded/i,
    'rate-limited',
  ],
]

/**
 * Classifies what a node said about signed bytes.
 *
 * A note for people and metrics only: none of these answers tells what became
 * of a transaction, and none makes a node unhealthy. "Already known" and "nonce
 * too low" often mean that it landed.
 *
 * @param details - The node's own words.
 * @returns Its meaning, or `'refused'` for words that are not known.
 */
export function classifySendError(details: string): SendAnswer {
  return table.find(([pattern]) => pattern.test(details))?.[1] ?? 'refused'
}
