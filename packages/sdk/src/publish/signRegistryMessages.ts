import {
  type HeartbeatMessage,
  type HeartbeatRequest,
  type PublishMessage,
  type PublishRequest,
  type RemoveMessage,
  type RemoveRequest,
  registryDomain,
  registryTypedDataTypes,
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
