// One file because every task of it runs over the same world, and making that takes seconds.
import { randomUUID } from 'node:crypto'
import {
  type Message,
  type Part,
  Role,
  type SendMessageRequest,
  type StreamResponse,
  type Task,
  TaskState,
} from '@a2a-js/sdk'
import {
  type Client,
  ClientFactory,
  ClientFactoryOptions,
} from '@a2a-js/sdk/client'
import { createAskAgent } from '@behest/agent-ask'
import { createAaveAgent } from '@behest/agent-lend'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../../testing/createWorld.js'
import { type ServedFaces, serveFaces } from '../testing/serveFaces.js'

let world: World
let faces: ServedFaces
let clients: Record<'JSONRPC' | 'HTTP+JSON', Client>

beforeAll(async () => {
  world = await createWorld()
  faces = await serveFaces(world)
  world.setCandidates(
    await world.serve([
      world.honest,
      createAaveAgent(world.chain),
      createAskAgent({ chains: [world.chain] }),
    ]),
  )
  const connect = (binding: string) =>
    new ClientFactory(
      ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
        preferredTransports: [binding],
      }),
    ).createFromUrl(faces.url)
  clients = {
    JSONRPC: await connect('JSONRPC'),
    'HTTP+JSON': await connect('HTTP+JSON'),
  }
}, 60_000)

afterAll(async () => {
  await world?.stop()
})

const readNonce = () =>
  world.chain.client.getTransactionCount({ address: world.user })

function message(
  content: NonNullable<Part['content']>,
  rest: Partial<Message> = {},
): SendMessageRequest {
  return {
    tenant: '',
    configuration: undefined,
    metadata: undefined,
    message: {
      messageId: randomUUID(),
      role: Role.ROLE_USER,
      contextId: '',
      taskId: '',
      parts: [{ content, mediaType: '', filename: '', metadata: undefined }],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
      ...rest,
    },
  }
}

const words = (value: string, rest: Partial<Message> = {}) =>
  message({ $case: 'text', value }, rest)
const data = (value: unknown, rest: Partial<Message> = {}) =>
  message({ $case: 'data', value }, rest)

async function send(
  client: Client,
  request: SendMessageRequest,
): Promise<Task> {
  const task = await client.sendMessage(request)
  if (!('status' in task)) throw new RangeError('a task')
  return task
}

type Ask = { planHash: string; approveAt: string; approveWith: object }

/** The data part in which a task says what it needs. */
function askOf(task: Task): Ask {
  const part = task.status?.message?.parts[1]?.content
  if (part?.$case !== 'data') throw new RangeError('a data part')
  return part.value as Ask
}

async function collect(
  events: AsyncGenerator<StreamResponse>,
): Promise<StreamResponse[]> {
  const all: StreamResponse[] = []
  for await (const event of events) all.push(event)
  return all
}

const statesOf = (events: readonly StreamResponse[]): TaskState[] =>
  events.flatMap(({ payload }) =>
    payload?.$case === 'statusUpdate'
      ? [payload.value.status?.state ?? TaskState.TASK_STATE_UNSPECIFIED]
      : [],
  )

