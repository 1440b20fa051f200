import { BehestError } from '@behest/spec'
import type pg from 'pg'
import {
  createPool,
  getConnection,
  toConnectionString,
} from '../postgres/connect.js'
import {
  type Advance,
  type Drive,
  driveHere,
  type Progress,
} from './createIntentRunner.js'

/** Thrown when a process asks for workflows a second time. */
export class WorkflowsRunningError extends BehestError {
  readonly code = 'WORKFLOWS_RUNNING'
  readonly retry = 'never'

  constructor() {
    super(
      'Durable workflows run in this process already, and there is one set of them for a process. Use that one, or stop it first.',
    )
  }
}

/** Durable workflows, as a way to drive intents. */
export type Workflows = {
  /** Drives in this process until the workflows are ready, then as one of them. */
  readonly drive: Drive
  /** Resolves when they are ready and have gone on with what a crash left. */
  readonly ready: Promise<void>
  readonly stop: (options?: { readonly waitMs?: number }) => Promise<void>
}

type Sdk = typeof import('@dbos-inc/dbos-sdk')
type IntentWorkflow = (intentId: string) => Promise<Progress>

/**
 * Pinned: the default is a hash of the sources, and after a deployment nobody
 * would go on with workflows of the version before.
 */
const applicationVersion = 'journal-1'
const pollingPoolSize = 10
/** A crash test kills far more often than the default of 100. */
const maxRecoveryAttempts = 10_000
const again = { firstMs: 20, mostMs: 2_000, rounds: 12 }

// The library keeps one registry for a process, and so do we.
let registered: IntentWorkflow | undefined
let current: Advance | undefined

/**
 * Starts durable workflows on the journal's database. Getting ready takes a
 * moment and holds nobody up: until then intents are driven in this process.
 *
 * What a workflow remembers is only how far its calls of `advance` got. What an
 * intent has come to is in the journal's rows, so a step that runs twice does
 * nothing twice.
 *
 * @param options.pool - A pool on the database; the workflows get their own.
 * @param options.executorId - Name of this process, from `takeExecutorSlot`: on
 *   start it goes on with what the same name left behind.
 * @param options.advance - Goes on with one intent.
 * @param options.onError - Told what the library logs as warnings and errors.
 * @returns The workflows. Call `stop()` before the pool is ended.
 * @throws {WorkflowsRunningError} when this process has them already.
 */
export function createWorkflows(options: {
  readonly pool: pg.Pool
  readonly executorId: string
  readonly advance: Advance
  readonly onError?: (error: unknown) => void
}): Workflows {
  if (current !== undefined) throw new WorkflowsRunningError()
  const onError = options.onError ?? (() => {})
  const inFlight = new Map<string, Promise<Progress>>()
  /** A workflow that goes on after a crash may meet the runner on one intent. */
  current = (intentId) => {
    const running =
      inFlight.get(intentId) ??
      options.advance(intentId).finally(() => inFlight.delete(intentId))
    inFlight.set(intentId, running)
    return running
  }
  const connection = getConnection(options.pool)
  const pool = createPool({
    connection,
    max: pollingPoolSize,
    applicationName: 'behest-workflows',
    statementTimeoutMs: 0,
  })

  let sdk: Sdk | undefined
  let isStopped = false
  const launching = (async () => {
    // Loaded only here: programs that never need it start faster.
    const loaded = await import('@dbos-inc/dbos-sdk')
    const { DBOS } = loaded
    registered ??= register(loaded)
    if (isStopped) return
    DBOS.setConfig({
      name: 'behest',
      systemDatabasePool: pool,
      systemDatabaseUrl:
        typeof connection === 'string'
          ? connection
          : toConnectionString(connection),
      applicationVersion,
      executorID: options.executorId,
      enablePatching: true,
      logger: {
        info: () => {},
        debug: () => {},
        warn: onError,
        error: onError,
      },
    })
    await DBOS.launch()
    sdk = loaded
  })()
  const ready = launching.catch((error: unknown) => {
    // The runner goes on without: leases find what a crash leaves behind.
    onError(error)
  })

  return {
    ready,
    drive: async (claimed, advance) => {
      if (sdk === undefined || registered === undefined || isStopped)
        return driveHere(claimed, advance)
      const { intentId, run } = claimed
      const handle = await sdk.DBOS.startWorkflow(registered, {
        workflowID: `${intentId}:${run}`,
      })(intentId)
      return handle.getResult()
    },
    stop: async ({ waitMs = 3_000 } = {}) => {
      isStopped = true
      await ready
      await sdk?.DBOS.shutdown({ workflowCompletionTimeoutMS: waitMs })
      sdk = undefined
      current = undefined
      await pool.end()
    },
  }
}

function register({ DBOS }: Sdk): IntentWorkflow {
  return DBOS.registerWorkflow(
    async (intentId: string): Promise<Progress> => {
      let delayMs = again.firstMs
      for (let round = 0; round < again.rounds; round++) {
        const progress = await DBOS.runStep(
          async () => (await current?.(intentId)) ?? 'again',
          { name: 'advance' },
        )
        if (progress !== 'again') return progress
        await DBOS.sleep(delayMs)
        delayMs = Math.min(delayMs * 2, again.mostMs)
      }
      return 'again'
    },
    { name: 'intent', maxRecoveryAttempts },
  )
}
