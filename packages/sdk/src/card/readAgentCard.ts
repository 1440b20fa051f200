import {
  type AgentProfile,
  agentProfileSchema,
  BehestError,
  capabilityExtensionUri,
  maxCardBytes,
} from '@behest/spec'
import * as z from 'zod'
import { measureJsonDepth } from '../serve/measureJsonDepth.js'
import { toPrintable } from '../text/toPrintable.js'
import type { AgentCardJson } from './AgentCard.js'
import { isCardSignedBy } from './signAgentCard.js'

// Canonicalising a card walks it recursively.
const maxCardDepth = 32

const cardSchema = z.looseObject({
  name: z.string().min(1).max(100),
  description: z.string().max(4_000),
  version: z.string().max(64),
  supportedInterfaces: z
    .array(
      z.looseObject({
        url: z.string().max(2_048),
        protocolBinding: z.string().max(64),
        protocolVersion: z.string().max(16),
      }),
    )
    .min(1)
    .max(16),
  capabilities: z.looseObject({
    extensions: z
      .array(z.looseObject({ uri: z.string().max(2_048) }))
      .max(32)
      .optional(),
  }),
  signatures: z.array(z.looseObject({})).max(8).optional(),
})

/** What a card says, as far as Behest acts on it. */
export type ReadCard = {
  readonly card: AgentCardJson
  readonly profile: AgentProfile
  /** Where the agent answers A2A 1.0 JSON-RPC: what a candidate's `url` is. */
  readonly url: string
  /** `true` when the agent named by the profile signed the card. */
  readonly isSigned: boolean
}

/**
 * Reads an agent card. The text is somebody else's: strings in it are data.
 *
 * @param text - The card's bytes as text, verbatim.
 * @throws {AgentCardInvalidError} when it is too long, no card, has no JSON-RPC
 *   interface of A2A 1.0, or lacks the capability extension.
 */
export async function readAgentCard(text: string): Promise<ReadCard> {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length > maxCardBytes)
    throw new AgentCardInvalidError({
      reason: `it is longer than ${maxCardBytes} bytes`,
    })
  if (measureJsonDepth(bytes) > maxCardDepth)
    throw new AgentCardInvalidError({
      reason: `it nests deeper than ${maxCardDepth} levels`,
    })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new AgentCardInvalidError({ reason: 'it is no JSON' }, cause)
  }
  const parsed = cardSchema.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new AgentCardInvalidError({
      reason: toPrintable(`${issue?.path.join('.')}: ${issue?.message}`, 300),
    })
  }
  const endpoint = parsed.data.supportedInterfaces.find(
    ({ protocolBinding, protocolVersion }) =>
      protocolBinding === 'JSONRPC' && protocolVersion === '1.0',
  )
  if (endpoint === undefined)
    throw new AgentCardInvalidError({
      reason: 'it names no JSON-RPC interface of A2A 1.0',
    })
  const profile = agentProfileSchema.safeParse(
    parsed.data.capabilities.extensions?.find(
      ({ uri }) => uri === capabilityExtensionUri,
    )?.params,
  )
  if (!profile.success)
    throw new AgentCardInvalidError({
      reason: `it has no valid params for ${capabilityExtensionUri}`,
    })
  const card = json as AgentCardJson
  return {
    card,
    profile: profile.data,
    url: endpoint.url,
    isSigned: await isCardSignedBy(card, profile.data.agent),
  }
}

/** Thrown when a text is no card of an agent that Behest can ask. */
export class AgentCardInvalidError extends BehestError {
  readonly code = 'AGENT_CARD_INVALID'
  readonly retry = 'never'

  constructor(facts: { reason: string }, cause?: unknown) {
    super(
      `The agent card is not valid: ${facts.reason}. Serve an A2A 1.0 card with the capability extension.`,
      { facts, cause },
    )
  }
}
