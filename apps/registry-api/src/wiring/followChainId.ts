import { createPublicClient, http } from 'viem'

/**
 * Asks the chain who it is, again and again until it says so: a registry may
 * start before its chain. Once known it does not change.
 *
 * @param options.rpcUrl - The chain's JSON-RPC address.
 * @param options.chainId - Known already: the chain is not asked.
 */
export function followChainId(options: {
  readonly rpcUrl: string
  readonly chainId: number | undefined
}): { readonly get: () => number | undefined; readonly stop: () => void } {
  let chainId = options.chainId
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  const client = createPublicClient({
    transport: http(options.rpcUrl, { retryCount: 0, timeout: 3_000 }),
  })
  async function ask(): Promise<void> {
    try {
      chainId = await client.getChainId()
    } catch {
      // Not there yet: /readyz says so, and who publishes is told to wait.
      if (stopped) return
      timer = setTimeout(() => void ask(), 250)
      timer.unref()
    }
  }
  if (chainId === undefined) void ask()
  return {
    get: () => chainId,
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
