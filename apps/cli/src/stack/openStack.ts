import { setTimeout as wait } from 'node:timers/promises'
import { isReady } from './isReady.js'
import type { StackConfig } from './stackConfig.js'
import { readStackRecord } from './stackRecord.js'
import { startStack } from './startStack.js'

const startTimeoutMs = 30_000
const pollMs = 200

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
  const running = { config, leave: async () => undefined }
  if (await isReady(config.intentUrl)) return running
  const isStarting = (): boolean =>
    readStackRecord(config.runFolder)?.intentPort === config.intentPort
  if (isStarting()) {
    // Somebody is starting it, or one of its parts is being started again.
    onProgress('Waiting for the local stack …')
    const until = Date.now() + startTimeoutMs
    while (isStarting() && Date.now() < until) {
      if (await isReady(config.intentUrl)) return running
      await wait(pollMs)
    }
  }
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
