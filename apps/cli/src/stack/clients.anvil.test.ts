/**
 * One file because it is one table: every client that people have, from its own
 * library, through a whole swap and a whole loan against the stack as a stranger
 * starts it. What the page, its embedding and Telegram do is in the tests of those;
 * docs/guides/clients.md says which test holds which cell.
 */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  Role,
  SendMessageRequest,
  type StreamResponse,
  TaskState,
} from '@a2a-js/sdk'
import { ClientFactory, ClientFactoryOptions } from '@a2a-js/sdk/client'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createIntentClient } from '@behest/client'
import { ChatOpenAI } from '@langchain/openai'
import {
  Client,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import {
  Agent,
  type AgentInputItem,
  OpenAIResponsesModel,
  Runner,
  setTracingDisabled,
} from '@openai/agents'
import { generateText, type ModelMessage, streamText } from 'ai'
import OpenAI from 'openai'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readStackConfig, repositoryRoot } from './stackConfig.js'
import { type Stack, startStack } from './startStack.js'
import { type StackPlace, takePlace } from './takePlace.js'

let stack: Stack
let place: StackPlace
let url: string
let openai: OpenAI

beforeAll(async () => {
  place = await takePlace('clients')
  stack = await startStack({
    config: readStackConfig(place.environment),
    onProgress: () => undefined,
  })
  url = stack.config.intentUrl
  openai = new OpenAI({
    baseURL: `${url}/v1`,
    apiKey: 'none is needed',
    maxRetries: 0,
  })
  setTracingDisabled(true)
}, 120_000)

afterAll(async () => {
  await stack?.stop()
  rmSync(place.folder, { recursive: true, force: true })
}, 60_000)

/**
 * Says a sentence, gives the yes to the plan that came back in the client's own
 * way, and throws unless the client itself was then told that the promise was met.
 */
type CarryOut = (sentence: string) => Promise<void>

const sentences = ['swap 0.2 ETH for USDC', 'lend 20 USDC on Aave'] as const

