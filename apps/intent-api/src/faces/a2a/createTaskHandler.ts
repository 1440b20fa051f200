/**
 * One file because it is one interface: what A2A asks of a server, each method
 * over the intents themselves. Tasks are intents, so nothing is kept twice and
 * any process can answer.
 */
import type {
  AgentCard,
  ListTasksRequest,
  SendMessageRequest,
  StreamResponse,
  Task,
} from '@a2a-js/sdk'
import { TaskState } from '@a2a-js/sdk'
import {
  ContentTypeNotSupportedError,
  InvalidAgentResponseError,
  RequestMalformedError,
  TaskNotCancelableError,
  TaskNotFoundError,
  UnsupportedOperationError,
} from '@a2a-js/sdk/errors'
import type { A2ARequestHandler } from '@a2a-js/sdk/server'
import type { ContextStore } from '@behest/journal'
import { BehestError, type IntentRecord } from '@behest/spec'
import { type Desk, isAtWork, isOpen } from '../desk/createDesk.js'
import type { PushDesk } from './push/createPushDesk.js'
import { type Asked, readMessage } from './readMessage.js'
import {
  isOwnContext,
  parseTaskName,
  type TaskName,
  toTaskName,
} from './taskName.js'
import { tellEvent, tellRest } from './tellUpdates.js'
import { toState, toTask } from './toTask.js'

const waitMs = 60_000
const subscriptionMs = 600_000
const defaultPageSize = 50
const maxPageSize = 100

/**
 * Creates the A2A side of the engine: a message with an utterance in, a task
 * out, which asks, waits for approval, and ends with a receipt.
 *
 * @param options.readSignal - Aborted when whoever asks now has gone.
 * @param options.onError - Told about failures that the peer learns little of.
 */
export function createTaskHandler(options: {
  readonly desk: Desk
  readonly card: AgentCard
  /** Which tasks were begun in which context. */
  readonly contexts: ContextStore
  /** Whom to tell of tasks, without being asked again. */
  readonly push: PushDesk
  readonly readSignal: () => AbortSignal
  readonly onError: (error: unknown) => void
}): A2ARequestHandler {
  const { desk, card, contexts, push, readSignal, onError } = options
  const draw = (record: IntentRecord, name: TaskName): Task =>
    toTask({ record, ...name, link: desk.linkTo(record.id) })
  const guard = async <Result>(
    work: () => Promise<Result>,
  ): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      throw toA2aError(error, onError)
    }
  }

  return {
    getAgentCard: async () => card,
    getAuthenticatedExtendedAgentCard: async () => {
      throw new UnsupportedOperationError('There is one card for all.')
    },
    sendMessage: (params) =>
      guard(async () => {
        const signal = readSignal()
        const { name, afterSequence } = await take({
          desk,
          push,
          contexts,
          params,
        })
        const record = params.configuration?.returnImmediately
          ? await desk.get(name.intentId)
          : await drain(
              desk.follow(name.intentId, { afterSequence, signal, waitMs }),
            )
        return draw(record, name)
      }),
    sendMessageStream: (params) => {
      const signal = readSignal()
      return stream(async function* () {
        const { name, afterSequence } = await take({
          desk,
          push,
          contexts,
          params,
        })
        yield* followTask({
          name,
          afterSequence,
          signal,
          waitMs,
          until: 'rest',
        })
      })
    },
    resubscribe: ({ id }) => {
      const signal = readSignal()
      return stream(async function* () {
        const name = parseTaskName(id)
        const record = await desk.get(name.intentId)
        if (!isOpen(record.status))
          throw new UnsupportedOperationError(
            'The task has ended; there is nothing to follow. Ask for it instead.',
          )
        yield* followTask({
          name,
          afterSequence: await desk.readSequence(record.id),
          signal,
          waitMs: subscriptionMs,
          until: 'end',
        })
      })
    },
    getTask: ({ id, historyLength }) =>
      guard(async () => {
        assertHistoryLength(historyLength)
        const name = parseTaskName(id)
        const task = draw(await desk.get(name.intentId), name)
        return historyLength === 0 ? { ...task, history: [] } : task
      }),
    cancelTask: ({ id }) =>
      guard(async () => {
        const name = parseTaskName(id)
        return draw(await desk.cancel(name.intentId), name)
      }),
    listTasks: (params) =>
      guard(() => listTasks({ params, desk, contexts, draw })),
    createTaskPushNotificationConfig: (config) =>
      guard(() => push.create(config)),
    getTaskPushNotificationConfig: (params) => guard(() => push.get(params)),
    listTaskPushNotificationConfigs: (params) => guard(() => push.list(params)),
    deleteTaskPushNotificationConfig: (params) =>
      guard(() => push.remove(params)),
  }

  async function* stream(
    work: () => AsyncGenerator<StreamResponse, void, undefined>,
  ): AsyncGenerator<StreamResponse, void, undefined> {
    try {
      yield* work()
    } catch (error) {
      throw toA2aError(error, onError)
    }
  }

  async function* followTask(follow: {
    readonly name: TaskName
    readonly afterSequence: number
    readonly signal: AbortSignal
    readonly waitMs: number
    readonly until: 'rest' | 'end'
  }): AsyncGenerator<StreamResponse, void, undefined> {
    const { name } = follow
    const { intentId } = name
    const link = desk.linkTo(intentId)
    const readRecord = () => desk.get(intentId)
    yield {
      payload: { $case: 'task', value: draw(await readRecord(), name) },
    }
    const events = desk.follow(intentId, follow)
    for (;;) {
      const next = await events.next()
      if (next.done) {
        yield* tellRest({ record: next.value, name, link })
        return
      }
      const event = next.value
      // The last event says where it rests; the final status says that better.
      if (follow.until === 'rest' && !isAtWork(event.status)) continue
      const update = await tellEvent({ event, name, link, readRecord })
      if (update) yield update
    }
  }
}

