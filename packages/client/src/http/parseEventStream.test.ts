import { array, assert, asyncProperty, constantFrom, integer } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ApiAnswerMalformedError } from '../errors/ApiAnswerMalformedError.js'
import { parseEventStream, type StreamItem } from './parseEventStream.js'

const toStream = (chunks: readonly Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })

async function collect(chunks: readonly Uint8Array[]): Promise<StreamItem[]> {
  const items: StreamItem[] = []
  for await (const item of parseEventStream(toStream(chunks), '/events'))
    items.push(item)
  return items
}

const bytes = (text: string) => new TextEncoder().encode(text)

const body = [
  ': hello',
  'retry: 250',
  '',
  'id: 1',
  'event: stage',
  'data: {"text":"€ 交換 🚀"}',
  '',
  'data: two',
  'data:lines',
  '',
  'event: nothing',
  '',
  'id: 2',
  'data',
  '',
  'data: never finished',
].join('\n')

const messages = [
  { id: '1', event: 'stage', data: '{"text":"€ 交換 🚀"}' },
  { id: '1', event: 'message', data: 'two\nlines' },
  { id: '2', event: 'message', data: '' },
]

describe('parseEventStream', () => {
  test('default: messages, ids that stay, wishes and comments', async () => {
    const items = await collect([bytes(body)])
    expect(items.slice(0, 2)).toEqual([
      { type: 'alive' },
      { type: 'retry', retryMs: 250 },
    ])
    expect(
      items.flatMap((item) => (item.type === 'message' ? [item.message] : [])),
    ).toEqual(messages)
  })

  test('behavior: cut anywhere, with any line ends, it is the same', async () => {
    const whole = await collect([bytes(body)])
    await assert(
      asyncProperty(
        constantFrom('\n', '\r\n', '\r'),
        array(integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 20 }),
        async (lineEnd, sizes) => {
          const all = bytes(body.replaceAll('\n', lineEnd))
          const chunks: Uint8Array[] = []
          for (let from = 0, turn = 0; from < all.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1
            chunks.push(all.slice(from, from + size))
            from += size
          }
          expect(await collect(chunks)).toEqual(whole)
        },
      ),
    )
  })

  test('behavior: leaving early closes the connection', async () => {
    let isCancelled = false
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(bytes('data: again\n\n'))
      },
      cancel() {
        isCancelled = true
      },
    })
    for await (const item of parseEventStream(stream, '/events'))
      if (item.type === 'message') break
    expect(isCancelled).toBe(true)
  })

  test('error: ApiAnswerMalformedError on a line without an end', async () => {
    const chunk = bytes('x'.repeat(400_000))
    await expect(collect([chunk, chunk, chunk])).rejects.toBeInstanceOf(
      ApiAnswerMalformedError,
    )
  })

  test('error: ApiAnswerMalformedError on a message without an end', async () => {
    const chunk = bytes(`data: ${'x'.repeat(400_000)}\n`)
    await expect(collect([chunk, chunk, chunk])).rejects.toBeInstanceOf(
      ApiAnswerMalformedError,
    )
  })
})