describe('a2a', () => {
  for (const binding of ['JSONRPC', 'HTTP+JSON'] as const)
    for (const sentence of [
      'swap 1 ETH for USDC',
      'lend 100 USDC on Aave',
      'borrow 50 DAI against 1 ETH on Aave',
    ])
      test(`behavior: "${sentence}" over ${binding}`, async () => {
        const client = clients[binding]
        const task = await send(client, words(sentence))
        expect(task.status?.state).toBe(TaskState.TASK_STATE_AUTH_REQUIRED)
        const ask = askOf(task)
        expect(ask.approveAt).toBe(`${faces.url}/#intent=${task.id}`)
        const events = await collect(
          client.sendMessageStream(
            data(ask.approveWith, {
              taskId: task.id,
              contextId: task.contextId,
            }),
          ),
        )
        expect(events[0]?.payload?.$case).toBe('task')
        const states = statesOf(events)
        expect(states.at(-1)).toBe(TaskState.TASK_STATE_COMPLETED)
        expect(new Set(states.slice(0, -1))).toEqual(
          new Set([TaskState.TASK_STATE_WORKING]),
        )
        const ended = await client.getTask({ tenant: '', id: task.id })
        const [receipt] = ended.artifacts
        expect(receipt?.name).toBe('receipt')
        expect(receipt?.parts[0]?.content?.value).toMatchObject({
          receipt: { outcome: 'MET' },
        })
      })

  test('behavior: a standing order is approved by the hash of its terms', async () => {
    const client = clients.JSONRPC
    const task = await send(client, words('swap 100 USDC to ETH every friday'))
    expect(task.status?.state).toBe(TaskState.TASK_STATE_AUTH_REQUIRED)
    const ask = askOf(task)
    expect(ask).toMatchObject({
      order: {
        termsHash: ask.planHash,
        headline: expect.stringContaining('5200 USDC in all'),
      },
    })
    const stands = await send(
      client,
      data(ask.approveWith, { taskId: task.id, contextId: task.contextId }),
    )
    expect(stands.status?.state).toBe(TaskState.TASK_STATE_COMPLETED)
  })

  test('behavior: a question makes it input-required, its answer goes on', async () => {
    const client = clients.JSONRPC
    const task = await send(client, words('swap ETH for USDC'))
    expect(task.status?.state).toBe(TaskState.TASK_STATE_INPUT_REQUIRED)
    expect(askOf(task)).toMatchObject({ type: 'behest.questions' })
    const next = await send(client, words('0.1 ETH', { taskId: task.id }))
    expect(next.id).toBe(task.id)
    expect(next.status?.state).toBe(TaskState.TASK_STATE_AUTH_REQUIRED)
    const ended = await client.cancelTask({
      tenant: '',
      id: task.id,
      metadata: undefined,
    })
    expect(ended.status?.state).toBe(TaskState.TASK_STATE_CANCELED)
  })

  test('behavior: a question is answered with an artifact', async () => {
    const task = await send(clients.JSONRPC, words('what is the price of ETH?'))
    expect(task.status?.state).toBe(TaskState.TASK_STATE_COMPLETED)
    expect(task.artifacts[0]?.name).toBe('answer')
  })

  test('behavior: what is no request is rejected', async () => {
    const task = await send(clients.JSONRPC, words('hello, how are you?'))
    expect(task.status?.state).toBe(TaskState.TASK_STATE_REJECTED)
  })

  test('behavior: only a yes with the whole hash of the plan counts', async () => {
    const client = clients.JSONRPC
    const nonce = await readNonce()
    const task = await send(client, words('swap 1 ETH for USDC'))
    const { planHash } = askOf(task)
    const about = { taskId: task.id }
    for (const request of [
      words('yes', about),
      words(`approve ${planHash.slice(0, 20)}`, about),
      words(`approve 0x${'00'.repeat(32)}`, about),
      words('please be so kind', about),
      data(
        {
          type: 'behest.approval',
          planHash: `0x${'00'.repeat(32)}`,
          decision: 'approve',
        },
        about,
      ),
      words(`approve ${planHash}`, { ...about, role: Role.ROLE_AGENT }),
      words(`approve ${planHash}`),
    ])
      await expect(send(client, request)).rejects.toThrow()
    expect(
      (await client.getTask({ tenant: '', id: task.id })).status?.state,
    ).toBe(TaskState.TASK_STATE_AUTH_REQUIRED)
    expect(await readNonce()).toBe(nonce)
    const done = await send(client, words(`approve ${planHash}`, about))
    expect(done.status?.state).toBe(TaskState.TASK_STATE_COMPLETED)
    expect(await readNonce()).toBe(nonce + 1)
  })

  test('behavior: a subscription sees what is approved elsewhere', async () => {
    const client = clients.JSONRPC
    const task = await send(client, words('swap 1 ETH for USDC'))
    const events = collect(client.resubscribeTask({ tenant: '', id: task.id }))
    const { planHash } = askOf(task)
    await fetch(`${faces.url}/v1/intents/${task.id}/approval`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ planHash, decision: 'approve' }),
    })
    expect(statesOf(await events).at(-1)).toBe(TaskState.TASK_STATE_COMPLETED)
    await expect(
      collect(client.resubscribeTask({ tenant: '', id: task.id })),
    ).rejects.toThrow(/ended/)
  })

  test('behavior: the context that a client brings stays with its task', async () => {
    const contextId = 'errand-7'
    const task = await send(
      clients.JSONRPC,
      words('what is the price of ETH?', { contextId }),
    )
    expect(task.contextId).toBe(contextId)
    const again = await clients.JSONRPC.getTask({ tenant: '', id: task.id })
    expect([again.id, again.contextId]).toEqual([task.id, contextId])
    await expect(
      send(clients.JSONRPC, words('hi', { contextId: 'a context' })),
    ).rejects.toThrow(/contextId/)
  })

  test('behavior: "again" follows on its own conversation, whatever was said elsewhere since', async () => {
    const client = clients.JSONRPC
    const gives = async (task: Task) => {
      const { preview } = await world.engine.get(task.id.split('~')[0] ?? '')
      return [
        preview?.youGive.map((side) => `${side.boundDecimal} ${side.symbol}`),
        preview?.youGet.map(({ symbol }) => symbol),
      ]
    }
    const here = { contextId: 'errand-here' }
    const first = await send(client, words('swap 1 ETH for USDC', here))
    await send(client, words('what is the price of ETH?', here))
    const elsewhere = await send(
      client,
      words('swap 0.5 ETH for DAI', { contextId: 'errand-there' }),
    )
    const again = await send(client, words('do that again with 2 ETH', here))
    expect(await gives(again)).toEqual([['2 ETH'], ['USDC']])
    // As plain HTTP says it, in the conversation that the server named.
    const named = await send(client, words('swap 0.3 ETH for USDC'))
    await send(client, words('swap 0.4 ETH for DAI'))
    const raw = await fetch(`${faces.url}/a2a`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'SendMessage',
        params: {
          message: {
            messageId: randomUUID(),
            contextId: named.contextId,
            role: 'ROLE_USER',
            parts: [{ text: 'do that again with 0.6 ETH' }],
          },
        },
      }),
    })
    const { result } = (await raw.json()) as { result: { task: Task } }
    expect(await gives(result.task)).toEqual([['0.6 ETH'], ['USDC']])
    // What is referred to counts for more than where it is said.
    const referred = await send(
      client,
      words('do that again with 3 ETH', {
        ...here,
        referenceTaskIds: [elsewhere.id],
      }),
    )
    expect(await gives(referred)).toEqual([['3 ETH'], ['DAI']])
    const { tasks } = await client.listTasks({
      tenant: '',
      contextId: here.contextId,
      status: TaskState.TASK_STATE_UNSPECIFIED,
      pageToken: '',
      statusTimestampAfter: undefined,
    })
    const listed = tasks.map(({ id }) => id)
    expect(new Set(listed).size).toBe(4)
    for (const task of [referred, again, first])
      expect(listed).toContain(task?.id)
    for (const { contextId } of tasks) expect(contextId).toBe(here.contextId)
    // What changed last is first.
    const times = tasks.map(({ status }) => status?.timestamp ?? '')
    expect(times).toEqual([...times].sort().reverse())
    for (const { id } of tasks)
      await client.cancelTask({ tenant: '', id, metadata: undefined }).catch(
        () => undefined, // what was answered has ended already
      )
  })

  test('behavior: tasks are listed, filtered and paged', async () => {
    const list = (rest: object) =>
      clients.JSONRPC.listTasks({
        tenant: '',
        contextId: '',
        status: TaskState.TASK_STATE_UNSPECIFIED,
        pageToken: '',
        statusTimestampAfter: undefined,
        ...rest,
      })
    const first = await list({ pageSize: 2 })
    expect(first.tasks).toHaveLength(2)
    const second = await list({ pageSize: 2, pageToken: first.nextPageToken })
    const ids = [...first.tasks, ...second.tasks].map(({ id }) => id)
    expect(new Set(ids).size).toBe(4)
    const canceled = await list({ status: TaskState.TASK_STATE_CANCELED })
    expect(
      canceled.tasks.every(
        ({ status }) => status?.state === TaskState.TASK_STATE_CANCELED,
      ),
    ).toBe(true)
    await expect(list({ pageSize: 1000 })).rejects.toThrow(/pageSize/)
    await expect(list({ pageToken: 'nonsense' })).rejects.toThrow()
  })
})

