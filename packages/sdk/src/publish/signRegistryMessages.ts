import {
  type HeartbeatMessage,
  type HeartbeatRequest,
  type Hex,
  type NameMessage,
  type NameRequest,
  type PublishMessage,
  type PublishRequest,
  type RemoveMessage,
  type RemoveRequest,
  registryDomain,
  registryTypedDataTypes,
  type TransferMessage,
  type TransferRequest,
} from '@behest/spec'
import type { AgentSigner } from '../sign/AgentSigner.js'

type Signing<Message> = {
  readonly message: Message
  readonly signer: Pick<AgentSigner, 'signTypedData'>
  /** Chain id of the registry's domain. */
  readonly chainId: number
}

/** Signs the body of `POST /v1/agents`. */
export async function signPublish(
  options: Signing<PublishMessage> & { readonly card: string },
): Promise<PublishRequest> {
  const { card, message, signer, chainId } = options
  const signature = await signer.signTypedData({
    domain: { ...registryDomain, chainId },
    types: { Publish: registryTypedDataTypes.Publish },
    primaryType: 'Publish',
    message: {
      ...message,
      sequence: BigInt(message.sequence),
      expiresAtUnixSeconds: BigInt(message.expiresAtUnixSeconds),
    },
  })
  return { card, message, signature }
}

/** Signs the body of `POST /v1/agents/:id/heartbeat`. */
export async function signHeartbeat(
  options: Signing<HeartbeatMessage>,
): Promise<HeartbeatRequest> {
  const { message, signer, chainId } = options
  const signature = await signer.signTypedData({
    domain: { ...registryDomain, chainId },
    types: { Heartbeat: registryTypedDataTypes.Heartbeat },
    primaryType: 'Heartbeat',
    message: {
      ...message,
      counter: BigInt(message.counter),
      atUnixSeconds: BigInt(message.atUnixSeconds),
    },
  })
  return { message, signature }
}

/** Signs the body of `DELETE /v1/agents/:id`. */
export async function signRemove(
  options: Signing<RemoveMessage>,
): Promise<RemoveRequest> {
  const { message, signer, chainId } = options
  const signature = await signer.signTypedData({
    domain: { ...registryDomain, chainId },
    types: { Remove: registryTypedDataTypes.Remove },
    primaryType: 'Remove',
    message: { ...message, sequence: BigInt(message.sequence) },
  })
  return { message, signature }
}

/**
 * Signs the body of `POST /v1/agents/:id/transfer`: the owner until now and the
 * new one sign the same message.
 *
 * @param options.signer - The owner until now.
 * @param options.newOwner - Who gets the agent.
 */
export async function signTransfer(
  options: Signing<TransferMessage> & {
    readonly newOwner: Pick<AgentSigner, 'signTypedData'>
  },
): Promise<TransferRequest> {
  const { message, signer, newOwner, chainId } = options
  const sign = (by: Pick<AgentSigner, 'signTypedData'>): Promise<Hex> =>
    by.signTypedData({
      domain: { ...registryDomain, chainId },
      types: { Transfer: registryTypedDataTypes.Transfer },
      primaryType: 'Transfer',
      message: {
        ...message,
        sequence: BigInt(message.sequence),
        expiresAtUnixSeconds: BigInt(message.expiresAtUnixSeconds),
      },
    })
  return {
    message,
    signature: await sign(signer),
    newOwnerSignature: await sign(newOwner),
  }
}

/** Signs the body of `POST /v1/names`. */
export async function signName(
  options: Signing<NameMessage>,
): Promise<NameRequest> {
  const { message, signer, chainId } = options
  const signature = await signer.signTypedData({
    domain: { ...registryDomain, chainId },
    types: { Name: registryTypedDataTypes.Name },
    primaryType: 'Name',
    message: { ...message, atUnixSeconds: BigInt(message.atUnixSeconds) },
  })
  return { message, signature }
}
