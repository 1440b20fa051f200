import type { Address, Hex } from '@behest/spec'
import {
  concat,
  encodeAbiParameters,
  getContractAddress,
  isAddress,
  padHex,
} from 'viem'
import {
  identityRegistryCode,
  reputationRegistryCode,
  validationRegistryCode,
} from './anchorCode.js'

/** Stands at the same address on nearly every chain; makes what it is sent. */
const create2Factory: Address = '0x4e59b44847b379578588920cA78FbF26c0B4956C'
const salt = padHex('0x', { size: 32 })

/** One contract, where it comes to stand, and the call that brings it there. */
export type AnchorContract = {
  readonly name: 'identity' | 'reputation' | 'validation'
  readonly address: Address
  readonly call: { readonly to: Address; readonly data: Hex }
}

/**
 * Lists our own contracts of ERC-8004 in the order in which they are made.
 *
 * Their addresses follow from their code alone, so they are the same on every
 * chain, whoever pays for them, and nobody can put other code there.
 */
export function listAnchorContracts(): readonly AnchorContract[] {
  const identity = toContract('identity', identityRegistryCode)
  const argument = encodeAbiParameters(
    [{ type: 'address' }],
    [identity.address],
  )
  return [
    identity,
    toContract('reputation', concat([reputationRegistryCode, argument])),
    toContract('validation', concat([validationRegistryCode, argument])),
  ]
}

function toContract(name: AnchorContract['name'], code: Hex): AnchorContract {
  return {
    name,
    address: getContractAddress({
      opcode: 'CREATE2',
      from: create2Factory,
      salt,
      bytecode: code,
    }),
    call: { to: create2Factory, data: concat([salt, code]) },
  }
}

/** Which registries of ERC-8004 are spoken of. */
export type AnchorPlaces = {
  readonly identityRegistry: Address
  /** Without one, nothing is said of trust. */
  readonly reputationRegistry: Address | undefined
}

/**
 * Parses what BEHEST_ANCHOR says: `own` for our own contracts, else the address
 * of an identity registry and, after a comma, of a reputation registry.
 *
 * @returns `undefined` where it says nothing: agents are then not anchored.
 */
export function parseAnchorPlaces(
  text: string,
): AnchorPlaces | 'malformed' | undefined {
  const words = text.trim()
  if (words === '' || words === 'none') return undefined
  if (words === 'own') {
    const [identity, reputation] = listAnchorContracts()
    return identity === undefined
      ? undefined
      : {
          identityRegistry: identity.address,
          reputationRegistry: reputation?.address,
        }
  }
  const [identityRegistry, reputationRegistry, ...more] = words
    .split(',')
    .map((part) => part.trim())
  if (
    more.length > 0 ||
    identityRegistry === undefined ||
    !isAddress(identityRegistry) ||
    (reputationRegistry !== undefined && !isAddress(reputationRegistry))
  )
    return 'malformed'
  return { identityRegistry, reputationRegistry }
}
