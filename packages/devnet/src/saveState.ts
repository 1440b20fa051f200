import type { Hex } from 'viem'
import { requestRpc } from './requestRpc.js'
import { replaceFile } from './stateFile.js'

/** How soon a new transaction is noticed. */
const pollMs = 100

/** Blocks without transactions only carry time; losing them costs nothing. */
const idleSaveMs = 30_000

/** A save of a long chain takes longer; it may use a tenth of the time. */
const restPerSaveMs = 10

/** A running saver of a chain's state. */
export type StateSaver = {
  /** Ends saving; a save that runs is finished first. */
  readonly stop: () => Promise<void>
}

/**
 * Saves a chain's state soon after each transaction.
 *
 * Anvil's own interval writes the whole state every few seconds whether or not
 * anything happened, and in place: a kill in the middle leaves half a file.
 *
 * @param options.url - Where the chain listens.
 * @param options.stateFile - The file to replace.
 * @param options.fromBlock - The last block that the file already has.
 */
export function createStateSaver(options: {
  readonly url: string
  readonly stateFile: string
  readonly fromBlock: bigint
}): StateSaver {
  const { url, stateFile } = options
  let savedBlock = options.fromBlock
  let seenBlock = options.fromBlock
  let savedAtMs = Date.now()
  let restUntilMs = 0
  let hasTransactions = false
  let stopped = false
  let wake: () => void = () => undefined

  const look = async () => {
    const latest = BigInt(await requestRpc<Hex>(url, 'eth_blockNumber'))
    // A revert or a reorganisation goes back: what was saved is no longer true.
    if (latest < seenBlock) hasTransactions = true
    for (let block = seenBlock + 1n; block <= latest; block += 1n) {
      if (hasTransactions) break
      const count = await requestRpc<Hex | null>(
        url,
        'eth_getBlockTransactionCountByNumber',
        [`0x${block.toString(16)}`],
      )
      hasTransactions = count !== null && BigInt(count) > 0n
    }
    seenBlock = latest
  }

  const save = async () => {
    const startedMs = Date.now()
    hasTransactions = false
    savedBlock = seenBlock
    const dump = await requestRpc<Hex>(url, 'anvil_dumpState')
    await replaceFile(stateFile, Buffer.from(dump.slice(2), 'hex'))
    savedAtMs = Date.now()
    restUntilMs = savedAtMs + (savedAtMs - startedMs) * restPerSaveMs
  }

  const run = async () => {
    while (!stopped) {
      try {
        await look()
        const idle =
          seenBlock !== savedBlock && Date.now() - savedAtMs >= idleSaveMs
        if ((hasTransactions || idle) && Date.now() >= restUntilMs) await save()
      } catch (error) {
        // The chain has ended, and its owner learns that from the process; a
        // failed write (a full disk) is tried again, and then told.
        if (stopped) return
        hasTransactions = true
        process.emitWarning(
          error instanceof Error ? error : new Error(String(error)),
        )
        restUntilMs = Date.now() + 1_000
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  const running = run()
  return {
    stop: async () => {
      stopped = true
      wake()
      await running
    },
  }
}
