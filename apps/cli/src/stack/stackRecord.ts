import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const port = z.int().min(1).max(65_535)
const stackRecordSchema = z.object({
  processId: z.int().positive(),
  host: z.string().min(1),
  intentPort: port,
  registryPort: port,
  /** Absent where another chain was given by `BEHEST_RPC_URL`. */
  chainPort: port.optional(),
  rpcUrl: z.url(),
})

/** What a stack that runs leaves in its data folder, so that commands find it. */
export type StackRecord = z.output<typeof stackRecordSchema>

const toPath = (runFolder: string): string => join(runFolder, 'stack.json')

/**
 * Reads where the stack of a data folder runs.
 *
 * @returns Nothing where none was started, or where whoever started it is gone.
 */
export function readStackRecord(runFolder: string): StackRecord | undefined {
  let text: string
  try {
    text = readFileSync(toPath(runFolder), 'utf8')
  } catch {
    return undefined // none was started here
  }
  const record = stackRecordSchema.safeParse(parseJson(text)).data
  return record !== undefined && isAlive(record.processId) ? record : undefined
}

/** Writes it whole: a command that reads at this moment sees all of it or nothing. */
export function writeStackRecord(runFolder: string, record: StackRecord): void {
  const fresh = `${toPath(runFolder)}.${process.pid}.new`
  writeFileSync(fresh, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  renameSync(fresh, toPath(runFolder))
}

/** Removes it, unless another stack has written its own since. */
export function removeStackRecord(runFolder: string): void {
  if (readStackRecord(runFolder)?.processId === process.pid)
    rmSync(toPath(runFolder), { force: true })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // cut off by a full disk; as good as none
  }
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
