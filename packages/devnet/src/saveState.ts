import type { Hex } from 'viem'
import { requestRpc } from './requestRpc.js'
import { replaceFile } from './stateFile.js'

/** How soon a new transaction is noticed. */
const pollMs = 50

/** Blocks without transactions only carry time; losing them costs nothing. */
const idleSaveMs = 30_000

/** The longer a chain, the longer a save: it may use a fifth of the time. */
const restPerSaveMs = 4

/** Beyond this a save is cheaper than to ask for each block. */
const blocksLookedAt = 64n

/** A save that failed is tried again after this. */
const afterFailureMs = 1_000

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
    if (latest < seenBlock || latest - seenBlock > blocksLookedAt)
      hasTransactions = true
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

  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      if (stopped) return resolve()
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const run = async () => {
    while (!stopped) {
      try {
        await look()
        const idle =
          seenBlock !== savedBlock && Date.now() - savedAtMs >= idleSaveMs
        if ((hasTransactions || idle) && Date.now() >= restUntilMs) await save()
        await rest(pollMs)
      } catch (error) {
        // A chain that has just ended refuses requests before its end is known.
        await rest(afterFailureMs)
        if (stopped) return
        // Otherwise (a full disk) it is tried again, and told.
        hasTransactions = true
        process.emitWarning(
          error instanceof Error ? error : new Error(String(error)),
        )
      }
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
