import type { CardSignaturePort } from '@behest/registry'
import { isCardSignedBy } from '@behest/sdk'
import { addressSchema, capabilityExtensionUri } from '@behest/spec'
import * as z from 'zod'

const cardSchema = z.looseObject({
  capabilities: z.looseObject({
    extensions: z
      .array(z.looseObject({ uri: z.string(), params: z.unknown() }))
      .optional(),
  }),
  signatures: z.array(z.unknown()).optional(),
})
const profileSchema = z.looseObject({
  agent: addressSchema,
})

/**
 * Checks the JWS that a card carries: it must be that of the key which the card
 * names, never one that the card says where to fetch.
 */
export const readCardSignature: CardSignaturePort = async (text) => {
  const card = cardSchema.safeParse(JSON.parse(text))
  if (!card.success || (card.data.signatures ?? []).length === 0)
    return { type: 'unsigned' }
  const profile = profileSchema.safeParse(
    card.data.capabilities.extensions?.find(
      ({ uri }) => uri === capabilityExtensionUri,
    )?.params,
  )
  const agent = profile.success ? profile.data.agent : undefined
  const holds =
    agent !== undefined &&
    (await isCardSignedBy(
      card.data as unknown as Parameters<typeof isCardSignedBy>[0],
      agent,
    ).catch(() => false))
  return holds
    ? { type: 'signed' }
    : {
        type: 'forged',
        reason: `none of its signatures is that of the key ${agent ?? 'that it names'} (JWS with ES256K over the canonical card)`,
      }
}
