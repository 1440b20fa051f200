import { randomUUID } from 'node:crypto'
import type { Response } from 'express'
import { openEventStream, toLeftSignal } from '../../http/openEventStream.js'
import { converse, type Said } from '../desk/converse.js'
import type { Desk } from '../desk/createDesk.js'
import { sayReference } from '../desk/reference.js'
import { toOpenAiError } from './errors.js'
import { measureUsage, type Usage } from './measureUsage.js'
import type { ChatBody } from './schemas.js'
import { toChatTurns } from './toTurns.js'

/** Answers `POST /v1/chat/completions`, whole or as a stream. */
export async function answerChat(options: {
  readonly desk: Desk
  readonly body: ChatBody
  readonly response: Response
  readonly idempotencyKey?: string
}): Promise<void> {
  const { body, response } = options
  const turns = toChatTurns(body)
  const signal = toLeftSignal(response)
  const said = converse({ ...options, turns, signal })
  const head = {
    id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
    created: Math.floor(Date.now() / 1000),
    model: body.model,
    system_fingerprint: null,
  }

  if (body.stream !== true) {
    let written = ''
    for await (const piece of said)
      if (piece.type === 'reply') written = toReplyText(piece)
    if (signal.aborted) return
    response.json({
      ...head,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: written, refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: toChatUsage(measureUsage({ turns, written })),
    })
    return
  }

  // What can be refused is refused with a status, before the stream is open.
  let next = await said.next()
  const includesUsage = body.stream_options?.include_usage === true
  const stream = openEventStream({ response, signal })
  const send = (
    delta: Readonly<Record<string, string>>,
    finishReason: 'stop' | null = null,
  ) =>
    stream.send({
      data: JSON.stringify({
        ...head,
        object: 'chat.completion.chunk',
        choices: [
          { index: 0, delta, logprobs: null, finish_reason: finishReason },
        ],
        ...(includesUsage ? { usage: null } : {}),
      }),
    })
  let written = ''
  try {
    await send({ role: 'assistant', content: '' })
    while (!next.done) {
      const text = toDelta(next.value, written)
      written += text
      await send({ content: text })
      next = await said.next()
    }
    await send({}, 'stop')
    if (includesUsage)
      await stream.send({
        data: JSON.stringify({
          ...head,
          object: 'chat.completion.chunk',
          choices: [],
          usage: toChatUsage(measureUsage({ turns, written })),
        }),
      })
    await stream.send({ data: '[DONE]' })
  } catch (error) {
    await stream.send({
      data: JSON.stringify({ error: toOpenAiError(error).error }),
    })
  } finally {
    await said.return()
    stream.end()
  }
}

/** A reply, with the line that binds the next turn to it. */
export function toReplyText(said: Extract<Said, { type: 'reply' }>): string {
  return said.reference
    ? `${said.text}\n\n${sayReference(said.reference)}`
    : said.text
}

/** What a stream adds: a list of what happens, then the reply. */
export function toDelta(said: Said, written: string): string {
  if (said.type === 'progress') return `- ${said.text}\n`
  return `${written === '' ? '' : '\n'}${toReplyText(said)}`
}

function toChatUsage({ input, output }: Usage) {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
  }
}
