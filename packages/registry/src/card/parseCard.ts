import {
  type AgentProfile,
  agentProfileSchema,
  capabilityExtensionUri,
  maxCardBytes,
} from '@behest/spec'
import * as z from 'zod'
import {
  CardMalformedError,
  CardTooLargeError,
} from '../errors/registryErrors.js'
import { displayText } from './displayText.js'
import { assertPlainJson } from './scanJson.js'

const maxDepth = 16

const url = z.string().min(1).max(2048)

// Unknown fields have no effect: they stay in the publisher's bytes and are not
// read. Both the 1.0 form of a card and the 0.3 form are understood.
const cardSchema = z.object({
  name: displayText(100).min(1),
  description: displayText(4000),
  version: displayText(32).min(1),
  url: url.optional(),
  preferredTransport: z.string().max(32).optional(),
  supportedInterfaces: z
    .array(
      z.object({
        url,
        protocolBinding: z.string().max(200),
        protocolVersion: z.string().max(32).optional(),
        tenant: z.string().max(200).optional(),
      }),
    )
    .max(20)
    .optional(),
  provider: z
    .object({
      organization: displayText(200).optional(),
      url: url.optional(),
    })
    .optional(),
  capabilities: z.object({
    extensions: z
      .array(z.object({ uri: z.string().max(2048), params: z.unknown() }))
      .max(50)
      .optional(),
  }),
  skills: z
    .array(
      z.object({
        id: displayText(200),
        name: displayText(200),
        description: displayText(2000).optional(),
        tags: z.array(displayText(100)).max(50).optional(),
        examples: z.array(displayText(1000)).max(50).optional(),
      }),
    )
    .max(100)
    .optional(),
})

/** What the registry reads of a card. The text itself is kept as it came. */
export type ParsedCard = {
  readonly name: string
  readonly description: string
  readonly version: string
  /** Where agents are spoken to over JSON-RPC. */
  readonly endpoint: string
  /** A way to reach who made it. */
  readonly contact: string | undefined
  readonly profile: AgentProfile
  readonly skills: readonly {
    readonly name: string
    readonly description: string
    readonly tags: readonly string[]
    readonly examples: readonly string[]
  }[]
}

/**
 * Reads an agent card. Everything in it is hostile until it was checked here.
 *
 * @param card - The card's JSON, as the publisher sent it.
 * @returns What the registry uses of it.
 * @throws {CardTooLargeError} when it has more than 65,536 bytes.
 * @throws {CardMalformedError} when it is no card, repeats keys, is nested
 *   deeper than 16, or declares no capabilities.
 */
export function parseCard(card: string): ParsedCard {
  const bytes = new TextEncoder().encode(card).byteLength
  if (bytes > maxCardBytes)
    throw new CardTooLargeError({ bytes, maxBytes: maxCardBytes })
  const parsed = cardSchema.safeParse(parseJson(card))
  if (!parsed.success) throw toMalformed(parsed.error)
  const { data } = parsed
  const extension = data.capabilities.extensions?.find(
    ({ uri }) => uri === capabilityExtensionUri,
  )
  if (extension === undefined)
    throw new CardMalformedError({
      reason: `it lacks the extension ${capabilityExtensionUri}`,
      path: 'capabilities.extensions',
    })
  const profile = agentProfileSchema.safeParse(extension.params)
  if (!profile.success)
    throw toMalformed(profile.error, 'capabilities.extensions.params')
  const endpoint =
    data.supportedInterfaces?.find(
      ({ protocolBinding }) => protocolBinding.toUpperCase() === 'JSONRPC',
    )?.url ??
    ((data.preferredTransport ?? 'JSONRPC') === 'JSONRPC'
      ? data.url
      : undefined)
  if (endpoint === undefined)
    throw new CardMalformedError({
      reason: 'no interface speaks JSONRPC',
      path: 'supportedInterfaces',
    })
  return {
    name: data.name,
    description: data.description,
    version: data.version,
    endpoint,
    contact: data.provider?.url ?? data.provider?.organization,
    profile: profile.data,
    skills: (data.skills ?? []).map((skill) => ({
      name: skill.name,
      description: skill.description ?? '',
      tags: skill.tags ?? [],
      examples: skill.examples ?? [],
    })),
  }
}

function parseJson(card: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(card)
  } catch {
    throw new CardMalformedError({ reason: 'it is not JSON' })
  }
  assertPlainJson(card, maxDepth)
  return value
}

function toMalformed(error: z.ZodError, prefix?: string): CardMalformedError {
  const issue = error.issues[0]
  const path = [prefix, ...(issue?.path ?? [])]
    .filter((part) => part !== undefined)
    .join('.')
  return new CardMalformedError({
    reason: issue?.message ?? 'it does not fit the schema',
    ...(path === '' ? {} : { path }),
  })
}
