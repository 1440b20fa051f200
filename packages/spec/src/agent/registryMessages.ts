import * as z from 'zod'
import { toCanonicalJson } from '../units/canonicalJson.js'
import { addressSchema, hashSchema, hexSchema } from '../units/hex.js'
import { text } from '../units/text.js'
import { unixSecondsSchema } from '../units/units.js'

/** EIP-712 domain of what owners sign for a registry; add the chain's id. */
export const registryDomain = { name: 'Behest Registry', version: '1' } as const

/**
 * EIP-712 types of the messages that an owner signs for a registry. Each
 * has its own primary type, so that none can be replayed as another.
 */
export const registryTypedDataTypes = {
  Publish: [
    { name: 'agentId', type: 'string' },
    { name: 'cardHash', type: 'bytes32' },
    { name: 'url', type: 'string' },
    { name: 'operator', type: 'address' },
    { name: 'sequence', type: 'uint256' },
    { name: 'expiresAtUnixSeconds', type: 'uint256' },
  ],
  Heartbeat: [
    { name: 'agentId', type: 'string' },
    { name: 'counter', type: 'uint256' },
    { name: 'atUnixSeconds', type: 'uint256' },
  ],
  Remove: [
    { name: 'agentId', type: 'string' },
    { name: 'sequence', type: 'uint256' },
  ],
  Transfer: [
    { name: 'agentId', type: 'string' },
    { name: 'newOwner', type: 'address' },
    { name: 'sequence', type: 'uint256' },
    { name: 'expiresAtUnixSeconds', type: 'uint256' },
  ],
  Name: [
    { name: 'name', type: 'string' },
    { name: 'agentId', type: 'string' },
    { name: 'origin', type: 'string' },
    { name: 'atUnixSeconds', type: 'uint256' },
  ],
} as const

/** Longest card that a registry reads, in bytes of UTF-8. */
export const maxCardBytes = 65_536

/**
 * Schema of an agent's id: its name, a hyphen, and the first 8 hex digits of
 * keccak256 of the UTF-8 text `<owner in lower case>:<name>`. It derives from
 * owner and name, so that a new card keeps the id and its reputation.
 */
export const agentIdSchema = z
  .string()
  .max(100)
  .regex(/^[a-z0-9][a-z0-9-]{0,62}-[0-9a-f]{8}$/)

/** Schema of an agent's name: lower-case words joined by hyphens. */
export const agentNameSchema = z
  .string()
  .max(63)
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/)

// Counters are JSON numbers on the wire; the signed form is uint256.
const counterSchema = z.int().min(0)

/** Schema of {@link PublishMessage}. */
export const publishMessageSchema = z.strictObject({
  agentId: agentIdSchema,
  /** keccak256 of the UTF-8 bytes of the card's text, as it was sent. */
  cardHash: hashSchema,
  /** Where the card is served: the agent's base address. */
  url: text(2048).min(1),
  /** The agent's key: who signs quotes and heartbeats. May be the owner's. */
  operator: addressSchema,
  /** Only grows, per agent: replays and rollbacks are refused. */
  sequence: counterSchema,
  /** When the lease ends, Unix time in seconds. */
  expiresAtUnixSeconds: unixSecondsSchema,
})
/** What an owner signs to publish a card. */
export type PublishMessage = z.output<typeof publishMessageSchema>

/** Schema of {@link HeartbeatMessage}. */
export const heartbeatMessageSchema = z.strictObject({
  agentId: agentIdSchema,
  /** Only grows, per agent: replays are refused. */
  counter: counterSchema,
  atUnixSeconds: unixSecondsSchema,
})
/** What an agent's owner or operator signs to renew a lease. */
export type HeartbeatMessage = z.output<typeof heartbeatMessageSchema>

/** Schema of {@link RemoveMessage}. */
export const removeMessageSchema = z.strictObject({
  agentId: agentIdSchema,
  /** Greater than that of the last publish. */
  sequence: counterSchema,
})
/** What an owner signs to take an agent off the registry. */
export type RemoveMessage = z.output<typeof removeMessageSchema>

