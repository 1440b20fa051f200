import {
  compareAnchor,
  createAnchorReader,
  parseAnchorPlaces,
} from '@behest/evm'
import type { AnchorPort } from '@behest/registry'
import type { Address, Hex } from '@behest/spec'
import { ConfigInvalidError } from '../readConfig.js'

/**
 * Creates what asks the chain where agents stand on it (ERC-8004).
 *
 * @param options.chainId - Chain of the signing domain: anchors stand there too.
 * @param options.places - As BEHEST_ANCHOR names them.
 * @throws {ConfigInvalidError} when that names none.
 */
export function createAnchor(options: {
  readonly rpcUrl: string
  readonly chainId: () => number | undefined
  readonly places: string
}): AnchorPort {
  const { rpcUrl } = options
  const places = parseAnchorPlaces(options.places)
  if (places === undefined || places === 'malformed')
    throw new ConfigInvalidError({
      variable: 'BEHEST_ANCHOR',
      value: options.places,
      expected:
        'own, or the address of an identity registry, a comma, and that of a reputation registry',
    })
  const reader = createAnchorReader({ rpcUrl, ...places })
  return {
    getPlace: () => {
      const chainId = options.chainId()
      if (chainId === undefined) return undefined
      const { identityRegistry, reputationRegistry = null } = places
      return { chainId, identityRegistry, reputationRegistry }
    },
    check: async ({ tokenId, agentId, owner, cardHash, agentUrl }) =>
      compareAnchor({
        tokenId,
        anchor: await reader.readAnchor(tokenId),
        agentId,
        owner: owner as Address | null,
        cardHash: cardHash as Hex,
        agentUrl,
      }),
    readTrust: async (tokenId) =>
      (await reader.readTrust(tokenId)).map(
        ({ client, trustTenThousandths, formulaVersion }) => ({
          client,
          trust: Number(trustTenThousandths) / 10_000,
          formulaVersion,
        }),
      ),
  }
}
