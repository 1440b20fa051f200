import type { StackConfig } from './stackConfig.js'
import { startStack } from './startStack.js'

/** A stack that can be talked to, and the way to leave it. */
export type OpenStack = {
  readonly config: StackConfig
  /** Stops what was started for this; leaves alone what was running already. */
  readonly leave: () => Promise<void>
}

/**
 * Uses the stack that is running, or starts one for this command.
 *
 * @param options.onProgress - Told what comes up.
 * @throws the errors of `startStack`.
 */
export async function openStack(options: {
  readonly config: StackConfig
  readonly onProgress: (message: string) => void
}): Promise<OpenStack> {
  const { config, onProgress } = options
  if (await isReady(config.intentUrl))
    return { config, leave: async () => undefined }
  onProgress('Starting the local stack …')
  const stack = await startStack({ config, onProgress })
  const stopOnSignal = (): void => {
    void stack.stop().then(() => process.exit(1))
  }
  process.once('SIGINT', stopOnSignal)
  process.once('SIGTERM', stopOnSignal)
  return {
    config,
    leave: async () => {
      process.off('SIGINT', stopOnSignal)
      process.off('SIGTERM', stopOnSignal)
      await stack.stop()
    },
  }
}

async function isReady(baseUrl: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/readyz', baseUrl), {
      signal: AbortSignal.timeout(1000),
    })
    return response.ok
  } catch {
    return false
  }
}
