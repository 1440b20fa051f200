import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { BehestError } from '@behest/spec'
import { readAddresses } from './addresses.js'

/** Thrown when a chain's state file cannot be read back. */
export class DevnetStateDamagedError extends BehestError {
  readonly code = 'DEVNET_STATE_DAMAGED'
  readonly retry = 'never'

  constructor(facts: { readonly file: string }) {
    super(
      `The local chain's state file "${facts.file}" is damaged. Remove it to start again from the committed snapshot; what happened on this chain is lost then.`,
      { facts },
    )
  }
}

const snapshotFile = new URL('../snapshot/state.json.gz', import.meta.url)

/** A restarted chain answers for old transactions; empty blocks say nothing. */
const emptyBlocksKept = 64

type SavedState = {
  readonly best_block_number: number | string
  readonly blocks: readonly {
    readonly header: { readonly number: number | string }
    readonly transactions: readonly unknown[]
  }[]
}

/** Reads the committed snapshot as the plain text that anvil loads. */
export async function readSnapshotState(): Promise<Buffer> {
  return promisify(gunzip)(await readFile(snapshotFile))
}

/** Where anvil leaves the state when it ends in order. */
export function getExitFile(stateFile: string): string {
  return `${stateFile}.exit`
}

/**
 * Gives the newest state that was saved, or the committed snapshot.
 *
 * Two files may hold it: the one that we write while the chain runs, and the one
 * that anvil writes when it ends in order. A crash may leave either behind, and
 * the second one half-written; the newest that can be read wins and becomes the
 * first one.
 *
 * @throws {DevnetStateDamagedError} when there is a file, and none is readable.
 */
export async function readSavedState(stateFile: string): Promise<Buffer> {
  await mkdir(dirname(stateFile), { recursive: true })
  const found = await Promise.all(
    [stateFile, getExitFile(stateFile)].filter(existsSync).map(readCandidate),
  )
  if (found.length === 0) return readSnapshotState()
  const [newest] = found
    .filter((one) => one !== null)
    .sort((one, other) => other.modifiedMs - one.modifiedMs)
  if (newest === undefined)
    throw new DevnetStateDamagedError({ file: stateFile })
  const text = Buffer.from(JSON.stringify(dropEmptyBlocks(newest.state)))
  await replaceFile(stateFile, text)
  await rm(getExitFile(stateFile), { force: true })
  return text
}

/** Writes a file so that a crash leaves the old content or the new one. */
export async function replaceFile(
  file: string,
  content: Uint8Array,
): Promise<void> {
  const partial = `${file}.partial`
  await writeFile(partial, content)
  await rename(partial, file)
}

/**
 * A chain that mines every second has 86,000 empty blocks after a day, and each
 * save would write all of them.
 */
export function dropEmptyBlocks<State extends SavedState>(state: State): State {
  const best = BigInt(state.best_block_number)
  // Empty, and yet the one block that tells this chain from every other run.
  const first = BigInt(readAddresses().snapshot.blockNumber) + 1n
  const blocks = state.blocks.filter((block) => {
    const height = BigInt(block.header.number)
    return (
      height === 0n ||
      height === first ||
      height > best - BigInt(emptyBlocksKept) ||
      block.transactions.length > 0
    )
  })
  return { ...state, blocks }
}

async function readCandidate(
  file: string,
): Promise<{ readonly state: SavedState; readonly modifiedMs: number } | null> {
  const { mtimeMs } = await stat(file)
  const bytes = await readFile(file)
  try {
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b
    const text = packed ? await promisify(gunzip)(bytes) : bytes
    return { state: JSON.parse(text.toString()), modifiedMs: mtimeMs }
  } catch (error) {
    // Cut off in the middle of a write: the other file has the state.
    if (error instanceof SyntaxError || isZlibError(error)) return null
    throw error
  }
}

function isZlibError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    String(error.code).startsWith('Z_')
  )
}
