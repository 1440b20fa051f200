// Measures searches over HTTP: a registry process of its own with generated
// agents, and this process as its callers, over kept connections.
// Run after a build: node apps/registry-api/bench/http.mjs [agents] [seconds] > out.json
// What counts on a machine that does other work too is the processor time that
// the registry spends on a search, asked from itself at `/metrics`.
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  actions,
  createDraw,
  drawManifest,
  drawRequest,
} from '@behest/registry/bench/manifests'
import { startRegistry } from './startRegistry.mjs'

const agents = Number(process.argv[2] ?? 10_000)
const seconds = Number(process.argv[3] ?? 8)
const callers = 32
const token = 'bench'
const folder = mkdtempSync(join(tmpdir(), 'behest-http-'))
const connections = new Agent({ keepAlive: true, maxSockets: callers })
const draw = createDraw(7)
const round = (value) => Math.round(value * 100) / 100

const { url, child, ended } = await startRegistry({
  folder,
  environment: { BEHEST_OPERATOR_TOKEN: token },
})

function ask(path) {
  return new Promise((done, failed) => {
    get(`${url}${path}`, { agent: connections }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () =>
        response.statusCode === 200
          ? done(text)
          : failed(new RangeError(`${path}: ${response.statusCode} ${text}`)),
      )
    }).on('error', failed)
  })
}

async function readProcessorSeconds() {
  const metrics = await ask('/metrics')
  return Number(/^process_cpu_seconds_total ([\d.e+-]+)/m.exec(metrics)?.[1])
}

/** Asks for so many seconds, each caller again as soon as it has its answer. */
async function measure(buildPath) {
  const waits = []
  const run = async (forSeconds, into) => {
    const until = performance.now() + forSeconds * 1000
    const call = async () => {
      while (performance.now() < until) {
        const started = performance.now()
        await ask(buildPath())
        into.push(performance.now() - started)
      }
    }
    await Promise.all(Array.from({ length: callers }, call))
  }
  await run(2, [])
  const processorBefore = await readProcessorSeconds()
  const started = performance.now()
  await run(seconds, waits)
  const wallSeconds = (performance.now() - started) / 1000
  const processorSeconds = (await readProcessorSeconds()) - processorBefore
  waits.sort((left, right) => left - right)
  return {
    searches: waits.length,
    perSecond: Math.round(waits.length / wallSeconds),
    perSecondAndProcessor: Math.round(waits.length / processorSeconds),
    processorMs: round((processorSeconds * 1000) / waits.length),
    p50Ms: round(waits[Math.floor(waits.length * 0.5)]),
    p99Ms: round(waits[Math.floor(waits.length * 0.99)]),
  }
}

try {
  for (let first = 0; first < agents; first += 1_000) {
    const lines = Array.from(
      { length: Math.min(1_000, agents - first) },
      (_, place) => JSON.stringify(drawManifest(draw, first + place)),
    )
    const response = await fetch(`${url}/v1/operator/import`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/x-ndjson',
      },
      body: lines.join('\n'),
    })
    const answer = await response.text()
    if (!response.ok)
      throw new RangeError(`import: ${response.status} ${answer}`)
  }
  const query = (parts) => `/v1/search?${new URLSearchParams(parts)}`
  const report = {
    machine: { cpus: cpus().length, model: cpus()[0]?.model },
    agents,
    callers,
    words: await measure(() => query({ q: drawRequest(draw, 3), limit: '10' })),
    filter: await measure(() =>
      query({ action: draw.pick(actions), chain: '8453', limit: '10' }),
    ),
    health: await measure(() => '/healthz'),
    loadAverage: round(loadavg()[0]),
  }
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
} finally {
  connections.destroy()
  child.kill('SIGTERM')
  await ended
  rmSync(folder, { recursive: true, force: true })
}