const clients: Record<string, CarryOut> = {
  'openai, chat completions, whole': async (sentence) => {
    const messages: OpenAI.ChatCompletionMessageParam[] = []
    const say = async (content: string): Promise<string> => {
      messages.push({ role: 'user', content })
      const { choices } = await openai.chat.completions.create({
        model: 'behest',
        messages,
      })
      const said = choices[0]?.message.content ?? ''
      messages.push({ role: 'assistant', content: said })
      return said
    }
    expectPlan(await say(sentence))
    expectReceipt(await say('yes'))
  },

  'openai, chat completions, streamed': async (sentence) => {
    const messages: OpenAI.ChatCompletionMessageParam[] = []
    const say = async (content: string): Promise<string> => {
      messages.push({ role: 'user', content })
      let said = ''
      for await (const { choices } of await openai.chat.completions.create({
        model: 'behest',
        messages,
        stream: true,
      }))
        said += choices[0]?.delta.content ?? ''
      messages.push({ role: 'assistant', content: said })
      return said
    }
    expectPlan(await say(sentence))
    expectReceipt(await say('yes'))
  },

  'openai, responses, whole': async (sentence) => {
    const shown = await openai.responses.create({
      model: 'behest',
      input: sentence,
    })
    expectPlan(shown.output_text)
    const done = await openai.responses.create({
      model: 'behest',
      previous_response_id: shown.id,
      input: 'yes',
    })
    expect(done.status).toBe('completed')
    expectReceipt(done.output_text)
  },

  'openai, responses, streamed': async (sentence) => {
    const say = async (
      input: string,
      previous: string | null,
    ): Promise<OpenAI.Responses.Response> => {
      const stream = openai.responses.stream({
        model: 'behest',
        previous_response_id: previous,
        input,
      })
      return stream.finalResponse()
    }
    const shown = await say(sentence, null)
    expectPlan(shown.output_text)
    expectReceipt((await say('yes', shown.id)).output_text)
  },

  '@langchain/openai': async (sentence) => {
    const model = new ChatOpenAI({
      model: 'behest',
      apiKey: 'none is needed',
      maxRetries: 0,
      configuration: { baseURL: `${url}/v1` },
    })
    const history = [{ role: 'user', content: sentence }]
    const preview = await model.invoke(history)
    expectPlan(preview.text)
    history.push(
      { role: 'assistant', content: preview.text },
      { role: 'user', content: 'yes' },
    )
    expectReceipt((await model.invoke(history)).text)
  },

  'the AI SDK, @ai-sdk/openai-compatible': async (sentence) => {
    const behest = createOpenAICompatible({
      name: 'behest',
      baseURL: `${url}/v1`,
    })
    const messages: ModelMessage[] = [{ role: 'user', content: sentence }]
    const preview = await generateText({
      model: behest('behest'),
      messages,
      maxRetries: 0,
    })
    expectPlan(preview.text)
    messages.push(...preview.response.messages, {
      role: 'user',
      content: 'yes',
    })
    const told = streamText({
      model: behest('behest'),
      messages,
      maxRetries: 0,
    })
    expectReceipt(await told.text)
  },

  '@openai/agents': async (sentence) => {
    const agent = new Agent({
      name: 'broker',
      model: new OpenAIResponsesModel(openai, 'behest'),
    })
    const runner = new Runner({ tracingDisabled: true })
    const first = await runner.run(agent, sentence)
    expectPlan(String(first.finalOutput))
    const history: AgentInputItem[] = [
      ...first.history,
      { role: 'user', content: 'yes' },
    ]
    const second = await runner.run(agent, history)
    expectReceipt(String(second.finalOutput))
  },

  '@modelcontextprotocol/client': async (sentence) => {
    const shown: string[] = []
    const client = new Client(
      { name: 'somebody', version: '1.0.0' },
      {
        capabilities: { elicitation: { form: {} } },
        versionNegotiation: { mode: 'auto' },
      },
    )
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      shown.push(params.message)
      return { action: 'accept', content: { decision: 'approve' } }
    })
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${url}/mcp`)),
    )
    try {
      const quoted = await client.callTool({
        name: 'quote',
        arguments: { utterance: sentence },
      })
      const { intentId, planHash } = quoted.structuredContent as {
        intentId: string
        planHash: string
      }
      const carried = await client.callTool({
        name: 'request_approval',
        arguments: { intentId },
      })
      expect(shown).toEqual([expect.stringContaining(planHash)])
      expect(carried.structuredContent).toMatchObject({
        receipt: { outcome: 'MET' },
      })
    } finally {
      await client.close()
    }
  },

  '@modelcontextprotocol/client, of an older revision': async (sentence) => {
    const client = new Client({ name: 'somebody', version: '1.0.0' })
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${url}/mcp`)),
    )
    try {
      const quoted = await client.callTool({
        name: 'quote',
        arguments: { utterance: sentence },
      })
      const { intentId, planHash, approveAt } = quoted.structuredContent as {
        intentId: string
        planHash: string
        approveAt: string
      }
      expect(approveAt).toBe(`${url}/#intent=${intentId}`)
      // What the page behind that link does when its person says yes.
      await postJson(`/v1/intents/${intentId}/approval`, {
        planHash,
        decision: 'approve',
      })
      const followed = await client.callTool({
        name: 'follow',
        arguments: { intentId },
      })
      expect(followed.structuredContent).toMatchObject({
        receipt: { outcome: 'MET' },
      })
    } finally {
      await client.close()
    }
  },

  '@a2a-js/sdk, JSON-RPC': (sentence) => carryOutByA2a('JSONRPC', sentence),

  '@a2a-js/sdk, REST': (sentence) => carryOutByA2a('HTTP+JSON', sentence),

  'A2A over plain HTTP, JSON-RPC': async (sentence) => {
    const call = async <Result>(
      method: string,
      params: object,
    ): Promise<Result> => {
      const { error, result } = (await postJson('/a2a', {
        jsonrpc: '2.0',
        id: 1,
        method,
        params,
      })) as { error?: object; result: Result }
      expect(error).toBeUndefined()
      return result
    }
    const { task } = await call<{ task: RawTask }>('SendMessage', {
      message: rawMessage({ text: sentence }),
    })
    const ended = await call<{ task: RawTask }>('SendMessage', {
      message: rawMessage({ data: readRawAsk(task) }, task),
    })
    expectRawReceipt(ended.task)
    expectRawReceipt(await call<RawTask>('GetTask', { id: task.id }))
  },

  'A2A over plain HTTP, REST and a stream': async (sentence) => {
    const { task } = (await postJson('/a2a/message:send', {
      message: rawMessage({ text: sentence }),
    })) as { task: RawTask }
    const stream = await post('/a2a/message:stream', {
      message: rawMessage({ data: readRawAsk(task) }, task),
    })
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    const events = (await stream.text())
      .split('\n')
      .filter((line) => line.startsWith('data:'))
      .map((line) => JSON.parse(line.slice('data:'.length)) as RawEvent)
    expect(events[0]?.task?.id).toBe(task.id)
    expect(
      events.flatMap(({ statusUpdate }) => statusUpdate?.status.state ?? []),
    ).toContain('TASK_STATE_WORKING')
    expect(events.findLast((one) => one.statusUpdate)?.statusUpdate).toEqual(
      expect.objectContaining({
        status: expect.objectContaining({ state: 'TASK_STATE_COMPLETED' }),
      }),
    )
    const ended = await fetch(`${url}/a2a/tasks/${task.id}`, {
      headers: { 'a2a-version': '1.0' },
    })
    expectRawReceipt((await ended.json()) as RawTask)
  },

  '@behest/client': async (sentence) => {
    const client = createIntentClient({ baseUrl: url })
    const { id } = await client.create({ utterance: sentence })
    for await (const _ of client.events(id)) {
      const { status, preview } = await client.get(id)
      if (status === 'needs-approval' && preview !== undefined)
        await client.approve(id, { planHash: preview.planHash })
      if (status === 'done' || status === 'failed') break
    }
    expect((await client.receipt(id)).outcome).toBe('MET')
  },

  'the command line': async (sentence) => {
    // It shows the plan and says by its exit code that the user must answer.
    const shown = await behest('do', sentence, '--json')
    expect(shown.exitCode).toBe(3)
    const { id, status } = JSON.parse(shown.stdout) as {
      id: string
      status: string
    }
    expect(status).toBe('needs-approval')
    const followed = await behest('resume', id, '--yes', '--json')
    expect(followed.exitCode).toBe(0)
    expect(JSON.parse(followed.stdout)).toMatchObject({
      id,
      status: 'done',
      artifacts: { receipt: { receipt: { outcome: 'MET' } } },
    })
  },
}