describe('bad input', () => {
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${faces.url}/a2a`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'a2a-version': '1.0',
        ...headers,
      },
      body,
    })
    const answer = (await response.json()) as { error?: { code: number } }
    return [response.status, answer.error?.code]
  }
  const call = (method: string, params: unknown = {}) =>
    JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })

  const pushConfig = { taskId: 't', url: 'http://169.254.169.254/latest' }

  test('error: JSON-RPC errors by their codes, and no 500', async () => {
    const cases: [string, Record<string, string>, [number, number]][] = [
      ['{"jsonrpc":', {}, [200, -32_700]],
      ['[]', {}, [200, -32_602]],
      ['null', {}, [200, -32_602]],
      ['['.repeat(5000), {}, [200, -32_602]],
      ['x'.repeat(10 * 1024 * 1024), {}, [413, -32_602]],
      [call('Nonsense'), {}, [200, -32_601]],
      [call('SendMessage', []), {}, [200, -32_602]],
      [call('SendMessage'), {}, [200, -32_602]],
      [call('GetTask', { id: 'nope' }), {}, [200, -32_001]],
      [call('SubscribeToTask', { id: 'nope' }), {}, [200, -32_001]],
      [call('GetTask', { id: '1' }), { 'a2a-version': '9.9' }, [200, -32_009]],
      [
        call('CreateTaskPushNotificationConfig', pushConfig),
        {},
        [200, -32_602],
      ],
      [
        call('SendMessage', {
          message: {
            messageId: 'm',
            role: 'ROLE_USER',
            parts: [{ text: 'swap 1 ETH for USDC' }],
          },
          configuration: { taskPushNotificationConfig: pushConfig },
        }),
        {},
        [200, -32_602],
      ],
      [call('GetTask'), { 'content-type': 'text/plain' }, [200, -32_005]],
    ]
    for (const [body, headers, expected] of cases)
      expect([body.slice(0, 60), await post(body, headers)]).toEqual([
        body.slice(0, 60),
        expected,
      ])
    expect(faces.defects).toEqual([])
  })

  test('error: REST errors as google.rpc.Status', async () => {
    const cases: [string, string, string | undefined, number][] = [
      ['GET', '/tasks/nope', undefined, 404],
      ['GET', '/nothing', undefined, 404],
      ['POST', '/message:send', '{"message":', 400],
      ['POST', '/message:send', '{}', 400],
      ['POST', '/message:stream', '{}', 400],
      ['POST', '/message:send', 'x'.repeat(10 * 1024 * 1024), 413],
      ['POST', '/tasks/nope/pushNotificationConfigs', '{}', 400],
      ['DELETE', '/tasks/nope', undefined, 404],
    ]
    for (const [method, path, body, status] of cases) {
      const response = await fetch(`${faces.url}/a2a${path}`, {
        method,
        headers: {
          'a2a-version': '1.0',
          'content-type': 'application/a2a+json',
        },
        ...(body === undefined ? {} : { body }),
      })
      const answer = (await response.json()) as { error?: { code: number } }
      expect([path, response.status, answer.error?.code]).toEqual([
        path,
        status,
        status,
      ])
    }
    expect(faces.defects).toEqual([])
  })
})
