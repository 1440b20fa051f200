import type { Address } from '@behest/spec'
import * as z from 'zod'

const registrationType =
  'https://eips.ethereum.org/EIPS/eip-8004#registration-v1'
const uriHead = 'data:application/json;base64,'
/** Longer ones are paid for by nobody who means it. */
const maxUriLetters = 24_000

const registrationSchema = z.looseObject({
  type: z.literal(registrationType),
  name: z.string().max(200),
  services: z
    .array(
      z.looseObject({
        name: z.string().max(100),
        endpoint: z.string().max(2048),
      }),
    )
    .max(50),
})

/** What a registration file of ERC-8004 says that anybody here looks at. */
export type AgentRegistration = z.output<typeof registrationSchema>

/**
 * Builds the URI of an agent's registration file, with the file in it: what the
 * chain says then hangs on no server.
 *
 * @param options.cardUrl - Where the agent's card is served.
 * @param options.registration - Where the agent stands on chain; absent before
 *   it was given a number.
 */
export function buildAgentUri(options: {
  readonly name: string
  readonly description: string
  readonly cardUrl: string
  readonly cardVersion: string
  readonly registration?: {
    readonly chainId: number
    readonly identityRegistry: Address
    readonly tokenId: bigint
  }
}): string {
  const { name, description, cardUrl, cardVersion, registration } = options
  const file = {
    type: registrationType,
    name,
    // Each letter is paid for; the whole stands in the card.
    description: description.slice(0, 280),
    services: [{ name: 'A2A', endpoint: cardUrl, version: cardVersion }],
    active: true,
    registrations:
      registration === undefined
        ? []
        : [
            {
              agentId: Number(registration.tokenId),
              agentRegistry: `eip155:${registration.chainId}:${registration.identityRegistry}`,
            },
          ],
    supportedTrust: ['reputation'],
  }
  return `${uriHead}${Buffer.from(JSON.stringify(file)).toString('base64')}`
}

/**
 * Reads the registration file out of a URI that holds it.
 *
 * @returns `undefined` where it is kept elsewhere, or is none.
 */
export function parseAgentUri(uri: string): AgentRegistration | undefined {
  if (!uri.startsWith(uriHead) || uri.length > maxUriLetters) return undefined
  try {
    const text = Buffer.from(uri.slice(uriHead.length), 'base64').toString()
    return registrationSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined // no JSON: a stranger wrote it
  }
}
