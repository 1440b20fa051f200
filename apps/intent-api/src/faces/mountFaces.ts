import type { ContextStore, ResponseStore, WebhookStore } from '@behest/journal'
import type { Router } from 'express'
import type { Logger } from 'pino'
import type { IntentRoutesOptions } from '../routes/intentRoutes.js'
import { a2aRoutes } from './a2a/a2aRoutes.js'
import { createPushDesk } from './a2a/push/createPushDesk.js'
import { createDesk } from './desk/createDesk.js'
import { mcpRoutes } from './mcp/mcpRoutes.js'
import { openAiRoutes } from './openai/openAiRoutes.js'

/** What the faces are made of. */
export type MountFacesOptions = IntentRoutesOptions & {
  readonly logger: Logger
  /** Which plan each response showed. */
  readonly responses: ResponseStore
  /** Which intents were begun in which conversation of a client's. */
  readonly contexts: ContextStore
  readonly serverUrl: string
  readonly registryUrl: string
  /** There where who asks must be known. */
  readonly signIn?: object
  /** Whom A2A clients want told of their tasks, and where that may be. */
  readonly webhooks: {
    readonly store: WebhookStore
    readonly allowedLoopbackHosts: readonly string[]
  }
}

/** Mounts the faces that the product shows to clients that exist. */
export function mountFaces(app: Router, options: MountFacesOptions): void {
  const { runner, logger, now, isDraining } = options
  const [account] = options.accounts
  if (account === undefined) return // a server that signs for nobody
  const desk = createDesk({
    ...options,
    account,
    wake: (intentId) => runner.wake(intentId),
  })
  app.use(
    '/v1',
    openAiRoutes({
      desk,
      responses: options.responses,
      logger,
      startedAt: now(),
      isDraining,
    }),
  )
  app.use(mcpRoutes({ ...options, desk }))
  const push = createPushDesk({ desk, ...options.webhooks })
  app.use(
    a2aRoutes({
      ...options,
      desk,
      push,
      admission: options.signIn === undefined ? 'everyone' : 'session',
    }),
  )
}