describe.each(Object.entries(clients))('%s', (_name, carryOut) => {
  test.each(sentences)('behavior: "%s", to its receipt', async (sentence) => {
    const before = await listIntents()
    await carryOut(sentence)
    // As everybody else sees it: one intent more, of these words, and on the chain.
    const [newest, ...older] = await listIntents()
    expect(older.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
    const receipt = newest?.artifacts.receipt?.receipt
    expect([newest?.utterance, receipt?.outcome]).toEqual([sentence, 'MET'])
    const hashes = (receipt?.steps ?? []).flatMap((step) => step.transactions)
    expect(hashes.length).toBeGreaterThan(0)
    const chain = createPublicClient({ transport: http(stack.config.rpcUrl) })
    for (const hash of hashes)
      expect((await chain.getTransactionReceipt({ hash })).status).toBe(
        'success',
      )
  })
})

function expectPlan(said: string): void {
  expect(said).toMatch(/plan 0x[0-9a-f]{64} · intent [0-9a-f-]{36}$/)
}

function expectReceipt(said: string): void {
  expect(said).toContain('Receipt: MET')
}

async function listIntents() {
  const { intents } = await createIntentClient({ baseUrl: url }).list({
    limit: 100,
  })
  return intents
}

async function carryOutByA2a(
  binding: 'JSONRPC' | 'HTTP+JSON',
  sentence: string,
): Promise<void> {
  const client = await new ClientFactory(
    ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
      preferredTransports: [binding],
    }),
  ).createFromUrl(url)
  const say = (taskId: string, part: object) =>
    SendMessageRequest.fromJSON({
      message: {
        messageId: randomUUID(),
        role: Role.ROLE_USER,
        taskId,
        parts: [part],
      },
    })
  const asked = await client.sendMessage(say('', { text: sentence }))
  if (!('status' in asked)) throw new RangeError('a task')
  expect(asked.status?.state).toBe(TaskState.TASK_STATE_AUTH_REQUIRED)
  const request = asked.status?.message?.parts[1]?.content
  if (request?.$case !== 'data') throw new RangeError('a plan')
  const events: StreamResponse[] = []
  for await (const event of client.sendMessageStream(
    say(asked.id, { data: request.value.approveWith }),
  ))
    events.push(event)
  expect(events[0]?.payload?.$case).toBe('task')
  const ended = await client.getTask({ tenant: '', id: asked.id })
  expect(ended.status?.state).toBe(TaskState.TASK_STATE_COMPLETED)
  expect(ended.artifacts[0]?.parts[0]?.content?.value).toMatchObject({
    receipt: { outcome: 'MET' },
  })
}