/** Takes a message: a new intent, or a reply to one. */
async function take({
  desk,
  push,
  contexts,
  params,
}: {
  readonly desk: Desk
  readonly push: PushDesk
  readonly contexts: ContextStore
  readonly params: SendMessageRequest
}): Promise<{ readonly name: TaskName; readonly afterSequence: number }> {
  const { message, configuration } = params
  const asked = readMessage(message)
  const wanted = configuration?.taskPushNotificationConfig
  // Refused before anything is kept.
  if (wanted) push.assertAcceptable(wanted)
  assertReadable(configuration?.acceptedOutputModes ?? [])
  const { taskId = '', contextId = '' } = message ?? {}
  if (taskId === '') {
    if (asked.type !== 'words')
      throw new RequestMalformedError(
        'A reply needs the taskId that it is for.',
      )
    // Refused before anything is kept.
    toTaskName('00000000-0000-0000-0000-000000000000', contextId)
    const previous = await findPrevious({
      desk,
      contexts,
      taskIds: message?.referenceTaskIds ?? [],
      contextId,
    })
    const record = await desk.start({
      utterance: asked.text,
      ...(previous === undefined ? {} : { previousIntentId: previous }),
    })
    const name = toTaskName(record.id, contextId)
    await contexts.keep({
      contextId: name.contextId,
      intentId: record.id,
    })
    if (wanted)
      await push.create(
        { ...wanted, taskId: name.taskId },
        { afterSequence: 0 },
      )
    return { name, afterSequence: 0 }
  }
  const name = parseTaskName(taskId)
  const record = await desk.get(name.intentId)
  if (contextId !== '' && contextId !== name.contextId)
    throw new RequestMalformedError('That task is of another context.')
  if (!isOpen(record.status))
    throw new UnsupportedOperationError(
      'The task has ended and takes no more messages. Begin a new one.',
    )
  const afterSequence = await desk.readSequence(record.id)
  if (wanted) await push.create({ ...wanted, taskId }, { afterSequence })
  const asideId = await reply(desk, record, asked)
  if (asideId !== undefined) {
    const aside = toTaskName(asideId, name.contextId)
    await contexts.keep({ contextId: aside.contextId, intentId: asideId })
    return { name: aside, afterSequence: 0 }
  }
  return { name, afterSequence }
}

/** What "that" means: the task referred to, or the newest of the context. */
async function findPrevious(options: {
  readonly desk: Desk
  readonly contexts: ContextStore
  readonly taskIds: readonly string[]
  readonly contextId: string
}): Promise<string | undefined> {
  const { desk, contexts, taskIds, contextId } = options
  const [taskId] = taskIds
  if (taskId !== undefined) return parseTaskName(taskId).intentId
  if (contextId === '') return undefined
  const said = await findByContext(desk, contexts, contextId)
  // A question on the side is not what "again" means.
  return (said.find(isOrder) ?? said[0])?.id
}

function isOrder({ artifacts }: IntentRecord): boolean {
  const result = artifacts.intent?.result
  const steps =
    result?.type === 'intent'
      ? result.intent.steps
      : result?.type === 'clarify'
        ? result.draft.steps
        : []
  return steps.some(({ action }) => action !== 'ask')
}

/** Hands in a reply; gives the intent that answers it, where it is one of its own. */
async function reply(
  desk: Desk,
  record: IntentRecord,
  asked: Asked,
): Promise<string | undefined> {
  switch (asked.type) {
    case 'decision':
      try {
        await desk.decide(record.id, asked)
      } catch (error) {
        // It is quoted anew already, and asks anew.
        if (!BehestError.isInstance(error) || error.code !== 'QUOTE_EXPIRED')
          throw error
      }
      return undefined
    case 'stop':
      await desk.cancel(record.id)
      return undefined
    case 'answers':
      await desk.answer(record.id, { answers: asked.answers })
      return undefined
    case 'words': {
      const { reply: read } = await desk.answer(record.id, {
        utterance: asked.text,
      })
      if (read?.type === 'not-understood')
        throw new RequestMalformedError(
          'The reply was not understood and nothing was changed. Say what should be different, or name the plan to approve.',
        )
      return read?.type === 'aside' ? read.intentId : undefined
    }
    default:
      return asked satisfies never
  }
}

