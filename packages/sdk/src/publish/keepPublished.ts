import { keccak256, stringToHex } from 'viem'
import { callRegistry, RegistryRefusedError } from './callRegistry.js'
import {
  defaultLeaseSeconds,
  type PublishOptions,
  publishAgent,
  unpublishAgent,
} from './publishAgent.js'
import { signHeartbeat } from './signRegistryMessages.js'
import { toAgentId } from './toAgentId.js'

/** An agent that stays listed for as long as this process lives. */
export type KeptPublication = {
  readonly agentId: string
  /** Resolves when the registry has accepted the agent for the first time. */
  readonly published: Promise<void>
  /** Stops renewing; the lease runs out by itself. */
  stop(): void
  /** Stops renewing and takes the agent off the registry. */
  remove(): Promise<void>
}

const firstRetryMs = 1_000

/**
 * Publishes an agent and renews its lease with signed heartbeats, at a third of
 * the lease. While the registry is away it tries again, each time after twice
 * as long, and publishes anew when the registry has forgotten the agent.
 *
 * @param options - As for `publishAgent`, and `onError`, told about each
 *   attempt that failed.
 * @returns A handle that stops it.
 */
export function keepPublished(
  options: PublishOptions & { readonly onError?: (error: unknown) => void },
): KeptPublication {
  const { agent, signer, chainId, registryUrl } = options
  const owner = options.owner ?? signer
  const agentId = toAgentId({ name: agent.name, owner: owner.address })
  const intervalMs = ((options.leaseSeconds ?? defaultLeaseSeconds) * 1_000) / 3
  const nowMs = options.nowMs ?? Date.now
  let timer: ReturnType<typeof setTimeout> | undefined
  let isStopped = false
  let isListed = false
  let failures = 0
  let lastCounter = 0
  let markPublished = () => {}
  const published = new Promise<void>((resolve) => {
    markPublished = resolve
  })

  async function beat(): Promise<void> {
    lastCounter = Math.max(lastCounter + 1, nowMs())
    await callRegistry({
      registryUrl,
      path: `/v1/agents/${agentId}/heartbeat`,
      method: 'POST',
      body: await signHeartbeat({
        message: {
          agentId,
          counter: lastCounter,
          atUnixSeconds: Math.floor(nowMs() / 1_000),
        },
        signer,
        chainId,
      }),
      fetch: options.fetch ?? fetch,
    })
  }

  async function turn(): Promise<void> {
    try {
      if (isListed) await beat()
      else await publishAgent(options)
      isListed = true
      failures = 0
      markPublished()
    } catch (error) {
      failures += 1
      // Refused: the lease ran out, or the card is not the one it knows.
      if (error instanceof RegistryRefusedError && error.facts.status !== '429')
        isListed = false
      options.onError?.(error)
    }
    if (isStopped) return
    const waitMs =
      failures === 0
        ? intervalMs * spread(agentId, lastCounter)
        : Math.min(firstRetryMs * 2 ** (failures - 1), intervalMs)
    timer = setTimeout(() => {
      running = turn()
    }, waitMs)
  }

  let running = turn()
  const stop = () => {
    isStopped = true
    clearTimeout(timer)
  }
  return {
    agentId,
    published,
    stop,
    async remove() {
      stop()
      await running
      clearTimeout(timer)
      await unpublishAgent(options)
    },
  }
}

/** 0.9 to 1.1, other for each agent and beat: a thousand do not beat as one. */
function spread(agentId: string, counter: number): number {
  const hash = keccak256(stringToHex(`${agentId}:${counter}`))
  return 0.9 + Number.parseInt(hash.slice(2, 6), 16) / 327_675
}
