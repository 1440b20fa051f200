import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BehestError } from '@behest/spec'
import { readStackRecord } from './stackRecord.js'

/** Root of the checkout that this command line belongs to. */
export const repositoryRoot = resolve(
  dirname(fileURLToPath(import.meta.url)),
  '../../../..',
)

/** Where everything of the local stack is. */
export type StackConfig = {
  readonly dataFolder: string
  readonly runFolder: string
  readonly logFolder: string
  readonly host: string
  readonly intentPort: number
  readonly registryPort: number
  /** Absent where another chain is given by `BEHEST_RPC_URL`. */
  readonly chainPort?: number
  readonly rpcUrl: string
  readonly intentUrl: string
  readonly registryUrl: string
  readonly databaseUrl?: string
}

/**
 * Reads where the stack is: from the environment; where that is silent, from what
 * a stack that runs over the same data folder wrote there; else the usual ports.
 *
 * @throws {PortInvalidError} when a port is none.
 */
export function readStackConfig(
  environment: Readonly<Record<string, string | undefined>>,
): StackConfig {
  const dataFolder = resolve(
    environment.INIT_CWD && !environment.BEHEST_DATA
      ? repositoryRoot
      : process.cwd(),
    environment.BEHEST_DATA ?? join(repositoryRoot, '.behest'),
  )
  const runFolder = join(dataFolder, 'run')
  const running = readStackRecord(runFolder)
  const host = environment.BEHEST_HOST ?? running?.host ?? '127.0.0.1'
  const intentPort = readPort(
    environment,
    'BEHEST_INTENT_PORT',
    running?.intentPort ?? 4000,
  )
  const registryPort = readPort(
    environment,
    'BEHEST_REGISTRY_PORT',
    running?.registryPort ?? 4100,
  )
  const chainPort = readPort(
    environment,
    'BEHEST_RPC_PORT',
    running?.chainPort ?? 8545,
  )
  // A stack over a chain that was given to it has no port of its own for one.
  const givenRpc =
    environment.BEHEST_RPC_URL ||
    (running && running.chainPort === undefined && !environment.BEHEST_RPC_PORT
      ? running.rpcUrl
      : undefined)
  const databaseUrl = environment.DATABASE_URL
  return {
    dataFolder,
    runFolder,
    logFolder: join(dataFolder, 'logs'),
    host,
    intentPort,
    registryPort,
    ...(givenRpc ? {} : { chainPort }),
    rpcUrl: givenRpc || `http://127.0.0.1:${chainPort}`,
    intentUrl: `http://${host}:${intentPort}`,
    registryUrl: `http://${host}:${registryPort}`,
    ...(databaseUrl ? { databaseUrl } : {}),
  }
}

function readPort(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
  fallback: number,
): number {
  const value = environment[name]
  if (value === undefined || value === '') return fallback
  const port = Number(value)
  if (!/^\d{1,5}$/.test(value) || port < 1 || port > 65_535)
    throw new PortInvalidError({ variable: name, value })
  return port
}

/** Thrown when an environment variable holds no port. */
export class PortInvalidError extends BehestError {
  readonly code = 'PORT_INVALID'
  readonly retry = 'never'

  constructor(facts: { variable: string; value: string }) {
    super(
      `${facts.variable} is "${facts.value}" and must be a port, 1 to 65535. Correct it and start again.`,
      { facts },
    )
  }
}
