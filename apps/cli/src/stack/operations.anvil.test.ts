/**
 * One file because it is one stack: what an operator relies on, tried on the real
 * processes.
 */

import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readStackConfig } from './stackConfig.js'
import { type Stack, startStack } from './startStack.js'
import { takePlace } from './takePlace.js'

type Span = {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly service: string
}

const stages = [
  'utterance',
  'intent',
  'candidates',
  'quotes',
  'plan',
  'simulation',
  'approval',
  'execution',
  'receipt',
]

const patience = { timeout: 30_000, interval: 200 }

let stack: Stack
let folder: string
let collector: Server
const spans: Span[] = []
let received = ''
const said: string[] = []

beforeAll(async () => {
  collector = await startCollector()
  const place = await takePlace('operations')
  folder = place.folder
  const { port } = collector.address() as AddressInfo
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${port}`
  stack = await startStack({
    config: readStackConfig(place.environment),
    onProgress: (message) => void said.push(message),
  })
}, 120_000)

afterAll(async () => {
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
  await stack?.stop()
  collector?.closeAllConnections()
  await new Promise((done) => collector?.close(done))
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

describe('operations', () => {
  test('behavior: one trace has all nine stages, over three processes', async () => {
    const record = await carryOut('swap 0.123456 ETH for USDC')
    expect(record.status).toBe('done')
    const traceId = record.id.replaceAll('-', '')
    const inTrace = () => spans.filter((span) => span.traceId === traceId)
    const hasAll = () =>
      stages.every((stage) =>
        inTrace().some(({ name }) => name === `stage ${stage}`),
      ) && new Set(inTrace().map(({ service }) => service)).size === 3
    const until = Date.now() + 20_000
    while (!hasAll() && Date.now() < until) await sleep(100)
    const found = inTrace()
    expect(
      stages.filter(
        (stage) => !found.some(({ name }) => name === `stage ${stage}`),
      ),
    ).toEqual([])
    expect(new Set(found.map(({ service }) => service))).toEqual(
      new Set(['intent-api', 'registry-api', 'agents']),
    )
    // Each hangs below one that is there: nothing is torn off.
    const ids = new Set(found.map(({ spanId }) => spanId))
    const roots = found.filter(({ parentSpanId }) => !parentSpanId)
    expect(roots.map(({ name }) => name)).toEqual(['intent'])
    const torn = () =>
      inTrace().filter(
        ({ parentSpanId }) => parentSpanId && !ids.has(parentSpanId),
      )
    while (torn().length > 0 && Date.now() < until) {
      await sleep(100)
      for (const { spanId } of inTrace()) ids.add(spanId)
    }
    expect(torn()).toEqual([])
    // What was said is nobody's business out there, nor what it was about.
    expect(received).not.toContain('0.123456')
    expect(received).not.toContain('swap 0')
  }, 60_000)

  test('behavior: SIGTERM under load: nothing signed after it, all answered, code 0', async () => {
    const before = await Promise.all(
      Array.from({ length: 4 }, (_, n) => say(`swap 0.0${n + 1} ETH for USDC`)),
    )
    const planned = await Promise.all(
      before.map(({ id }) =>
        settle(id, ['needs-approval', 'failed', 'rejected']),
      ),
    )
    for (const { id, preview } of planned)
      await call('POST', `/v1/intents/${id}/approval`, {
        planHash: preview?.planHash,
        decision: 'approve',
      })
    const inFlight = Promise.all(
      Array.from({ length: 10 }, () => call('GET', '/v1/accounts')),
    )
    const processId = Number(
      readFileSync(join(folder, 'run', 'intent-api.pid'), 'utf8'),
    )
    const atMs = Date.now()
    process.kill(processId, 'SIGTERM')
    expect((await inFlight).map(({ status }) => status)).toEqual(
      Array.from({ length: 10 }, () => 200),
    )
    while (isAlive(processId) && Date.now() - atMs < 15_000) await sleep(20)
    expect(Date.now() - atMs).toBeLessThan(10_000)
    await untilReady()
    expect(said).toContain('intent-api ended (0); starting it again')
    // What that process asked to be signed, it asked before it began to leave.
    const log = readFileSync(join(folder, 'logs', 'intent-api.log'), 'utf8')
    const spoke = log
      .split('\n')
      .filter((line) => line.includes(`"pid":${processId},`))
    const left = spoke.findIndex((line) => line.includes('"draining: '))
    expect(left).toBeGreaterThan(0)
    expect(spoke.some((line) => line.includes('"type":"signing"'))).toBe(true)
    expect(
      spoke.slice(left).filter((line) => line.includes('"type":"signing"')),
    ).toEqual([])
    const ended = await Promise.all(
      before.map(({ id }) => settle(id, ['done', 'failed'])),
    )
    expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'done'))
  }, 90_000)

  test('behavior: it says which part is away', async () => {
    const processId = Number(
      readFileSync(join(folder, 'run', 'registry-api.pid'), 'utf8'),
    )
    // Each part is asked under a time limit: on a busy machine one may be late once.
    await vi.waitFor(async () => {
      expect((await call('GET', '/readyz')).body).toMatchObject({
        status: 'ready',
        parts: { database: 'ok', chain: 'ok', registry: 'ok' },
      })
    }, patience)
    process.kill(processId, 'SIGSTOP')
    try {
      await vi.waitFor(async () => {
        const answer = await call('GET', '/readyz')
        expect([answer.status, answer.body]).toMatchObject([
          200,
          { status: 'degraded', parts: { database: 'ok', chain: 'ok' } },
        ])
        expect(answer.body).not.toMatchObject({ parts: { registry: 'ok' } })
      }, patience)
    } finally {
      process.kill(processId, 'SIGCONT')
    }
    // The node is in a process group of its own, below the process that keeps it.
    const keeper = readFileSync(join(folder, 'run', 'chain.pid'), 'utf8').trim()
    const nodes = execFileSync('ps', ['-o', 'pid=', '--ppid', keeper], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/)
      .map(Number)
    for (const node of nodes) process.kill(-node, 'SIGSTOP')
    try {
      await vi.waitFor(async () => {
        const answer = await call('GET', '/readyz')
        expect(answer.status).toBe(503)
        expect(answer.body).toMatchObject({
          status: 'unready',
          parts: { database: 'ok' },
        })
        expect(answer.body).not.toMatchObject({ parts: { chain: 'ok' } })
      }, patience)
    } finally {
      for (const node of nodes) process.kill(-node, 'SIGCONT')
    }
  }, 120_000)
})

type Record_ = {
  readonly id: string
  readonly status: string
  readonly preview?: { readonly planHash: string }
}

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${stack.config.intentUrl}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
  })
  return { status: response.status, body: (await response.json()) as unknown }
}

const say = async (utterance: string) =>
  (await call('POST', '/v1/intents', { utterance })).body as Record_

async function settle(id: string, ends: readonly string[]): Promise<Record_> {
  for (;;) {
    const record = (await call('GET', `/v1/intents/${id}`)).body as Record_
    if (ends.includes(record.status)) return record
    await sleep(50)
  }
}

async function carryOut(utterance: string): Promise<Record_> {
  const { id } = await say(utterance)
  const { preview } = await settle(id, ['needs-approval', 'failed'])
  await call('POST', `/v1/intents/${id}/approval`, {
    planHash: preview?.planHash,
    decision: 'approve',
  })
  return settle(id, ['done', 'failed'])
}

async function untilReady(): Promise<void> {
  for (;;)
    try {
      const { status } = await call('GET', '/readyz')
      if (status === 200) return
      await sleep(50)
    } catch {
      await sleep(50)
    }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}

/** Takes traces as a collector does: OTLP over HTTP, as JSON. */
async function startCollector(): Promise<Server> {
  const server = createServer(async (incoming, outgoing) => {
    let text = ''
    for await (const chunk of incoming) text += String(chunk)
    received += text
    const body = JSON.parse(text) as {
      resourceSpans: {
        resource: {
          attributes: { key: string; value: { stringValue: string } }[]
        }
        scopeSpans: { spans: Omit<Span, 'service'>[] }[]
      }[]
    }
    for (const { resource, scopeSpans } of body.resourceSpans) {
      const service =
        resource.attributes.find(({ key }) => key === 'service.name')?.value
          .stringValue ?? ''
      for (const scope of scopeSpans)
        for (const span of scope.spans) spans.push({ ...span, service })
    }
    outgoing.setHeader('content-type', 'application/json')
    outgoing.end('{}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return server
}
