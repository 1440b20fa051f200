import type { Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import express from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { streamRows } from './streamRows.js'

type Row = {
  readonly sequence: number
  readonly type: string
  readonly text: string
}

let server: Server | undefined
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server?.closeAllConnections()
  await new Promise((done) => server?.close(done) ?? done(undefined))
  server = undefined
})

/** Serves rows; tells how far they were read, and whose streams have ended. */
async function serve(rows: Row[], patienceMs?: number) {
  const state = {
    ended: 0,
    listening: 0,
    wake: [] as (() => void)[],
    fail: false,
  }
  const app = express()
  app.get('/', async (request, response) => {
    await streamRows({
      request,
      response,
      read: async (after) => {
        if (state.fail) throw new RangeError('the database is away')
        return rows.filter(({ sequence }) => sequence > after)
      },
      subscribe: (onEvent) => {
        state.listening += 1
        state.wake.push(onEvent)
        return () => {
          state.listening -= 1
        }
      },
      isLast: ({ type }) => type === 'ended',
      // Only a hint wakes it here.
      pollMs: 600_000,
      ...(patienceMs === undefined ? {} : { patienceMs }),
    })
    state.ended += 1
  })
  const listening = await new Promise<Server>((done) => {
    const created = app.listen(0, '127.0.0.1', () => done(created))
  })
  server = listening
  return { state, port: (listening.address() as AddressInfo).port }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!holds()) {
    if (Date.now() > deadline)
      expect.fail('it did not come to that in a minute')
    await new Promise((done) => setTimeout(done, 5))
  }
}

async function readIds(port: number, lastId?: number): Promise<number[]> {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    headers: lastId === undefined ? {} : { 'last-event-id': `${lastId}` },
  })
  const text = await response.text()
  return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
}

const big = 'x'.repeat(1_000_000)
const many = (count: number): Row[] =>
  Array.from({ length: count }, (_, at) => ({
    sequence: at + 1,
    type: at + 1 === count ? 'ended' : 'row',
    text: big,
  }))

describe('streamRows', () => {
  test('behavior: a reader that stays and never reads is let go, and others are not', async () => {
    const { state, port } = await serve(many(60), 300)
    const stuck = connect(port, '127.0.0.1')
    sockets.push(stuck)
    stuck.pause()
    stuck.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await until(() => state.listening === 1)
    expect(await readIds(port)).toHaveLength(60)
    await until(() => state.ended === 2)
    expect(state.listening).toBe(0)
    // No more than what the two kernels hold was ever written to it.
    expect(stuck.bytesRead).toBeLessThan(30_000_000)
  })

  test('behavior: a reader that was cut off misses nothing and gets nothing twice', async () => {
    const rows = many(8)
    const { state, port } = await serve(rows)
    const cut = connect(port, '127.0.0.1')
    sockets.push(cut)
    let seen = ''
    cut.setEncoding('utf8')
    cut.on('data', (part: string) => {
      seen += part
      if (/^id: 3$/m.test(seen)) cut.destroy()
    })
    cut.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await until(() => cut.destroyed && state.listening === 0)
    expect(await readIds(port, 3)).toEqual([4, 5, 6, 7, 8])
  })

  test('behavior: a new row is sent when it is told of', async () => {
    const rows: Row[] = [{ sequence: 1, type: 'row', text: '' }]
    const { state, port } = await serve(rows)
    const reading = readIds(port)
    await until(() => state.listening === 1)
    rows.push({ sequence: 2, type: 'ended', text: '' })
    state.wake[0]?.()
    expect(await reading).toEqual([1, 2])
  })

  test('behavior: a database that is away ends the stream, and nothing is lost', async () => {
    const rows: Row[] = [{ sequence: 1, type: 'row', text: '' }]
    const { state, port } = await serve(rows)
    const reading = readIds(port)
    await until(() => state.listening === 1)
    state.fail = true
    state.wake[0]?.()
    expect(await reading).toEqual([1])
    state.fail = false
    rows.push({ sequence: 2, type: 'ended', text: '' })
    expect(await readIds(port, 1)).toEqual([2])
  })

  test('error: an id that no event has', async () => {
    const { port } = await serve(many(1))
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      headers: { 'last-event-id': 'minus one' },
    })
    expect(response.ok).toBe(false)
    expect(response.headers.get('content-type')).not.toContain('event-stream')
  })
})
