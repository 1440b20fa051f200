import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { openDatabase } from '@behest/journal'
import { BehestError } from '@behest/spec'
import { isReady } from './isReady.js'
import { sayDatabaseEvent } from './sayDatabaseEvent.js'
import { repositoryRoot, type StackConfig } from './stackConfig.js'
import {
  readStackRecord,
  removeStackRecord,
  writeStackRecord,
} from './stackRecord.js'
import { type SupervisedProcess, superviseProcess } from './superviseProcess.js'

const readyTimeoutMs = 30_000

/** The running stack. */
export type Stack = {
  readonly config: StackConfig
  readonly processes: readonly SupervisedProcess[]
  /** Ends everything, last started first; the database leaves last. */
  readonly stop: () => Promise<void>
}

/**
 * Starts everything: the database, the chain, the registry, the built-in agents
 * and the intent API with its page. Each is supervised.
 *
 * @param options.onProgress - Told one line for each thing that came up.
 * @throws {StackRunningError} when the stack of this data folder runs already.
 * @throws {PortTakenError} when somebody else is at one of the ports.
 * @throws {ProcessStartError} when a part does not start; what had started is
 *   stopped again.
 */
export async function startStack(options: {
  readonly config: StackConfig
  readonly onProgress: (message: string) => void
}): Promise<Stack> {
  const { config, onProgress } = options
  for (const folder of [config.dataFolder, config.runFolder, config.logFolder])
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  await assertNotRunning(config)
  await assertPortsFree(config)
  const { host, intentPort, registryPort, chainPort, rpcUrl } = config
  writeStackRecord(config.runFolder, {
    processId: process.pid,
    host,
    intentPort,
    registryPort,
    ...(chainPort === undefined ? {} : { chainPort }),
    rpcUrl,
  })

  const processes: SupervisedProcess[] = []
  const closers: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    // The order of leaving is the order of coming, turned round: nothing loses
    // what it stands on while it still works.
    for (const close of closers.splice(0).reverse()) await close()
    removeStackRecord(config.runFolder)
  }
  const add = async (
    name: string,
    script: string,
    environment: Record<string, string>,
    ...scriptArguments: string[]
  ): Promise<SupervisedProcess> => {
    const started = await superviseProcess({
      name,
      arguments: [join(repositoryRoot, script), ...scriptArguments],
      environment,
      runFolder: config.runFolder,
      logFolder: config.logFolder,
      readyTimeoutMs,
      onRestart: onProgress,
    })
    processes.push(started)
    closers.push(started.stop)
    return started
  }

  try {
    const environment = toEnvironment(config)
    const startDatabase = async (): Promise<void> => {
      const database = await openDatabase({
        databaseUrl: config.databaseUrl,
        dataFolder: config.dataFolder,
        maxConnections: 1,
        onEvent: (event) => {
          const said = sayDatabaseEvent(event)
          if (said !== null) onProgress(`database   ${said}`)
        },
      })
      closers.unshift(database.stop)
      if (database.embedded)
        writeFileSync(
          join(config.runFolder, 'postgres.pid'),
          `${database.embedded.processId}\n`,
        )
      onProgress(
        config.databaseUrl === undefined
          ? 'database   embedded PostgreSQL'
          : 'database   the server of DATABASE_URL',
      )
    }
    const startChain = async (): Promise<void> => {
      if (config.chainPort === undefined) {
        onProgress(`chain      ${new URL(config.rpcUrl).host} (BEHEST_RPC_URL)`)
        return
      }
      const folder = join(config.dataFolder, 'chain')
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      await add(
        'chain',
        'packages/devnet/dist/runDevnet.js',
        {},
        '--port',
        String(config.chainPort),
        '--state',
        join(folder, 'state.json'),
      )
      onProgress(`chain      ${config.rpcUrl}`)
    }
    await allUp([startDatabase(), startChain()])
    await allUp([
      add('registry-api', 'apps/registry-api/dist/main.js', environment).then(
        () => onProgress(`registry   ${config.registryUrl}`),
      ),
      add('signer', 'apps/signer/dist/main.js', environment).then(() =>
        onProgress('signer     keys in a process of their own'),
      ),
      add('agents', 'apps/agent-host/dist/main.js', environment).then(
        ({ ready }) =>
          onProgress(`agents     ${String(ready.agents ?? 'built in')}`),
      ),
      add('intent-api', 'apps/intent-api/dist/main.js', environment).then(() =>
        onProgress(`intent API ${config.intentUrl}`),
      ),
    ])
    if (process.env.BEHEST_TELEGRAM_TOKEN) {
      await add('telegram', 'apps/telegram/dist/main.js', environment)
      onProgress('telegram   a bot that speaks for the chats that are linked')
    }
    return { config, processes, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Waits for every one, so that what came up beside a failure can be stopped. */
async function allUp(starting: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(starting)).find(
    (result) => result.status === 'rejected',
  )
  if (failed) throw failed.reason
}

function toEnvironment(config: StackConfig): Record<string, string> {
  return {
    BEHEST_DATA: config.dataFolder,
    BEHEST_HOST: config.host,
    BEHEST_RPC_URL: config.rpcUrl,
    BEHEST_INTENT_PORT: String(config.intentPort),
    BEHEST_REGISTRY_PORT: String(config.registryPort),
    BEHEST_REGISTRY_URL: config.registryUrl,
    BEHEST_PASSWORD_FILE: ensurePasswordFile(config.dataFolder),
    BEHEST_WEB_FOLDER: join(repositoryRoot, 'apps/web/dist'),
    ...(config.databaseUrl === undefined
      ? {}
      : { DATABASE_URL: config.databaseUrl }),
  }
}

/**
 * Gives the file with the password of the local keystores; makes one with a
 * random password where there is none.
 */
export function ensurePasswordFile(dataFolder: string): string {
  const given = process.env.BEHEST_PASSWORD_FILE
  if (given) return given
  const file = join(dataFolder, 'keys', 'password')
  if (!existsSync(file)) {
    mkdirSync(join(dataFolder, 'keys'), { recursive: true, mode: 0o700 })
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, {
      mode: 0o600,
      flag: 'wx',
    })
  }
  chmodSync(file, 0o600)
  readFileSync(file)
  return file
}

