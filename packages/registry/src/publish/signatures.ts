import {
  type HeartbeatMessage,
  type Hex,
  isSameAddress,
  type NameMessage,
  type PublishMessage,
  type RemoveMessage,
  registryDomain,
  registryTypedDataTypes,
  type TransferMessage,
  toRegistryText,
} from '@behest/spec'
import {
  hashMessage as hashPersonalMessage,
  hashTypedData,
  keccak256,
  recoverAddress,
  stringToBytes,
} from 'viem'
import { SignatureInvalidError } from '../errors/registryErrors.js'

/** A message that an owner or operator signs, by its EIP-712 type. */
export type RegistryMessage =
  | { readonly type: 'Publish'; readonly message: PublishMessage }
  | { readonly type: 'Heartbeat'; readonly message: HeartbeatMessage }
  | { readonly type: 'Remove'; readonly message: RemoveMessage }
  | { readonly type: 'Transfer'; readonly message: TransferMessage }
  | { readonly type: 'Name'; readonly message: NameMessage }

/** Asks a contract account whether it stands behind a signature (ERC-1271). */
export type ContractSignaturePort = (options: {
  readonly account: Hex
  readonly hash: Hex
  readonly signature: Hex
}) => Promise<boolean>

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
  return recoverOver({ ...options, hash: hashMessage(options) })
}

async function recoverOver(options: {
  readonly type: RegistryMessage['type']
  readonly chainId: number
  readonly signature: Hex
  readonly hash: Hex
}): Promise<Hex> {
  const { signature, chainId, type, hash } = options
  const refuse = (reason: string) =>
    new SignatureInvalidError({ message: type, reason, chainId })
  if (signature.length !== 132)
    throw refuse(`it has ${(signature.length - 2) / 2} bytes, not 65`)
  // Every signature has a twin with a high s: only one of the two is accepted.
  if (BigInt(`0x${signature.slice(66, 130)}`) > halfOfOrder)
    throw refuse('its s value is in the upper half')
  try {
    return (await recoverAddress({ hash, signature })).toLowerCase() as Hex
  } catch {
    throw refuse('it is not a signature over this message')
  }
}

/**
 * Asserts that one of those who may sign a message did: with its key, as typed
 * data (EIP-712) or as a text that a wallet shows (EIP-191), or, where it is a
 * contract, by that contract's word about the typed data.
 *
 * @param options.signers - Who may sign, any case.
 * @param options.isSignedByContract - Without one only keys sign.
 * @returns Who did, in lower case.
 * @throws {SignatureInvalidError} when none of them did.
 */
export async function assertSignedBy(
  options: RegistryMessage & {
    readonly chainId: number
    readonly signature: Hex
    readonly signers: readonly string[]
    readonly isSignedByContract: ContractSignaturePort | undefined
  },
): Promise<Hex> {
  const { signers, isSignedByContract, signature } = options
  let refusal: unknown
  try {
    const signer = await recoverSigner(options)
    if (signers.some((one) => isSameAddress(one, signer))) return signer
    refusal = new SignatureInvalidError({
      message: options.type,
      reason: `it comes from ${signer}, and ${signers.join(' or ')} must sign`,
      chainId: options.chainId,
    })
  } catch (error) {
    refusal = error
  }
  const spoken = await recoverOver({
    ...options,
    hash: hashPersonalMessage(toRegistryText(options)),
  }).catch(() => undefined)
  if (spoken !== undefined && signers.some((one) => isSameAddress(one, spoken)))
    return spoken
  const hash = hashMessage(options)
  for (const account of new Set(signers.map((one) => one.toLowerCase())))
    if (
      await isSignedByContract?.({ account: account as Hex, hash, signature })
    )
      return account as Hex
  throw refusal
}

function hashMessage(options: RegistryMessage & { chainId: number }): Hex {
  const domain = { ...registryDomain, chainId: options.chainId }
  switch (options.type) {
    case 'Publish':
      return hashTypedData({
        domain,
        types: { Publish: registryTypedDataTypes.Publish },
        primaryType: 'Publish',
        message: {
          ...options.message,
          sequence: BigInt(options.message.sequence),
          expiresAtUnixSeconds: BigInt(options.message.expiresAtUnixSeconds),
        },
      })
    case 'Heartbeat':
      return hashTypedData({
        domain,
        types: { Heartbeat: registryTypedDataTypes.Heartbeat },
        primaryType: 'Heartbeat',
        message: {
          ...options.message,
          counter: BigInt(options.message.counter),
          atUnixSeconds: BigInt(options.message.atUnixSeconds),
        },
      })
    case 'Remove':
      return hashTypedData({
        domain,
        types: { Remove: registryTypedDataTypes.Remove },
        primaryType: 'Remove',
        message: {
          ...options.message,
          sequence: BigInt(options.message.sequence),
        },
      })
    case 'Transfer':
      return hashTypedData({
        domain,
        types: { Transfer: registryTypedDataTypes.Transfer },
        primaryType: 'Transfer',
        message: {
          ...options.message,
          sequence: BigInt(options.message.sequence),
          expiresAtUnixSeconds: BigInt(options.message.expiresAtUnixSeconds),
        },
      })
    case 'Name':
      return hashTypedData({
        domain,
        types: { Name: registryTypedDataTypes.Name },
        primaryType: 'Name',
        message: {
          ...options.message,
          atUnixSeconds: BigInt(options.message.atUnixSeconds),
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
