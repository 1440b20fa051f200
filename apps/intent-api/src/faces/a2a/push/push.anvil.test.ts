import { randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  Role,
  type SendMessageRequest,
  StreamResponse,
  type Task,
  type TaskPushNotificationConfig,
  TaskState,
} from '@a2a-js/sdk'
import { type Client, ClientFactory } from '@a2a-js/sdk/client'
import { createGuardedFetch, type GuardedFetch } from '@behest/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../../../testing/createWorld.js'
import { type ServedFaces, serveFaces } from '../../testing/serveFaces.js'
import { type PushSender, startPushSender } from './startPushSender.js'

let world: World
let faces: ServedFaces
let client: Client
let guardedFetch: GuardedFetch
const senders: PushSender[] = []
const errors: unknown[] = []
const givenUp: unknown[] = []

beforeAll(async () => {
  world = await createWorld()
  faces = await serveFaces(world)
  world.setCandidates(await world.serve([world.honest]))
  client = await new ClientFactory().createFromUrl(faces.url)
  guardedFetch = createGuardedFetch({ allowedLoopbackHosts: ['127.0.0.1:*'] })
  // Two, as two processes over one database: nothing is told by both.
  for (let index = 0; index < 2; index += 1)
    senders.push(
      startPushSender({
        desk: {
          get: world.engine.get,
          linkTo: (id) => `${faces.url}/#intent=${id}`,
        },
        events: world.store,
        store: world.webhooks,
        fetch: guardedFetch,
        pollMs: 20,
        random: () => 0,
        onGivenUp: (facts) => givenUp.push(facts),
        onError: (error) => errors.push(error),
      }),
    )
}, 60_000)

afterAll(async () => {
  await Promise.all(senders.map((sender) => sender.stop()))
  await guardedFetch?.close()
  await world?.stop()
})

type Call = {
  readonly headers: IncomingHttpHeaders
  readonly update: StreamResponse
}

