import {
  type HeartbeatMessage,
  type Hex,
  type PublishMessage,
  type RemoveMessage,
  registryDomain,
  registryTypedDataTypes,
} from '@behest/spec'
import { keccak256, recoverTypedDataAddress, stringToBytes } from 'viem'
import { SignatureInvalidError } from '../errors/registryErrors.js'

/** A message that an owner or operator signs, by its EIP-712 type. */
export type RegistryMessage =
  | { readonly type: 'Publish'; readonly message: PublishMessage }
  | { readonly type: 'Heartbeat'; readonly message: HeartbeatMessage }
  | { readonly type: 'Remove'; readonly message: RemoveMessage }

const halfOfOrder = BigInt(
  '0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0',
)

/**
 * Recovers who signed a message.
 *
 * @param options.chainId - Chain id of this registry's domain.
 * @returns The signer's address, in lower case.
 * @throws {SignatureInvalidError} when nobody can have signed it so.
 */
export async function recoverSigner(
  options: RegistryMessage & {
    readonly chainId: number
    readonly signature: Hex
  },
): Promise<Hex> {
  const { signature, chainId, type } = options
  const refuse = (reason: string) =>
    new SignatureInvalidError({ message: type, reason, chainId })
  if (signature.length !== 132)
    throw refuse(`it has ${(signature.length - 2) / 2} bytes, not 65`)
  // Every signature has a twin with a high s: only one of the two is accepted.
  if (BigInt(`0x${signature.slice(66, 130)}`) > halfOfOrder)
    throw refuse('its s value is in the upper half')
  try {
    return (await recover(options)).toLowerCase() as Hex
  } catch (error) {
    if (error instanceof SignatureInvalidError) throw error
    throw refuse('it is not a signature over this message')
  }
}

function recover(
  options: RegistryMessage & {
    readonly chainId: number
    readonly signature: Hex
  },
): Promise<Hex> {
  const domain = { ...registryDomain, chainId: options.chainId }
  const common = { domain, signature: options.signature } as const
  switch (options.type) {
    case 'Publish':
      return recoverTypedDataAddress({
        ...common,
        types: { Publish: registryTypedDataTypes.Publish },
        primaryType: 'Publish',
        message: {
          ...options.message,
          sequence: BigInt(options.message.sequence),
          expiresAtUnixSeconds: BigInt(options.message.expiresAtUnixSeconds),
        },
      })
    case 'Heartbeat':
      return recoverTypedDataAddress({
        ...common,
        types: { Heartbeat: registryTypedDataTypes.Heartbeat },
        primaryType: 'Heartbeat',
        message: {
          ...options.message,
          counter: BigInt(options.message.counter),
          atUnixSeconds: BigInt(options.message.atUnixSeconds),
        },
      })
    case 'Remove':
      return recoverTypedDataAddress({
        ...common,
        types: { Remove: registryTypedDataTypes.Remove },
        primaryType: 'Remove',
        message: {
          ...options.message,
          sequence: BigInt(options.message.sequence),
        },
      })
  }
}

/**
 * Gets the id of an owner's agent of a name.
 *
 * @param owner - Address of the owner, any case.
 * @param name - The agent's name.
 */
export function toAgentId(owner: string, name: string): string {
  const digest = keccak256(stringToBytes(`${owner.toLowerCase()}:${name}`))
  return `${name}-${digest.slice(2, 10)}`
}

/** Gets the name that an agent id starts with. */
export function toAgentName(agentId: string): string {
  return agentId.slice(0, -9)
}
