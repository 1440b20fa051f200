import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createIdempotency,
  idempotencySchema,
  runMigrations,
} from '@behest/journal'
import { createTestDatabase, type TestDatabase } from '@behest/journal/testing'
import {
  type CanaryPort,
  type CreateRegistryOptions,
  createProbe,
  createRegistry,
  type Registry,
  registryMigrations,
} from '@behest/registry'
import { createGuardedFetch } from '@behest/sdk'
import { createApp } from '../createApp.js'
import { createKeyLimiter } from '../http/createKeyLimiter.js'
import { createRegistryServer } from '../http/createRegistryServer.js'
import type { RateLimits } from '../readConfig.js'
import { createUrlPolicy } from '../wiring/createUrlPolicy.js'
import { readCardSignature } from '../wiring/readCardSignature.js'

/** A registry API over a database of its own, on a free port. */
export type TestRegistry = {
  readonly url: string
  readonly registry: Registry
  readonly database: TestDatabase
  readonly errors: readonly unknown[]
  readonly drain: () => void
  readonly stop: () => Promise<void>
}

/** The operator's token of test registries. */
export const testOperatorToken = 'operator-of-the-test'

/** Starts what `wire` starts, with the parts that a test wants to hold. */
export async function startTestRegistry(
  options: {
    readonly canary?: CanaryPort
    readonly probes?: 'on' | 'off'
    readonly limits?: Partial<RateLimits>
    readonly database?: TestDatabase
    readonly registry?: Partial<CreateRegistryOptions>
  } = {},
): Promise<TestRegistry> {
  const database =
    options.database ??
    (await createTestDatabase({ schemas: [registryMigrations] }))
  await runMigrations(database.pool, idempotencySchema)
  const errors: unknown[] = []
  const onError = (error: unknown) => {
    errors.push(error)
  }
  const loopback = ['127.0.0.1:*', 'localhost:*']
  const fetch = createGuardedFetch({
    allowedLoopbackHosts: loopback,
    timeoutMs: 3_000,
  })
  const registry = await createRegistry({
    pool: database.createPool(10),
    chainId: () => 31_337,
    ...(options.probes === 'off'
      ? {}
      : {
          probe: createProbe({
            fetch,
            nowMs: Date.now,
            ...(options.canary === undefined ? {} : { canary: options.canary }),
          }),
        }),
    assertUrl: createUrlPolicy(loopback),
    admitKey: createKeyLimiter({
      perMinute: options.limits?.keyPerMinute ?? 0,
      nowMs: Date.now,
    }),
    fetch,
    readCardSignature,
    onError,
    ...options.registry,
  })
  let draining = false
  const app = createApp({
    registry,
    idempotency: createIdempotency({ pool: database.pool }),
    limits: {
      searchPerMinute: 0,
      writePerMinute: 0,
      explainPerMinute: 0,
      keyPerMinute: 0,
      ...options.limits,
    },
    trustedProxies: 0,
    operatorToken: testOperatorToken,
    isDraining: () => draining,
    onInternalError: onError,
  })
  const server: Server = await new Promise((done) => {
    const created = createRegistryServer(app)
    created.listen(0, '127.0.0.1', () => done(created))
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    registry,
    database,
    errors,
    drain: () => {
      draining = true
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await registry.stop()
      await fetch.close()
      if (options.database === undefined) await database.drop()
    },
  }
}

/** Asks until an answer satisfies, for at most half a minute. */
export async function until<Answer>(
  ask: () => Promise<Answer>,
  satisfies: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const answer = await ask()
    if (satisfies(answer) || Date.now() > deadline) return answer
    await new Promise((done) => setTimeout(done, 20))
  }
}