/** Somebody who wants to be told, and answers each call as it is told to. */
async function receive(answer: (count: number) => number | 'redirect') {
  const taken: Call[] = []
  let count = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const status = answer(count)
    count += 1
    if (status === 'redirect') {
      response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' })
      response.end()
      return
    }
    if (status === 200)
      taken.push({
        headers: request.headers,
        update: StreamResponse.fromJSON(
          JSON.parse(Buffer.concat(chunks).toString('utf8')),
        ),
      })
    response.writeHead(status).end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    taken,
    readCount: () => count,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const configFor = (
  url: string,
  rest: Partial<TaskPushNotificationConfig> = {},
): TaskPushNotificationConfig => ({
  tenant: '',
  id: '',
  taskId: '',
  url,
  token: '',
  authentication: undefined,
  ...rest,
})

async function say(
  text: string,
  wanted?: TaskPushNotificationConfig,
): Promise<Task> {
  const request: SendMessageRequest = {
    tenant: '',
    metadata: undefined,
    configuration: wanted
      ? {
          acceptedOutputModes: [],
          taskPushNotificationConfig: wanted,
          historyLength: undefined,
          returnImmediately: false,
        }
      : undefined,
    message: {
      messageId: randomUUID(),
      role: Role.ROLE_USER,
      contextId: '',
      taskId: '',
      parts: [
        {
          content: { $case: 'text', value: text },
          mediaType: '',
          filename: '',
          metadata: undefined,
        },
      ],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    },
  }
  const task = await client.sendMessage(request)
  if (!('status' in task)) throw new RangeError('a task')
  return task
}

const statesOf = (calls: readonly Call[]): TaskState[] =>
  calls.flatMap(({ update: { payload } }) =>
    payload?.$case === 'statusUpdate' && payload.value.status
      ? [payload.value.status.state]
      : [],
  )

const hasEnded = (calls: readonly Call[]): boolean =>
  statesOf(calls).at(-1) === TaskState.TASK_STATE_CANCELED

describe('push notifications', () => {
  test('behavior: each update is told once and in order, with its secrets', async () => {
    const receiver = await receive(() => 200)
    const task = await say(
      'swap 1 ETH for USDC',
      configFor(receiver.url, {
        token: 'of-this-task',
        authentication: { scheme: 'Bearer', credentials: 'of-the-receiver' },
      }),
    )
    await expect
      .poll(() => statesOf(receiver.taken), { timeout: 60_000 })
      .toContain(TaskState.TASK_STATE_AUTH_REQUIRED)
    await client.cancelTask({ tenant: '', id: task.id, metadata: undefined })
    await expect
      .poll(() => hasEnded(receiver.taken), { timeout: 60_000 })
      .toBe(true)
    const states = statesOf(receiver.taken)
    // The plan that waits is told with its status, before the end.
    expect(states.slice(-2)).toEqual([
      TaskState.TASK_STATE_AUTH_REQUIRED,
      TaskState.TASK_STATE_CANCELED,
    ])
    expect(new Set(states.slice(0, -2))).toEqual(
      new Set([TaskState.TASK_STATE_WORKING]),
    )
    const said = receiver.taken.map(({ update }) => JSON.stringify(update))
    expect(new Set(said).size).toBe(said.length)
    for (const { headers } of receiver.taken) {
      expect(headers['x-a2a-notification-token']).toBe('of-this-task')
      expect(headers.authorization).toBe('Bearer of-the-receiver')
      expect(headers['content-type']).toBe('application/a2a+json')
    }
    receiver.stop()
  }, 120_000)

  test('behavior: a receiver that was away is told all of it, in order', async () => {
    const receiver = await receive((count) => (count < 2 ? 503 : 200))
    const task = await say('swap 1 ETH for USDC', configFor(receiver.url))
    await client.cancelTask({ tenant: '', id: task.id, metadata: undefined })
    await expect
      .poll(() => hasEnded(receiver.taken), { timeout: 60_000 })
      .toBe(true)
    const told = receiver.taken.flatMap(({ update: { payload } }) =>
      payload?.$case === 'statusUpdate'
        ? [payload.value.status?.message?.messageId ?? '']
        : [],
    )
    const events = await world.store.readEvents({
      intentId: task.id.split('~')[0] ?? '',
      afterSequence: 0,
    })
    // The end is told as the task that it leaves, all others as the events they are.
    expect(told.slice(0, -1)).toEqual(
      events.slice(0, -1).map(({ sequence }) => `${task.id}-event-${sequence}`),
    )
    expect(statesOf(receiver.taken)).toHaveLength(events.length)
    receiver.stop()
  }, 120_000)

  test('behavior: configurations are kept, listed, replaced and removed', async () => {
    const task = await say('swap ETH for USDC') // waits for an answer
    const of = { tenant: '', taskId: task.id }
    const url = 'https://receiver.example/hook'
    const made = await client.createTaskPushNotificationConfig(
      configFor(url, { ...of, id: 'mine', token: 'a' }),
    )
    expect(made).toMatchObject({ id: 'mine', url, token: 'a' })
    await client.createTaskPushNotificationConfig(
      configFor(`${url}/2`, { ...of, id: 'mine' }),
    )
    const { id: given } = await client.createTaskPushNotificationConfig(
      configFor(url, of),
    )
    expect(given).toMatch(/^[0-9a-f-]{36}$/)
    const listed = await client.listTaskPushNotificationConfig({
      ...of,
      pageSize: 0,
      pageToken: '',
    })
    expect(listed.configs.map(({ id }) => id).sort()).toEqual(
      ['mine', given].sort(),
    )
    expect(
      await client.getTaskPushNotificationConfig({ ...of, id: 'mine' }),
    ).toMatchObject({ url: `${url}/2` })
    await client.deleteTaskPushNotificationConfig({ ...of, id: 'mine' })
    await expect(
      client.getTaskPushNotificationConfig({ ...of, id: 'mine' }),
    ).rejects.toThrow(/no push notification "mine"/)
    for (let count = 1; count < 10; count += 1)
      await client.createTaskPushNotificationConfig(configFor(url, of))
    await expect(
      client.createTaskPushNotificationConfig(configFor(url, of)),
    ).rejects.toThrow(/WEBHOOK_LIMIT/)
    await client.cancelTask({ tenant: '', id: task.id, metadata: undefined })
  }, 120_000)

  test('error: addresses that no stranger may have us ask', async () => {
    const before = await client.listTasks({
      tenant: '',
      contextId: '',
      status: TaskState.TASK_STATE_UNSPECIFIED,
      pageSize: 100,
      pageToken: '',
      historyLength: 0,
      statusTimestampAfter: undefined,
      includeArtifacts: false,
    })
    for (const url of [
      'http://169.254.169.254/latest/meta-data',
      'https://169.254.169.254/latest',
      'http://receiver.example/hook',
      'https://10.0.0.1/hook',
      'https://[::1]/hook',
      'https://user:secret@receiver.example/hook',
      'https://receiver.example:22/hook',
      'file:///etc/passwd',
      'gopher://receiver.example/',
      'no address',
      `https://receiver.example/${'a'.repeat(3000)}`,
    ])
      await expect(
        say('swap 1 ETH for USDC', configFor(url)),
        url,
      ).rejects.toThrow(/FETCH_REFUSED|PUSH_CONFIG_MALFORMED/)
    for (const part of [
      { token: 'a\r\nX-Other: b' },
      { token: 'ü' },
      { id: '../../other' },
      { authentication: { scheme: 'Bearer', credentials: 'a\nb' } },
      { authentication: { scheme: 'Bad scheme', credentials: 'a' } },
    ])
      await expect(
        say(
          'swap 1 ETH for USDC',
          configFor('https://receiver.example/hook', part),
        ),
        JSON.stringify(part),
      ).rejects.toThrow(/PUSH_CONFIG_MALFORMED/)
    // What is refused leaves no task behind.
    const after = await client.listTasks({
      tenant: '',
      contextId: '',
      status: TaskState.TASK_STATE_UNSPECIFIED,
      pageSize: 100,
      pageToken: '',
      historyLength: 0,
      statusTimestampAfter: undefined,
      includeArtifacts: false,
    })
    expect(after.tasks.length).toBe(before.tasks.length)
  }, 120_000)

  test('error: a redirect is not followed, and a name that turns private is not asked', async () => {
    const receiver = await receive(() => 'redirect')
    const asked: string[] = []
    const rebinding = createGuardedFetch({
      resolve: async (name) => {
        asked.push(name)
        return [{ address: '169.254.169.254', family: 4 }]
      },
    })
    await expect(
      rebinding('https://receiver.example/hook', {
        method: 'POST',
        body: '{}',
      }),
    ).rejects.toThrow(/not on the public internet/)
    expect(asked).toEqual(['receiver.example'])
    await rebinding.close()
    const task = await say('swap ETH for USDC', configFor(receiver.url))
    await expect.poll(receiver.readCount, { timeout: 5000 }).toBeGreaterThan(1)
    expect(receiver.taken).toEqual([])
    await client.cancelTask({ tenant: '', id: task.id, metadata: undefined })
    receiver.stop()
  }, 120_000)

  test('behavior: nothing failed unseen', () => {
    expect(errors).toEqual([])
    expect(givenUp).toEqual([])
    expect(faces.defects).toEqual([])
  })
})
