import { canonicalizeAgentCard } from '@a2a-js/sdk'
import {
  type Address,
  addressSchema,
  type Hex,
  isSameAddress,
  type JsonValue,
  toCanonicalJson,
} from '@behest/spec'
import {
  bytesToHex,
  hexToBytes,
  recoverAddress,
  sha256,
  stringToBytes,
} from 'viem'
import * as z from 'zod'
import type { AgentSigner } from '../sign/AgentSigner.js'
import { isCanonicalSignature } from '../sign/verifyQuote.js'
import type { AgentCardJson } from './AgentCard.js'

/**
 * Signs a card with the agent's key and writes it as the text that is served,
 * published and hashed.
 *
 * JWS, ES256K, over the canonical form (RFC 8785) of the card without its
 * signatures, as A2A defines it. The key id is the agent's address, so that
 * nobody has to fetch a key from an address that the card itself names.
 *
 * @param options.card - The card.
 * @param options.signer - The agent's key. One that cannot sign plain hashes
 *   gives a card without signature; publishing still binds it.
 * @returns JSON text, always the same for the same card and key.
 */
export async function signAgentCard(options: {
  readonly card: AgentCardJson
  readonly signer: AgentSigner
}): Promise<string> {
  const { card, signer } = options
  if (signer.sign === undefined) return toText(card)
  const jwk =
    signer.publicKey === undefined ? {} : { jwk: toJwk(signer.publicKey) }
  const header = toCanonicalJson({
    alg: 'ES256K',
    kid: signer.address.toLowerCase(),
    typ: 'JOSE',
    ...jwk,
  })
  const protectedHeader = toBase64Url(stringToBytes(header))
  const signature = await signer.sign({
    hash: toSigningHash(card, protectedHeader),
  })
  return toText({
    ...card,
    signatures: [
      {
        protected: protectedHeader,
        // r and s: a JWS has no place for the recovery bit.
        signature: toBase64Url(hexToBytes(signature).slice(0, 64)),
      },
    ],
  })
}

/**
 * Finds who signed a card.
 *
 * @param card - The card, as parsed from JSON.
 * @param expectedAgent - Whose signature is looked for.
 * @returns `true` when one of the card's signatures is that agent's.
 */
export async function isCardSignedBy(
  card: AgentCardJson,
  expectedAgent: Address,
): Promise<boolean> {
  const signatures = signaturesSchema.safeParse(card.signatures)
  if (!signatures.success) return false
  for (const entry of signatures.data) {
    const signer = await recoverCardSigner(card, entry, expectedAgent)
    if (signer) return true
  }
  return false
}

const signaturesSchema = z
  .array(
    z.looseObject({
      protected: z.string().max(4_096),
      signature: z.string().max(128),
    }),
  )
  .max(8)

const headerSchema = z.looseObject({
  alg: z.literal('ES256K'),
  kid: addressSchema,
})

async function recoverCardSigner(
  card: AgentCardJson,
  entry: z.output<typeof signaturesSchema>[number],
  expectedAgent: Address,
): Promise<boolean> {
  const header = headerSchema.safeParse(
    parseJson(fromBase64Url(entry.protected)),
  )
  if (!header.success || !isSameAddress(header.data.kid, expectedAgent))
    return false
  const compact = fromBase64Url(entry.signature)
  if (compact === null || compact.length !== 64) return false
  const hash = toSigningHash(card, entry.protected)
  for (const v of ['1b', '1c']) {
    const signature: Hex = `${bytesToHex(compact)}${v}`
    if (!isCanonicalSignature(signature)) return false
    const signer = await recoverAddress({ hash, signature }).catch(() => null)
    if (signer !== null && isSameAddress(signer, expectedAgent)) return true
  }
  return false
}

function toSigningHash(card: AgentCardJson, protectedHeader: string): Hex {
  // The SDK's type is its parsed form; the function takes the JSON form too,
  // because parsing is the first thing that it does.
  const canonical = canonicalizeAgentCard(
    card as unknown as Parameters<typeof canonicalizeAgentCard>[0],
  )
  const payload = toBase64Url(stringToBytes(canonical))
  return sha256(stringToBytes(`${protectedHeader}.${payload}`))
}

function toText(card: AgentCardJson): string {
  return toCanonicalJson(card as unknown as JsonValue)
}

function toJwk(publicKey: Hex) {
  const bytes = hexToBytes(publicKey)
  return {
    kty: 'EC',
    crv: 'secp256k1',
    x: toBase64Url(bytes.slice(1, 33)),
    y: toBase64Url(bytes.slice(33, 65)),
  }
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

function fromBase64Url(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (letter) => letter.charCodeAt(0))
  } catch {
    return null // a length that no bytes have
  }
}

function parseJson(bytes: Uint8Array | null): unknown {
  if (bytes === null) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
