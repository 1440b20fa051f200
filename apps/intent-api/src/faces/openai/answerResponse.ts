import { randomUUID } from 'node:crypto'
import type { Response } from 'express'
import { openEventStream, toLeftSignal } from '../../http/openEventStream.js'
import { converse, type Said, type Turn } from '../desk/converse.js'
import type { Desk } from '../desk/createDesk.js'
import { toDelta, toReplyText } from './answerChat.js'
import type { ResponseMemory } from './createResponseMemory.js'
import { toOpenAiError } from './errors.js'
import { measureUsage } from './measureUsage.js'
import type { ResponsesBody } from './schemas.js'
import { toResponseTurns } from './toTurns.js'

/** Answers `POST /v1/responses`, whole or as a stream. */
export async function answerResponse(options: {
  readonly desk: Desk
  readonly memory: ResponseMemory
  readonly body: ResponsesBody
  readonly response: Response
  readonly idempotencyKey?: string
}): Promise<void> {
  const { body, memory, response } = options
  const turns = toResponseTurns(
    body,
    await memory.find(body.previous_response_id),
  )
  const signal = toLeftSignal(response)
  const said = converse({ ...options, turns, signal })
  // What can be refused is refused with a status, before a stream is open; and
  // the id tells which intent the next response goes on from.
  let next = await said.next()
  const id = memory.createId(next.done ? undefined : toIntentId(next.value))
  const itemId = `msg_${randomUUID().replaceAll('-', '')}`
  const createdAt = Math.floor(Date.now() / 1000)
  let written = ''
  const draw = (status: 'in_progress' | 'completed') =>
    drawResponse({ id, body, createdAt, itemId, turns, status, written })

  if (body.stream !== true) {
    while (!next.done) {
      if (next.value.type === 'reply') {
        written = toReplyText(next.value)
        await memory.keep(id, next.value.reference)
      }
      next = await said.next()
    }
    if (!signal.aborted) response.json(draw('completed'))
    return
  }

  const stream = openEventStream({ response, signal })
  let sequence = 0
  const send = (type: string, rest: Readonly<Record<string, unknown>>) =>
    stream.send({
      event: type,
      data: JSON.stringify({ type, sequence_number: sequence++, ...rest }),
    })
  const place = { item_id: itemId, output_index: 0, content_index: 0 }
  try {
    await send('response.created', { response: draw('in_progress') })
    await send('response.in_progress', { response: draw('in_progress') })
    await send('response.output_item.added', {
      output_index: 0,
      item: { ...toItem(itemId, ''), status: 'in_progress', content: [] },
    })
    await send('response.content_part.added', { ...place, part: toPart('') })
    while (!next.done) {
      if (next.value.type === 'reply')
        await memory.keep(id, next.value.reference)
      const delta = toDelta(next.value, written)
      written += delta
      await send('response.output_text.delta', {
        ...place,
        delta,
        logprobs: [],
      })
      next = await said.next()
    }
    await send('response.output_text.done', {
      ...place,
      text: written,
      logprobs: [],
    })
    await send('response.content_part.done', {
      ...place,
      part: toPart(written),
    })
    await send('response.output_item.done', {
      output_index: 0,
      item: toItem(itemId, written),
    })
    await send('response.completed', { response: draw('completed') })
  } catch (error) {
    const { message, code, param } = toOpenAiError(error).error
    await send('error', { message, code, param })
  } finally {
    await said.return()
    stream.end()
  }
}

function toIntentId(said: Said): string | undefined {
  return said.type === 'progress' ? said.intentId : said.reference?.intentId
}

function drawResponse(options: {
  readonly id: string
  readonly body: ResponsesBody
  readonly createdAt: number
  readonly itemId: string
  readonly turns: readonly Turn[]
  readonly status: 'in_progress' | 'completed'
  readonly written: string
}) {
  const { id, body, createdAt, itemId, turns, status, written } = options
  const isDone = status === 'completed'
  const usage = measureUsage({ turns, written })
  return {
    id,
    object: 'response',
    created_at: createdAt,
    completed_at: isDone ? Math.floor(Date.now() / 1000) : null,
    status,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: null,
    max_tool_calls: null,
    metadata: body.metadata ?? {},
    model: body.model,
    output: isDone ? [toItem(itemId, written)] : [],
    parallel_tool_calls: true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    // Intents are kept; responses are not.
    store: false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: (body.tools ?? []).map(toEchoedTool),
    top_logprobs: 0,
    top_p: 1,
    truncation: 'disabled',
    usage: isDone
      ? {
          input_tokens: usage.input,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: usage.output,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: usage.input + usage.output,
        }
      : null,
    user: null,
  }
}

function toItem(id: string, written: string) {
  return {
    id,
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [toPart(written)],
  }
}

function toPart(text: string) {
  return { type: 'output_text', text, annotations: [], logprobs: [] }
}

/** Clients look for `strict` in the tools that they get back. */
function toEchoedTool(tool: unknown): unknown {
  return typeof tool === 'object' &&
    tool !== null &&
    'type' in tool &&
    tool.type === 'function'
    ? { strict: null, ...tool }
    : tool
}
