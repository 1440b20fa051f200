import type { Message } from '@a2a-js/sdk'
import { Role } from '@a2a-js/sdk'
import {
  ContentTypeNotSupportedError,
  RequestMalformedError,
} from '@a2a-js/sdk/errors'
import { type Hex, hashSchema, type JsonValue } from '@behest/spec'
import * as z from 'zod'
import { readReply } from '../desk/readReply.js'

/** What a message asks for. */
export type Asked =
  | { readonly type: 'words'; readonly text: string }
  | {
      readonly type: 'answers'
      readonly answers: Readonly<Record<string, JsonValue>>
    }
  | {
      readonly type: 'decision'
      readonly planHash: Hex
      readonly decision: 'approve' | 'reject'
    }
  /** A no without a hash; it can stop only what waits. */
  | { readonly type: 'stop' }

const dataSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('behest.approval'),
    planHash: hashSchema,
    decision: z.enum(['approve', 'reject']),
  }),
  z.object({
    type: z.literal('behest.answers'),
    answers: z.record(z.string().max(100), z.json()),
  }),
  z.object({ type: z.literal('behest.utterance'), utterance: z.string() }),
])

/**
 * Reads a message. Yes is only what names the whole hash of a plan: between
 * programs nothing else tells which plan is meant.
 *
 * @throws {RequestMalformedError} when it says several things, or nothing.
 * @throws {ContentTypeNotSupportedError} when a part is neither text nor data.
 */
export function readMessage(message: Message | undefined): Asked {
  if (message === undefined || message.messageId === '')
    throw new RequestMalformedError('message.messageId is required.')
  if (message.role !== Role.ROLE_USER)
    throw new RequestMalformedError('message.role must be ROLE_USER.')
  const texts: string[] = []
  const data: unknown[] = []
  for (const { content } of message.parts)
    if (content?.$case === 'text') texts.push(content.value)
    else if (content?.$case === 'data') data.push(content.value)
    else
      throw new ContentTypeNotSupportedError(
        'Parts must be text or data; files are not read.',
      )
  if (data.length > 1 || (data.length === 1 && texts.length > 0))
    throw new RequestMalformedError(
      'Send either text or one data part in a message.',
    )
  if (data.length === 1) return readData(data[0])
  const text = texts.join('\n')
  if (text.trim() === '')
    throw new RequestMalformedError('The message says nothing.')
  const reply = readReply(text)
  if (reply.type === 'reject' && reply.planHash === undefined)
    return { type: 'stop' }
  const planHash = hashSchema.safeParse(
    reply.type === 'words' ? undefined : reply.planHash,
  )
  if (reply.type === 'words') return { type: 'words', text }
  if (!planHash.success)
    throw new RequestMalformedError(
      'A yes must name the whole plan hash: "approve 0x…", or a data part of type behest.approval.',
    )
  return { type: 'decision', planHash: planHash.data, decision: reply.type }
}

function readData(value: unknown): Asked {
  const parsed = dataSchema.safeParse(value)
  if (!parsed.success)
    throw new RequestMalformedError(
      'The data part must be a behest.utterance, behest.answers or behest.approval.',
    )
  switch (parsed.data.type) {
    case 'behest.approval': {
      const { planHash, decision } = parsed.data
      return { type: 'decision', planHash, decision }
    }
    case 'behest.answers':
      return { type: 'answers', answers: parsed.data.answers }
    case 'behest.utterance':
      return { type: 'words', text: parsed.data.utterance }
    default:
      return parsed.data satisfies never
  }
}