async function listTasks({
  params,
  desk,
  contexts,
  draw,
}: {
  readonly params: ListTasksRequest
  readonly desk: Desk
  readonly contexts: ContextStore
  readonly draw: (record: IntentRecord, name: TaskName) => Task
}) {
  const { contextId, status, statusTimestampAfter, historyLength } = params
  const pageSize = params.pageSize ?? defaultPageSize
  assertHistoryLength(historyLength)
  if (pageSize < 1 || pageSize > maxPageSize)
    throw new RequestMalformedError(
      `pageSize must be between 1 and ${maxPageSize}.`,
    )
  if (
    statusTimestampAfter !== undefined &&
    Number.isNaN(Date.parse(statusTimestampAfter))
  )
    throw new RequestMalformedError('statusTimestampAfter is no time.')
  const page: Awaited<ReturnType<Desk['list']>> =
    contextId === ''
      ? await desk.list({
          limit: pageSize,
          ...(params.pageToken === '' ? {} : { cursor: params.pageToken }),
        })
      : await listContext(desk, contexts, contextId)
  const contextOf = await contexts.findOf(page.records.map(({ id }) => id))
  const tasks = page.records
    .filter(
      (record) =>
        (status === TaskState.TASK_STATE_UNSPECIFIED ||
          toState(record) === status) &&
        (statusTimestampAfter === undefined ||
          Date.parse(record.updatedAt) >= Date.parse(statusTimestampAfter)),
    )
    .map((record) =>
      draw(record, toTaskName(record.id, contextOf.get(record.id) ?? '')),
    )
    .map((task) => ({
      ...task,
      artifacts: params.includeArtifacts ? task.artifacts : [],
      history: historyLength === 0 ? [] : task.history,
    }))
  return {
    tasks,
    nextPageToken: page.nextCursor ?? '',
    pageSize,
    // What a filter leaves is only known of this page.
    totalSize: tasks.length === page.records.length ? page.total : tasks.length,
  }
}

/** The tasks of a context, what changed last first. */
async function listContext(
  desk: Desk,
  contexts: ContextStore,
  contextId: string,
): ReturnType<Desk['list']> {
  const found = await findByContext(desk, contexts, contextId)
  const records = [...found].sort((one, other) =>
    other.updatedAt.localeCompare(one.updatedAt),
  )
  return { records, total: records.length }
}

/** The intents of a context, the newest first. */
async function findByContext(
  desk: Desk,
  contexts: ContextStore,
  contextId: string,
): Promise<readonly IntentRecord[]> {
  const kept = await contexts.list(contextId)
  // An intent that was begun elsewhere is a context of its own too.
  const ids = kept.length === 0 && isOwnContext(contextId) ? [contextId] : kept
  const found = await Promise.all(
    ids.map(async (id) => {
      try {
        return [await desk.get(id)]
      } catch (error) {
        if (BehestError.isInstance(error) && error.code === 'INTENT_NOT_FOUND')
          return []
        throw error
      }
    }),
  )
  return found.flat()
}

function assertHistoryLength(historyLength: number | undefined): void {
  if (historyLength !== undefined && historyLength < 0)
    throw new RequestMalformedError('historyLength must not be negative.')
}

function assertReadable(modes: readonly string[]): void {
  if (modes.length === 0) return
  const known = ['text/plain', 'application/json', 'text/*', '*/*']
  if (!modes.some((mode) => known.includes(mode)))
    throw new ContentTypeNotSupportedError(
      'Tasks are told in text/plain and application/json.',
    )
}

async function drain<Result>(
  events: AsyncGenerator<unknown, Result, void>,
): Promise<Result> {
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
  }
}

/** Errors of ours, by the names of A2A; what is a defect says nothing. */
function toA2aError(
  error: unknown,
  onError: (error: unknown) => void,
): unknown {
  if (!BehestError.isInstance(error)) {
    const isTheirs =
      error instanceof Error &&
      typeof (error as { reason?: unknown }).reason === 'string'
    if (isTheirs) return error
    onError(error)
    return new InvalidAgentResponseError(
      'Something failed that should not. It was recorded; try again.',
    )
  }
  const { code, shortMessage } = error
  switch (code) {
    case 'INTENT_NOT_FOUND':
    case 'PUSH_CONFIG_NOT_FOUND':
      return new TaskNotFoundError(shortMessage)
    case 'NOTHING_TO_ANSWER':
      return new TaskNotCancelableError(shortMessage)
    case 'NOTHING_TO_APPROVE':
      return new UnsupportedOperationError(shortMessage)
    case 'DRAINING':
    case 'DATABASE_UNREACHABLE':
    case 'CHAIN_UNREACHABLE':
      return new InvalidAgentResponseError(shortMessage)
    default:
      return new RequestMalformedError(`${code}: ${shortMessage}`)
  }
}
