import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BehestError, problemSchema } from '@behest/spec'
import * as z from 'zod'
import type { StackConfig } from '../stack/stackConfig.js'

/** What became of one batch. */
export type BatchResult = {
  /** Agents that were written; those that were there already are not. */
  readonly imported: number
  /** Lines of the batch, from 1, that are no manifest. */
  readonly refused: readonly {
    readonly line: number
    readonly reason: string
  }[]
  readonly refusedCount: number
}

/** Where manifests are loaded into. */
export type ImportTarget = {
  /** `running`: the registry that answers; `alone`: its database, without it. */
  readonly type: 'running' | 'alone'
  readonly load: (lines: readonly string[]) => Promise<BatchResult>
  /** Agents that can be found by words, and not yet by meaning. */
  readonly countWaitingForVectors: () => Promise<number>
  readonly close: () => Promise<void>
}

/**
 * Opens the registry for a bulk load: the one that runs, so that its agents are
 * found at once, or else its database.
 *
 * @param options.onError - Told of failures in the background.
 * @throws {OperatorTokenMissingError} when a registry runs and is not ours.
 */
export async function openImportTarget(options: {
  readonly config: StackConfig
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly onError: (error: unknown) => void
}): Promise<ImportTarget> {
  const { config, environment } = options
  if (!(await isRunning(config.registryUrl))) return openDatabaseTarget(options)
  const token = environment.BEHEST_OPERATOR_TOKEN || readToken(config.runFolder)
  if (token === undefined)
    throw new OperatorTokenMissingError({
      url: config.registryUrl,
      folder: config.runFolder,
    })
  return createRunningTarget({ url: config.registryUrl, token })
}

async function isRunning(registryUrl: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/readyz', registryUrl), {
      signal: AbortSignal.timeout(5_000),
    })
    return response.ok
  } catch {
    return false // nobody there: the database is loaded without it
  }
}

function readToken(runFolder: string): string | undefined {
  try {
    const path = join(runFolder, 'registry-operator.token')
    return readFileSync(path, 'utf8').trim() || undefined
  } catch {
    return undefined // the caller says what to do about it
  }
}

const importAnswerSchema = z.object({
  imported: z.int(),
  refused: z.array(z.object({ line: z.int(), reason: z.string() })),
  refusedCount: z.int(),
  waitingForVectors: z.int(),
})

const batchTimeoutMs = 120_000

function createRunningTarget(options: {
  readonly url: string
  readonly token: string
}): ImportTarget {
  const { url, token } = options
  async function post(body: string) {
    let status: number
    let text: string
    try {
      const response = await fetch(new URL('/v1/operator/import', url), {
        method: 'POST',
        headers: {
          'content-type': 'application/x-ndjson',
          authorization: `Bearer ${token}`,
        },
        body,
        signal: AbortSignal.timeout(batchTimeoutMs),
      })
      status = response.status
      text = await response.text()
    } catch (cause) {
      throw new ImportRefusedError({
        url,
        problem: 'it stopped answering; what was loaded before is kept',
        cause,
      })
    }
    const json = parseJson(text)
    const answer = importAnswerSchema.safeParse(json)
    if (status === 200 && answer.success) return answer.data
    throw new ImportRefusedError({
      url,
      problem:
        problemSchema.safeParse(json).data?.detail ?? `it answers ${status}`,
    })
  }
  return {
    type: 'running',
    load: (lines) => post(lines.join('\n')),
    // Loading nothing loads nothing, and tells what is still waiting.
    countWaitingForVectors: async () => (await post('\n')).waitingForVectors,
    close: async () => undefined,
  }
}

async function openDatabaseTarget(options: {
  readonly config: StackConfig
  readonly onError: (error: unknown) => void
}): Promise<ImportTarget> {
  const { config, onError } = options
  // Loaded only here: most imports go to a registry that runs.
  const [{ openDatabase, runMigrations }, registryPackage] = await Promise.all([
    import('@behest/journal'),
    import('@behest/registry'),
  ])
  const database = await openDatabase({
    databaseUrl: config.databaseUrl,
    dataFolder: config.dataFolder,
    maxConnections: 4,
    onConnectionError: onError,
  })
  try {
    await runMigrations(database.pool, registryPackage.registryMigrations)
    const encoder = registryPackage.createSentenceEncoder()
    const registry = await registryPackage.createRegistry({
      pool: database.pool,
      chainId: () => undefined,
      assertUrl: () => undefined,
      encoder,
      onError,
    })
    return {
      type: 'alone',
      load: async (lines) => {
        const { imported, refused } = await registry.importAgents(lines)
        return { imported, refused, refusedCount: refused.length }
      },
      countWaitingForVectors: registry.countWaitingForVectors,
      close: async () => {
        await registry.stop()
        await encoder.stop()
        await database.stop()
      },
    }
  } catch (error) {
    await database.stop()
    throw error
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no JSON: the status says what there is to say
  }
}

/** Thrown when a registry runs and its operator's token is not at hand. */
export class OperatorTokenMissingError extends BehestError {
  readonly code = 'OPERATOR_TOKEN_MISSING'
  readonly retry = 'never'

  constructor(facts: { readonly url: string; readonly folder: string }) {
    super(
      `A registry runs at ${facts.url}, and its operator's token is not in ${facts.folder}. Set BEHEST_OPERATOR_TOKEN, or BEHEST_DATA to the folder that it runs with.`,
      { facts },
    )
  }
}

/** Thrown when a registry takes no bulk load, or stopped taking it. */
export class ImportRefusedError extends BehestError {
  readonly code = 'IMPORT_REFUSED'
  readonly retry = 'same-input'

  constructor(facts: {
    readonly url: string
    readonly problem: string
    readonly cause?: unknown
  }) {
    super(
      `The registry at ${facts.url} did not take the file: ${facts.problem}. Loading a file again changes nothing that is there, so run the same command again.`,
      { facts: { url: facts.url, problem: facts.problem }, cause: facts.cause },
    )
  }
}
