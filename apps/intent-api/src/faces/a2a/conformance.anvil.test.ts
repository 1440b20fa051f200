/**
 * What A2A 1.0 says that an agent MUST do, sentence by sentence, asked over both
 * bindings by plain HTTP. The sections named are those of the specification.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../../testing/createWorld.js'
import { type ServedFaces, serveFaces } from '../testing/serveFaces.js'

let world: World
let faces: ServedFaces

beforeAll(async () => {
  world = await createWorld()
  faces = await serveFaces(world)
  world.setCandidates(await world.serve([world.honest]))
}, 60_000)
afterAll(async () => {
  await world?.stop()
})

type Json = Record<string, unknown>
type Task = {
  id: string
  contextId: string
  status: { state: string; timestamp: string }
  history?: unknown[]
  artifacts?: unknown[]
}
type Answer = {
  readonly code: number | undefined
  readonly reason: string | undefined
  readonly result: Json
  readonly frames: readonly Json[]
  readonly type: string
}
type Ask = (method: string, params: Json, version?: string) => Promise<Answer>

const errorInfo = 'type.googleapis.com/google.rpc.ErrorInfo'

function readReason(details: unknown): string | undefined {
  if (!Array.isArray(details)) return undefined
  const info = (details as Json[]).find((one) => one['@type'] === errorInfo)
  return info?.reason as string | undefined
}

function readFrames(text: string): Json[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) =>
    JSON.parse(data ?? ''),
  )
}

const askRpc: Ask = async (method, params, version = '1.0') => {
  const response = await fetch(`${faces.url}/a2a`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(version === '' ? {} : { 'a2a-version': version }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 'q', method, params }),
  })
  const type = response.headers.get('content-type') ?? ''
  const text = await response.text()
  const bodies = type.startsWith('text/event-stream')
    ? readFrames(text)
    : [JSON.parse(text) as Json]
  for (const body of bodies)
    expect(body).toMatchObject({ jsonrpc: '2.0', id: 'q' })
  const error = bodies[0]?.error as { code: number; data?: unknown } | undefined
  return {
    code: error?.code,
    reason: readReason(error?.data),
    result: (bodies[0]?.result ?? {}) as Json,
    frames: bodies.map(({ result }) => result as Json),
    type,
  }
}

const paths: Readonly<
  Record<string, (params: Json) => readonly [string, string, Json?]>
> = {
  SendMessage: (params) => ['POST', '/message:send', params],
  SendStreamingMessage: (params) => ['POST', '/message:stream', params],
  GetTask: ({ id, ...rest }) => ['GET', `/tasks/${id}?${toQuery(rest)}`],
  ListTasks: (params) => ['GET', `/tasks?${toQuery(params)}`],
  CancelTask: ({ id }) => ['POST', `/tasks/${id}:cancel`, {}],
  SubscribeToTask: ({ id }) => ['GET', `/tasks/${id}:subscribe`],
  GetExtendedAgentCard: () => ['GET', '/extendedAgentCard'],
  CreateTaskPushNotificationConfig: ({ taskId, ...rest }) => [
    'POST',
    `/tasks/${taskId}/pushNotificationConfigs`,
    rest,
  ],
  GetTaskPushNotificationConfig: ({ taskId, id }) => [
    'GET',
    `/tasks/${taskId}/pushNotificationConfigs/${id}`,
  ],
  DeleteTaskPushNotificationConfig: ({ taskId, id }) => [
    'DELETE',
    `/tasks/${taskId}/pushNotificationConfigs/${id}`,
  ],
}

function toQuery(params: Json): URLSearchParams {
  return new URLSearchParams(
    Object.entries(params).map(([key, value]) => [key, String(value)]),
  )
}

const askRest: Ask = async (name, params, version = '1.0') => {
  const [method, path, body] = paths[name]?.(params) ?? ['GET', '/']
  const response = await fetch(`${faces.url}/a2a${path}`, {
    method,
    headers: {
      'content-type': 'application/a2a+json',
      ...(version === '' ? {} : { 'a2a-version': version }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const type = response.headers.get('content-type') ?? ''
  const text = await response.text()
  const bodies = type.startsWith('text/event-stream')
    ? readFrames(text)
    : [(text === '' ? {} : JSON.parse(text)) as Json]
  const error = bodies[0]?.error as
    | { code: number; details?: unknown }
    | undefined
  if (error !== undefined) expect(error.code).toBe(response.status)
  return {
    code: error?.code,
    reason: readReason(error?.details),
    result: bodies[0] ?? {},
    frames: bodies,
    type,
  }
}

const say = (text: string, rest: Json = {}) => ({
  message: {
    messageId: crypto.randomUUID(),
    role: 'ROLE_USER',
    parts: [{ text }],
    ...rest,
  },
})
const toTask = ({ result }: Answer) => result.task as Task

describe.each([
  ['JSON-RPC', askRpc, 'application/json'],
  ['HTTP+JSON', askRest, 'application/a2a+json'],
] as const)('A2A 1.0 over %s', (binding, ask, contentType) => {
  const begin = async (): Promise<Task> =>
    toTask(await ask('SendMessage', say('swap ETH for USDC')))

  test('3.1.1 SendMessage gives a task, in a context of its own where none is named', async () => {
    const answer = await ask('SendMessage', say('swap ETH for USDC'))
    const task = toTask(answer)
    expect(answer.type).toContain(contentType)
    expect(task.id).toMatch(/./)
    expect(task.contextId).toMatch(/./)
    expect(task.status.state).toBe('TASK_STATE_INPUT_REQUIRED')
    // 5.6.1: times are ISO 8601, in UTC.
    expect(task.status.timestamp).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    const named = crypto.randomUUID()
    const second = await ask(
      'SendMessage',
      say('swap ETH for USDC', { contextId: named }),
    )
    expect(toTask(second).contextId).toBe(named)
  })

  test('3.4.2 a task names its context, and another context is refused', async () => {
    const { id, contextId } = await begin()
    const inferred = await ask('SendMessage', say('1 ETH', { taskId: id }))
    expect(toTask(inferred)).toMatchObject({ id, contextId })
    const other = await begin()
    const mismatch = await ask(
      'SendMessage',
      say('no', { taskId: other.id, contextId }),
    )
    expect(mismatch.code).toBe(binding === 'JSON-RPC' ? -32_602 : 400)
  })

  test('3.1.2 a stream begins with the task, and every frame has one payload', async () => {
    const { frames, type } = await ask(
      'SendStreamingMessage',
      say('what is the price of ETH?'),
    )
    expect(type).toContain('text/event-stream')
    expect(Object.keys(frames[0] ?? {})).toEqual(['task'])
    for (const frame of frames.slice(1))
      expect(['statusUpdate', 'artifactUpdate']).toContain(
        Object.keys(frame).join(),
      )
    const last = frames.at(-1)?.statusUpdate as { status: Task['status'] }
    expect(last.status.state).toMatch(/^TASK_STATE_(?:COMPLETED|FAILED)$/)
  })

  test('3.1.1, 3.1.5, 3.1.6 what has ended takes no message, no cancelling and no subscriber', async () => {
    const { id } = await begin()
    const canceled = await ask('CancelTask', { id })
    expect(canceled.result).toMatchObject({
      id,
      status: { state: 'TASK_STATE_CANCELED' },
    })
    expect((await ask('SendMessage', say('go', { taskId: id }))).reason).toBe(
      'UNSUPPORTED_OPERATION',
    )
    expect((await ask('SubscribeToTask', { id })).reason).toBe(
      'UNSUPPORTED_OPERATION',
    )
    // 3.3.1: to cancel again has the same effect.
    expect((await ask('CancelTask', { id })).result).toMatchObject({
      status: { state: 'TASK_STATE_CANCELED' },
    })
    const ended = toTask(
      await ask('SendMessage', say('what is the price of ETH?')),
    )
    expect(ended.status.state).toMatch(/^TASK_STATE_(?:COMPLETED|FAILED)$/)
    const late = await ask('CancelTask', { id: ended.id })
    expect(late.reason).toBe('TASK_NOT_CANCELABLE')
    expect(late.code).toBe(binding === 'JSON-RPC' ? -32_002 : 400)
  })

  test.each(['GetTask', 'CancelTask', 'SubscribeToTask'])(
    '3.3.2 %s of what is not there is TaskNotFound',
    async (method) => {
      const answer = await ask(method, { id: crypto.randomUUID() })
      expect(answer.code).toBe(binding === 'JSON-RPC' ? -32_001 : 404)
      expect(answer.reason).toBe('TASK_NOT_FOUND')
    },
  )

  test('3.2.4 the length of history is kept to, and cannot be negative', async () => {
    const { id } = await begin()
    expect((await ask('GetTask', { id })).result.history).toHaveLength(1)
    const none = await ask('GetTask', { id, historyLength: 0 })
    expect(none.result).not.toHaveProperty('history')
    const negative = await ask('GetTask', { id, historyLength: -1 })
    expect(negative.code).toBe(binding === 'JSON-RPC' ? -32_602 : 400)
  })

  test('3.1.4 tasks are listed by their last change, with a token on every page', async () => {
    const first = await begin()
    const second = await begin()
    await ask('SendMessage', say('1 ETH', { taskId: first.id }))
    const page = await ask('ListTasks', { pageSize: 2 })
    const { tasks, nextPageToken, totalSize } = page.result as {
      tasks: Task[]
      nextPageToken: string
      totalSize: number
    }
    expect(tasks.map(({ id }) => id)).toEqual([first.id, second.id])
    expect(totalSize).toBeGreaterThan(2)
    for (const task of tasks) expect(task).not.toHaveProperty('artifacts')
    const seen = [...tasks.map(({ id }) => id)]
    let token = nextPageToken
    while (token !== '') {
      const next = await ask('ListTasks', { pageSize: 2, pageToken: token })
      seen.push(...(next.result.tasks as Task[]).map(({ id }) => id))
      token = next.result.nextPageToken as string
      expect(token).toBeTypeOf('string')
    }
    expect(seen).toHaveLength(totalSize)
    expect(new Set(seen).size).toBe(totalSize)
  })

  test('3.1.7 to 3.1.10 a push notification is kept, read, and removed twice', async () => {
    const { id: taskId } = await begin()
    const config = { taskId, id: 'mine', url: 'http://127.0.0.1:9/hook' }
    const made = await ask('CreateTaskPushNotificationConfig', config)
    expect(made.result).toMatchObject(config)
    const place = { taskId, id: 'mine' }
    expect(
      (await ask('GetTaskPushNotificationConfig', place)).result,
    ).toMatchObject(config)
    for (const _time of [1, 2])
      expect(
        (await ask('DeleteTaskPushNotificationConfig', place)).code,
      ).toBeUndefined()
    expect((await ask('GetTaskPushNotificationConfig', place)).reason).toBe(
      'TASK_NOT_FOUND',
    )
  })

  test('3.3.4 what the card does not offer is an unsupported operation', async () => {
    expect((await ask('GetExtendedAgentCard', {})).reason).toBe(
      'UNSUPPORTED_OPERATION',
    )
  })

  test('3.1.1 parts of a kind that is not read are refused as such', async () => {
    const answer = await ask(
      'SendMessage',
      say('', { parts: [{ url: 'https://x.example/a.png' }] }),
    )
    expect(answer.reason).toBe('CONTENT_TYPE_NOT_SUPPORTED')
  })

  test.each(['9.9', ''])(
    '3.6.2 version "%s" is not one of ours (none means 0.3)',
    async (version) => {
      const answer = await ask('ListTasks', {}, version)
      expect(answer.code).toBe(binding === 'JSON-RPC' ? -32_009 : 400)
      expect(answer.reason).toBe('VERSION_NOT_SUPPORTED')
    },
  )
})

describe('the card of A2A 1.0', () => {
  test('4.4.1, 8 it has what it must, at the well-known address', async () => {
    const response = await fetch(`${faces.url}/.well-known/agent-card.json`)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(response.headers.get('cache-control')).toMatch(/max-age=\d+/)
    const card = (await response.json()) as Json
    for (const field of [
      'name',
      'description',
      'version',
      'supportedInterfaces',
      'capabilities',
      'defaultInputModes',
      'defaultOutputModes',
      'skills',
    ])
      expect(card).toHaveProperty(field)
    expect(card.supportedInterfaces).toEqual(
      ['JSONRPC', 'HTTP+JSON'].map((protocolBinding) =>
        expect.objectContaining({
          protocolBinding,
          protocolVersion: '1.0',
          url: `${faces.url}/a2a`,
        }),
      ),
    )
  })

  test('behavior: nothing of this was a defect', () => {
    expect(faces.defects).toEqual([])
  })
})
