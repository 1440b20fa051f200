import { join } from 'node:path'
import {
  createIdempotency,
  idempotencySchema,
  openDatabase,
  runMigrations,
} from '@behest/journal'
import {
  createProbe,
  createRegistry,
  createSentenceEncoder,
  registryMigrations,
} from '@behest/registry'
import { createGuardedFetch } from '@behest/sdk'
import type { Tracing } from '@behest/telemetry'
import { createApp } from './createApp.js'
import { createKeyLimiter } from './http/createKeyLimiter.js'
import type { RegistryConfig } from './readConfig.js'
import { createCanary, createFindDeployment } from './wiring/createCanary.js'
import { createCanaryJudge } from './wiring/createCanaryJudge.js'
import { createCanarySimulation } from './wiring/createCanarySimulation.js'
import { createContractSignatures } from './wiring/createContractSignatures.js'
import { createHouseCheck } from './wiring/createHouseCheck.js'
import { createReceiptCheck } from './wiring/createReceiptCheck.js'
import { createUrlPolicy } from './wiring/createUrlPolicy.js'
import { followChainId } from './wiring/followChainId.js'
import { readCardSignature } from './wiring/readCardSignature.js'
import {
  watchProbe,
  watchReceiptCheck,
  watchRegistry,
} from './wiring/watchRegistry.js'

const sweepEveryMs = 600_000

/** The parts of one registry process, put together. */
export type WiredRegistry = {
  readonly app: ReturnType<typeof createApp>
  /** Loads what the first search would otherwise wait for. */
  readonly warmUp: () => void
  readonly drain: () => void
  readonly stop: () => Promise<void>
}

/**
 * Puts the process together: which adapter stands behind which port is decided
 * here and nowhere else.
 */
export async function wire(options: {
  readonly config: RegistryConfig
  readonly operatorToken: string
  readonly onError: (error: unknown) => void
  /** Spans of requests, and of what is done for them and beside them. */
  readonly tracing: Pick<Tracing, 'serve' | 'measure'>
}): Promise<WiredRegistry> {
  const { config, onError, tracing } = options
  let stopping = false
  const chain = followChainId(config)
  const database = await openDatabase({
    databaseUrl: config.databaseUrl,
    dataFolder: config.dataFolder,
    maxConnections: 16,
    onConnectionError: (error) => {
      // The database leaves last, and takes idle connections with it.
      if (!stopping) onError(error)
    },
  })
  await runMigrations(database.pool, registryMigrations)
  await runMigrations(database.pool, idempotencySchema)
  const fetch = createGuardedFetch({
    allowedLoopbackHosts: config.loopbackAgents,
    timeoutMs: 10_000,
    maxBytes: 262_144,
  })
  const mirrorFetch = createGuardedFetch({
    allowedLoopbackHosts: config.loopbackAgents,
    timeoutMs: 10_000,
    maxBytes: 8 * 1024 * 1024,
  })
  const encoder =
    config.encoder === 'none' ? undefined : createSentenceEncoder()
  const isHouse = createHouseCheck(join(config.dataFolder, 'run'))
  const isHouseEngine = createHouseCheck(
    join(config.dataFolder, 'run'),
    'house-engines.json',
  )
  const isReference = (address: string) =>
    config.referenceAgents.has(address.toLowerCase()) || isHouse(address)
  const findDeployment = createFindDeployment(async () => {
    // Loaded when a local agent asks for it, never on a public chain.
    const { toLocalDeployment } = await import('@behest/evm')
    const { readAddresses } = await import('@behest/devnet')
    return toLocalDeployment(readAddresses())
  })
  const untraced = await createRegistry({
    pool: database.pool,
    chainId: chain.get,
    probe: watchProbe(
      createProbe({
        fetch,
        nowMs: Date.now,
        canary: {
          ...createCanary({
            rpcUrl: config.rpcUrl,
            chainId: chain.get,
            findDeployment,
          }),
          findObjection: createCanaryJudge({ findDeployment }),
          simulate: createCanarySimulation({
            rpcUrl: config.rpcUrl,
            findDeployment,
          }),
        },
      }),
      tracing.measure,
    ),
    assertUrl: createUrlPolicy(config.loopbackAgents),
    isReference,
    admitKey: createKeyLimiter({
      perMinute: config.limits.keyPerMinute,
      nowMs: Date.now,
    }),
    fetch,
    mirrors: { origins: config.mirrors, fetch: mirrorFetch },
    readCardSignature,
    isSignedByContract: createContractSignatures(config.rpcUrl),
    checkReceipt: watchReceiptCheck(
      createReceiptCheck({ rpcUrl: config.rpcUrl, chainId: chain.get }),
      tracing.measure,
    ),
    // The engine of this house leaves word for us, as its agents do.
    knownEngines: {
      has: (address) =>
        config.knownEngines.has(address.toLowerCase()) ||
        isHouseEngine(address),
    },
    ...(config.anchor === undefined
      ? {}
      : {
          // Loaded where agents are anchored: it knows every chain.
          anchor: (await import('./wiring/createAnchor.js')).createAnchor({
            rpcUrl: config.rpcUrl,
            chainId: chain.get,
            places: config.anchor,
          }),
        }),
    ...(encoder === undefined ? {} : { encoder }),
    onError,
  })
  const registry = watchRegistry(untraced, tracing.measure)
  const idempotency = createIdempotency({ pool: database.pool })
  const sweeping = setInterval(() => {
    idempotency.sweep().catch(onError)
  }, sweepEveryMs).unref()
  let draining = false
  const app = createApp({
    registry,
    serve: tracing.serve,
    idempotency,
    limits: config.limits,
    trustedProxies: config.trustedProxies,
    operatorToken: options.operatorToken,
    isDraining: () => draining,
    onInternalError: onError,
  })
  return {
    app,
    warmUp: () => {
      encoder?.embed(['warm up'], { priority: 'query' }).catch(onError)
    },
    drain: () => {
      draining = true
    },
    stop: async () => {
      stopping = true
      clearInterval(sweeping)
      chain.stop()
      await registry.stop()
      await encoder?.stop()
      await fetch.close()
      await mirrorFetch.close()
      await database.stop()
    },
  }
}
