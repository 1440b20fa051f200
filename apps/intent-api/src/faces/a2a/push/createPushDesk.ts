import {
  type DeleteTaskPushNotificationConfigRequest,
  type GetTaskPushNotificationConfigRequest,
  type ListTaskPushNotificationConfigsRequest,
  type ListTaskPushNotificationConfigsResponse,
  TaskPushNotificationConfig,
} from '@a2a-js/sdk'
import type { WebhookStore } from '@behest/journal'
import { assertFetchable } from '@behest/sdk'
import { BehestError } from '@behest/spec'
import { v7 as createUuid } from 'uuid'
import type { Desk } from '../../desk/createDesk.js'
import { parseTaskName } from '../taskName.js'

const tokenHeader = 'X-A2A-Notification-Token'
const maxTextLength = 2048
/** Visible characters and inner spaces: nothing that ends a header's line. */
const headerText = /^[\x21-\x7e](?:[\x20-\x7e]{0,2046}[\x21-\x7e])?$/
const idText = /^[A-Za-z0-9._-]{1,64}$/

/** Registers whom to tell of a task. */
export type PushDesk = {
  /**
   * Refuses what could never be told.
   *
   * @throws {FetchRefusedError} when its address may not be asked.
   * @throws {PushConfigMalformedError} when a part of it makes no header.
   */
  readonly assertAcceptable: (config: TaskPushNotificationConfig) => void
  /** Keeps a configuration; told is what happens from now, unless told otherwise. */
  readonly create: (
    config: TaskPushNotificationConfig,
    options?: { readonly afterSequence: number },
  ) => Promise<TaskPushNotificationConfig>
  readonly get: (
    params: GetTaskPushNotificationConfigRequest,
  ) => Promise<TaskPushNotificationConfig>
  readonly list: (
    params: ListTaskPushNotificationConfigsRequest,
  ) => Promise<ListTaskPushNotificationConfigsResponse>
  readonly remove: (
    params: DeleteTaskPushNotificationConfigRequest,
  ) => Promise<void>
}

/** Creates the desk at which push notifications are ordered. */
export function createPushDesk(options: {
  readonly desk: Pick<Desk, 'get' | 'readSequence'>
  readonly store: WebhookStore
  readonly allowedLoopbackHosts: readonly string[]
}): PushDesk {
  const { desk, store, allowedLoopbackHosts } = options
  const assertAcceptable = (config: TaskPushNotificationConfig): void => {
    assertFetchable(config.url, { allowedLoopbackHosts })
    if (config.url.length > maxTextLength)
      throw new PushConfigMalformedError({ part: 'url' })
    if (config.id !== '' && !idText.test(config.id))
      throw new PushConfigMalformedError({ part: 'id' })
    if (config.token !== '' && !headerText.test(config.token))
      throw new PushConfigMalformedError({ part: 'token' })
    const { authentication } = config
    if (
      authentication &&
      !(
        /^[A-Za-z][A-Za-z0-9-]{0,31}$/.test(authentication.scheme) &&
        headerText.test(authentication.credentials)
      )
    )
      throw new PushConfigMalformedError({ part: 'authentication' })
  }
  return {
    assertAcceptable,
    create: async (config, given) => {
      assertAcceptable(config)
      const { intentId } = parseTaskName(config.taskId)
      await desk.get(intentId) // one that is not there has nothing to tell
      const id = config.id === '' ? createUuid() : config.id
      const kept = { ...config, tenant: '', id }
      const { token, authentication } = config
      await store.put(
        {
          intentId,
          id,
          url: config.url,
          headers: {
            ...(token === '' ? {} : { [tokenHeader]: token }),
            ...(authentication
              ? {
                  Authorization: `${authentication.scheme} ${authentication.credentials}`,
                }
              : {}),
          },
          body: JSON.stringify(TaskPushNotificationConfig.toJSON(kept)),
        },
        given ?? { afterSequence: await desk.readSequence(intentId) },
      )
      return kept
    },
    get: async ({ taskId, id }) => {
      const { intentId } = parseTaskName(taskId)
      await desk.get(intentId)
      const webhook = await store.get({ intentId, id })
      if (webhook === undefined) throw new PushConfigNotFoundError({ id })
      return toConfig(webhook.body)
    },
    list: async ({ taskId }) => {
      const { intentId } = parseTaskName(taskId)
      await desk.get(intentId)
      const webhooks = await store.list(intentId)
      return {
        configs: webhooks.map(({ body }) => toConfig(body)),
        // As many as there may be fit on one page.
        nextPageToken: '',
      }
    },
    remove: async ({ taskId, id }) => {
      const { intentId } = parseTaskName(taskId)
      await desk.get(intentId)
      await store.remove({ intentId, id })
    },
  }
}

function toConfig(body: string): TaskPushNotificationConfig {
  return TaskPushNotificationConfig.fromJSON(JSON.parse(body))
}

/** Thrown when a push notification could not be sent as it was ordered. */
export class PushConfigMalformedError extends BehestError {
  readonly code = 'PUSH_CONFIG_MALFORMED'
  readonly retry = 'never'

  constructor(facts: { part: 'url' | 'id' | 'token' | 'authentication' }) {
    super(
      `The ${facts.part} of the push notification is too long or holds characters that it may not. Correct it and register it again.`,
      { facts },
    )
  }
}

/** Thrown when a task has no push notification of that id. */
export class PushConfigNotFoundError extends BehestError {
  readonly code = 'PUSH_CONFIG_NOT_FOUND'
  readonly retry = 'never'

  constructor(facts: { id: string }) {
    super(
      `The task has no push notification "${facts.id.slice(0, 64)}". List those that it has.`,
      { facts: { id: facts.id.slice(0, 64) } },
    )
  }
}