/** As it is on the wire: no library has looked at it. */
type RawTask = {
  readonly id: string
  readonly contextId: string
  readonly status: {
    readonly state: string
    readonly message?: {
      readonly parts: readonly { readonly data?: { approveWith?: object } }[]
    }
  }
  readonly artifacts?: readonly {
    readonly name: string
    readonly parts: readonly { readonly data?: object }[]
  }[]
}
type RawEvent = {
  readonly task?: RawTask
  readonly statusUpdate?: { readonly status: RawTask['status'] }
}

const rawMessage = (part: object, task?: RawTask) => ({
  messageId: randomUUID(),
  role: 'ROLE_USER',
  ...(task ? { taskId: task.id, contextId: task.contextId } : {}),
  parts: [part],
})

/** What a task that waits for a yes wants to be told, to the letter. */
function readRawAsk(task: RawTask): object {
  expect(task.status.state).toBe('TASK_STATE_AUTH_REQUIRED')
  const [ask] = (task.status.message?.parts ?? []).flatMap(
    ({ data }) => data?.approveWith ?? [],
  )
  expect(ask).toMatchObject({
    type: 'behest.approval',
    planHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    decision: 'approve',
  })
  return ask ?? {}
}

function expectRawReceipt(task: RawTask): void {
  expect(task.status.state).toBe('TASK_STATE_COMPLETED')
  expect(task.artifacts?.[0]?.name).toBe('receipt')
  expect(task.artifacts?.[0]?.parts[0]?.data).toMatchObject({
    receipt: { outcome: 'MET' },
  })
}

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
    body: JSON.stringify(body),
  })

async function postJson(path: string, body: object): Promise<unknown> {
  const response = await post(path, body)
  expect(response.status).toBe(200)
  return response.json()
}

/**
 * The command line as one types it beside the stack that is running, with its data
 * folder and without its ports: those it finds there.
 */
async function behest(
  ...commandArguments: string[]
): Promise<{ exitCode: number; stdout: string }> {
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(repositoryRoot, 'apps/cli/dist/main.js'), ...commandArguments],
      { env: { ...process.env, BEHEST_DATA: place.folder } },
    )
    return { exitCode: 0, stdout }
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string }
    return { exitCode: code, stdout }
  }
}