/** Schema of {@link TransferMessage}. */
export const transferMessageSchema = z.strictObject({
  agentId: agentIdSchema,
  newOwner: addressSchema,
  /** Greater than that of the last publish. */
  sequence: counterSchema,
  /** Until when it may be handed in, Unix time in seconds. */
  expiresAtUnixSeconds: unixSecondsSchema,
})
/** What the old and the new owner both sign to hand an agent over. */
export type TransferMessage = z.output<typeof transferMessageSchema>

/** Schema of a short name, written `@name`; without the `@`. */
export const shortNameSchema = z
  .string()
  .min(3)
  .max(40)
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])$/)

/** Schema of {@link NameMessage}. */
export const nameMessageSchema = z.strictObject({
  name: shortNameSchema,
  agentId: agentIdSchema,
  /** Where the proof is served: scheme and host, e.g. `https://swap.example`. */
  origin: text(253).min(8),
  atUnixSeconds: unixSecondsSchema,
})
/** What an owner signs to claim a short name for an agent. */
export type NameMessage = z.output<typeof nameMessageSchema>

/** Path below an origin that says which owners may claim names for it. */
export const nameProofPath = '/.well-known/behest.json'

/** Schema of the body of `POST /v1/agents/:id/transfer`. */
export const transferRequestSchema = z.strictObject({
  message: transferMessageSchema,
  /** Of the owner until now. */
  signature: hexSchema,
  /** Of the new owner, over the same message. */
  newOwnerSignature: hexSchema,
})
/** The body of `POST /v1/agents/:id/transfer`. */
export type TransferRequest = z.output<typeof transferRequestSchema>

/** Schema of the body of `POST /v1/names`. */
export const nameRequestSchema = z.strictObject({
  message: nameMessageSchema,
  signature: hexSchema,
})
/** The body of `POST /v1/names`. */
export type NameRequest = z.output<typeof nameRequestSchema>

/** Schema of the body of `POST /v1/agents`. */
export const publishRequestSchema = z.strictObject({
  /** The A2A card, verbatim: JSON as text, hashed and kept as it is. */
  card: z.string().min(2).max(maxCardBytes),
  message: publishMessageSchema,
  signature: hexSchema,
  /**
   * Who owns the agent: named where the owner is a contract (ERC-1271), whose
   * address no signature gives away.
   */
  owner: addressSchema.optional(),
})
/** The body of `POST /v1/agents`. */
export type PublishRequest = z.output<typeof publishRequestSchema>

/** Schema of the body of `POST /v1/agents/:id/heartbeat`. */
export const heartbeatRequestSchema = z.strictObject({
  message: heartbeatMessageSchema,
  signature: hexSchema,
})
/** The body of `POST /v1/agents/:id/heartbeat`. */
export type HeartbeatRequest = z.output<typeof heartbeatRequestSchema>

/** Schema of the body of `DELETE /v1/agents/:id`. */
export const removeRequestSchema = z.strictObject({
  message: removeMessageSchema,
  signature: hexSchema,
})
/** The body of `DELETE /v1/agents/:id`. */
export type RemoveRequest = z.output<typeof removeRequestSchema>

/**
 * Builds the text of a registry message for wallets that sign texts alone
 * (EIP-191, `personal_sign`). It can be read before it is signed, and it names the
 * chain and the kind, so that it stands for nothing else.
 *
 * @param options.type - Which message.
 * @param options.message - As it is sent beside the signature.
 * @param options.chainId - Chain id of the registry's signing domain.
 * @returns Two lines: what it is, and the message as canonical JSON (RFC 8785) with
 *   its hexadecimal values in lower case.
 */
export function toRegistryText(options: {
  readonly type: keyof typeof registryTypedDataTypes
  readonly message: Readonly<Record<string, string | number>>
  readonly chainId: number
}): string {
  const { type, message, chainId } = options
  const plain = Object.fromEntries(
    Object.entries(message).map(([name, value]) => [
      name,
      typeof value === 'string' && /^0x[0-9a-f]*$/i.test(value)
        ? value.toLowerCase()
        : value,
    ]),
  )
  return `Behest registry, chain ${chainId}: ${type}\n${toCanonicalJson(plain)}`
}
