import type { AddressInfo } from 'node:net'
import { createMessageVerifier } from '@behest/evm'
import { readGrants } from '@behest/journal'
import express from 'express'
import { pino } from 'pino'
import { type CreateAppOptions, createApp } from '../../createApp.js'
import { createMetrics } from '../../createMetrics.js'
import { createIntentServer } from '../../http/createIntentServer.js'
import type { World } from '../../testing/createWorld.js'

/** The whole app over a world, as clients reach it. */
export type ServedFaces = {
  readonly url: string
  /** Errors that were logged: defects, since nothing else is. */
  readonly defects: readonly string[]
}

/**
 * Serves the app of a world on a free port. Ends with the world.
 *
 * @param changes - What is otherwise than on a machine of one's own.
 */
export async function serveFaces(
  world: World,
  changes: Partial<CreateAppOptions> = {},
): Promise<ServedFaces> {
  const defects: string[] = []
  const atWork = new Map<string, Promise<void>>()
  const advance = async (id: string): Promise<void> => {
    // What goes on again by itself does so here too, until it rests.
    while ((await world.engine.advance(id)) === 'again');
  }
  const wake = (id: string): void => {
    const before = atWork.get(id) ?? Promise.resolve()
    atWork.set(
      id,
      before
        .then(() => advance(id))
        .catch((error) => {
          defects.push(String(error))
        }),
    )
  }
  world.onHolderChange(wake)
  // The address is part of the app: it is only known once something listens.
  const outer = express()
  const server = createIntentServer(outer)
  await new Promise<void>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve()),
  )
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  outer.use(
    createApp({
      engine: world.engine,
      store: world.store,
      responses: world.responses,
      contexts: world.contexts,
      chats: world.chats,
      verifyMessage: createMessageVerifier(world.chain.client),
      orders: world.orders,
      policies: world.policies,
      language: world.language,
      runner: { wake },
      allowances: {
        chain: world.chain,
        readGrants: (account) => readGrants({ pool: world.database, account }),
      },
      accounts: [world.user],
      servesHolders: true,
      holder: world.holder,
      chainName: 'local',
      now: () => new Date(),
      isDraining: () => false,
      chain: world.chain,
      logger: pino(
        { level: 'error' },
        { write: (line: string) => void defects.push(line) },
      ),
      metrics: createMetrics(),
      idempotency: world.idempotency,
      serverUrl: url,
      webhooks: {
        store: world.webhooks,
        allowedLoopbackHosts: ['127.0.0.1:*'],
      },
      registryUrl: 'http://127.0.0.1:9',
      readPaymentStatus: async () => ({
        isPaying: false,
        perIntent: '0',
        perDay: '0',
        spentToday: '0',
      }),
      readReadiness: async () => ({ status: 'ready', parts: {} }),
      ...changes,
    }),
  )
  world.onStop(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
    await Promise.all(atWork.values())
  })
  return { url, defects }
}
