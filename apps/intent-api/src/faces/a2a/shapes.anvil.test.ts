/**
 * Every answer is read by the protocol's own types and written again: what comes
 * out must be what went in. A field that the protocol does not have, a wrong name
 * or a wrong enum would be lost on the way.
 */
import {
  AgentCard,
  ListTaskPushNotificationConfigsResponse,
  ListTasksResponse,
  SendMessageResponse,
  StreamResponse,
  Task,
  TaskPushNotificationConfig,
} from '@a2a-js/sdk'
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

type Shape<Message> = {
  readonly fromJSON: (json: unknown) => Message
  readonly toJSON: (message: Message) => unknown
}

async function call(
  method: string,
  params: object,
  onBegun: () => void = () => {},
): Promise<unknown[]> {
  const response = await fetch(`${faces.url}/a2a`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }),
  })
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    onBegun()
  }
  const frames = response.headers.get('content-type')?.includes('event-stream')
    ? [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => data ?? '')
    : [text]
  return frames.map((frame) => {
    const answer = JSON.parse(frame) as { id: number; result?: unknown }
    expect(answer).toMatchObject({ jsonrpc: '2.0', id: 7 })
    expect(answer).toHaveProperty('result')
    return answer.result
  })
}

function expectShape<Message>(
  answers: readonly unknown[],
  shape: Shape<Message>,
): void {
  expect(answers.length).toBeGreaterThan(0)
  for (const answer of answers)
    expect(withoutEmpty(shape.toJSON(shape.fromJSON(answer)))).toEqual(
      withoutEmpty(answer),
    )
}

/** ProtoJSON may leave out what has its default value. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([, entry]) =>
          entry !== '' &&
          entry !== undefined &&
          !(Array.isArray(entry) && entry.length === 0),
      )
      .map(([key, entry]) => [key, withoutEmpty(entry)]),
  )
}

const say = (text: string, rest: object = {}) => ({
  message: {
    messageId: crypto.randomUUID(),
    role: 'ROLE_USER',
    parts: [{ text }],
    ...rest,
  },
})

describe('answers of A2A', () => {
  test('law: each method answers in the shape of its own type', async () => {
    const card = await fetch(`${faces.url}/.well-known/agent-card.json`)
    expectShape([await card.json()], AgentCard)

    const sent = await call('SendMessage', say('swap 0.1 ETH for USDC'))
    expectShape(sent, SendMessageResponse)
    const { task } = sent[0] as { task: { id: string; contextId: string } }
    expectShape(
      await call('SendStreamingMessage', say('swap ETH for USDC')),
      StreamResponse,
    )
    expectShape(await call('GetTask', { id: task.id }), Task)
    expectShape(
      await call('ListTasks', { includeArtifacts: true }),
      ListTasksResponse,
    )

    const config = {
      taskId: task.id,
      id: 'watch',
      url: 'http://127.0.0.1:9/hook',
      token: 'secret',
    }
    const named = { taskId: task.id, id: 'watch' }
    expectShape(
      await call('CreateTaskPushNotificationConfig', config),
      TaskPushNotificationConfig,
    )
    expectShape(
      await call('GetTaskPushNotificationConfig', named),
      TaskPushNotificationConfig,
    )
    expectShape(
      await call('ListTaskPushNotificationConfigs', { taskId: task.id }),
      ListTaskPushNotificationConfigsResponse,
    )
    await call('DeleteTaskPushNotificationConfig', named)

    const { preview } = await world.engine.get(task.id)
    const approved = await call(
      'SendStreamingMessage',
      say(`approve ${preview?.planHash}`, {
        taskId: task.id,
        contextId: task.contextId,
      }),
    )
    expectShape(approved, StreamResponse)
    const other = await call('SendMessage', say('swap 0.2 ETH for USDC'))
    const { task: waiting } = other[0] as { task: { id: string } }
    let resume = (): void => {}
    const begun = new Promise<void>((resolve) => {
      resume = resolve
    })
    const following = call('SubscribeToTask', { id: waiting.id }, () =>
      resume(),
    )
    // It never begins where the call fails: then the failure is what ends this.
    await Promise.race([begun, following])
    expectShape(await call('CancelTask', { id: waiting.id }), Task)
    expectShape(await following, StreamResponse)
    expect(faces.defects).toEqual([])
  }, 60_000)
})