async function assertNotRunning({ runFolder }: StackConfig): Promise<void> {
  const record = readStackRecord(runFolder)
  if (record === undefined) return
  const { host, intentPort, registryPort, processId } = record
  const url = `http://${host}:${intentPort}`
  // A number of a process is used again: only who answers there runs there.
  const answers = await Promise.all(
    [url, `http://${host}:${registryPort}`].map(isReady),
  )
  if (answers.includes(true)) throw new StackRunningError({ url, processId })
}

async function assertPortsFree(config: StackConfig): Promise<void> {
  const ports = [
    ['BEHEST_INTENT_PORT', config.intentPort],
    ['BEHEST_REGISTRY_PORT', config.registryPort],
    ['BEHEST_RPC_PORT', config.chainPort],
  ] as const
  await Promise.all(
    ports.map(async ([variable, port]) => {
      if (port === undefined || (await isFree(config.host, port))) return
      throw new PortTakenError({ variable, port })
    }),
  )
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => resolve(true))
    })
  })
}

/** Thrown when the stack of a data folder runs already. */
export class StackRunningError extends BehestError {
  readonly code = 'STACK_RUNNING'
  readonly retry = 'never'

  constructor(facts: { url: string; processId: number }) {
    super(
      `The stack of this data folder runs already, at ${facts.url} (process ${facts.processId}). Use that one, stop it, or set BEHEST_DATA to another folder.`,
      { facts },
    )
  }
}

/** Thrown when somebody else is at a port that the stack needs. */
export class PortTakenError extends BehestError {
  readonly code = 'PORT_TAKEN'
  readonly retry = 'never'

  constructor(facts: { variable: string; port: number }) {
    super(
      `Port ${facts.port} is taken. Stop what is there, or set ${facts.variable} to a free port.`,
      { facts },
    )
  }
}
