// `npm run soak -- --minutes 60 [--per-minute 30] [--data FOLDER]`: starts a stack of its
// own, carries out intents at a steady pace, and says whether memory, handles and the
// database stay level. See docs/operations/soak.md.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ensureBuilt, ensureInstalled, root } from './ensureReady.mjs'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    'per-minute': { type: 'string', default: '30' },
    out: { type: 'string' },
  },
})
const minutes = Number(values.minutes)
const perMinute = Number(values['per-minute'])
/** The first part is left out of the slope: caches fill, code is compiled. */
const warmUpShare = 0.25

ensureInstalled()
ensureBuilt()
const folder = mkdtempSync(join(tmpdir(), 'behest-soak-'))
const [intentPort, registryPort, rpcPort] = await Promise.all([
  freePort(),
  freePort(),
  freePort(),
])
const base = `http://127.0.0.1:${intentPort}`
const stack = spawn(
  process.execPath,
  [join(root, 'apps/cli/dist/main.js'), 'start'],
  {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      BEHEST_DATA: folder,
      BEHEST_INTENT_PORT: String(intentPort),
      BEHEST_REGISTRY_PORT: String(registryPort),
      BEHEST_RPC_PORT: String(rpcPort),
      BEHEST_LOG_LEVEL: 'warn',
      // Collect garbage often: what grows then is not garbage.
      NODE_OPTIONS: `--require ${join(root, 'scripts/collectGarbage.cjs')}`,
    },
  },
)
stack.stdout.resume()
const ended = new Promise((done) => stack.once('exit', done))
const samples = []
const counts = { done: 0, other: 0 }
/** How those ended that were not done, and how often. */
const ends = {}
try {
  await untilReady()
  const startedAtMs = Date.now()
  const untilMs = startedAtMs + minutes * 60_000
  const measuring = (async () => {
    while (Date.now() < untilMs) {
      samples.push(await takeSample((Date.now() - startedAtMs) / 3_600_000))
      await sleep(10_000)
    }
  })()
  const running = new Set()
  const sentences = [
    'swap 0.01 ETH for USDC',
    'swap 20 USDC to ETH',
    'what is the price of ETH?',
    'lend 5 USDC on Aave',
    'withdraw 5 USDC from Aave',
  ]
  for (let n = 0; Date.now() < untilMs; n++) {
    const work = carryOut(sentences[n % sentences.length])
      .then((status) => {
        if (status === 'done') counts.done++
        else note(status)
      })
      .catch((error) => note(error instanceof Error ? error.name : 'error'))
      .finally(() => running.delete(work))
    running.add(work)
    if (running.size >= 8) await Promise.race(running)
    await sleep(60_000 / perMinute)
  }
  await Promise.all([measuring, ...running])
} finally {
  stack.kill('SIGINT')
  await ended
  rmSync(folder, { recursive: true, force: true })
}

const late = samples.slice(Math.floor(samples.length * warmUpShare))
const names = [...new Set(late.flatMap((sample) => Object.keys(sample.values)))]
const slopes = names.map((name) => {
  const points = toLowest(
    late.flatMap(({ hours, values: read }) =>
      Number.isFinite(read[name]) ? [[hours, read[name]]] : [],
    ),
  )
  return {
    name,
    first: points[0]?.[1],
    last: points.at(-1)?.[1],
    ...findSlope(points),
  }
})
const report = {
  minutes,
  perMinute,
  ...counts,
  ends,
  samples: samples.length,
  slopes,
}
for (const { name, first, last, perHour, interval } of slopes)
  console.log(
    `${name.padEnd(34)} ${format(first)} → ${format(last)}   ${format(perHour)} ± ${format(interval)} per hour`,
  )
console.log(JSON.stringify({ ...report, slopes: undefined }))
if (values.out !== undefined)
  writeFileSync(
    values.out,
    `${JSON.stringify({ ...report, raw: samples }, null, 2)}\n`,
  )

function note(end) {
  counts.other++
  ends[end] = (ends[end] ?? 0) + 1
}

/** What each process holds, in MB and counts. */
async function takeSample(hours) {
  const read = {}
  for (const [server, url] of [
    ['intent-api', base],
    ['registry-api', `http://127.0.0.1:${registryPort}`],
  ]) {
    const text = await (await fetch(`${url}/metrics`)).text()
    const get = (name) =>
      Number(
        new RegExp(`^${name} ([0-9.e+]+)$`, 'm').exec(text)?.[1] ?? Number.NaN,
      )
    const megabytes = (name) => get(name) / 1_000_000
    read[`${server} rss MB`] = megabytes('process_resident_memory_bytes')
    read[`${server} heap MB`] = megabytes('nodejs_heap_size_used_bytes')
    read[`${server} handles`] = get('nodejs_active_handles_total')
    read[`${server} descriptors`] = get('process_open_fds')
    const database = megabytes('behest_database_bytes')
    if (Number.isFinite(database)) read['database MB'] = database
  }
  const agents = readStatus('agents')
  if (agents !== undefined) read['agents rss MB'] = agents
  return { hours, values: read }
}

function readStatus(name) {
  try {
    const pid = readFileSync(join(folder, 'run', `${name}.pid`), 'utf8').trim()
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_000
  } catch {
    return undefined
  }
}

/**
 * The lowest of each minute. What is read between two collections holds garbage, and
 * more of it on a busy machine; what is kept is what is never gone below.
 */
function toLowest(points) {
  const minutes = new Map()
  for (const [hours, value] of points) {
    const minute = Math.floor(hours * 60)
    const lowest = minutes.get(minute)
    if (lowest === undefined || value < lowest[1])
      minutes.set(minute, [hours, value])
  }
  return [...minutes.values()]
}

/** Least squares: growth per hour, and how sure that is (95 %). */
function findSlope(points) {
  const count = points.length
  if (count < 3) return { perHour: Number.NaN, interval: Number.NaN }
  const mean = (values_) => values_.reduce((sum, one) => sum + one, 0) / count
  const x = mean(points.map(([hours]) => hours))
  const y = mean(points.map(([, value]) => value))
  const spread = points.reduce((sum, [hours]) => sum + (hours - x) ** 2, 0)
  const perHour =
    points.reduce((sum, [hours, value]) => sum + (hours - x) * (value - y), 0) /
    spread
  const rest = points.reduce(
    (sum, [hours, value]) => sum + (value - y - perHour * (hours - x)) ** 2,
    0,
  )
  return { perHour, interval: 2 * Math.sqrt(rest / (count - 2) / spread) }
}

function format(value) {
  return Number.isFinite(value) ? value.toFixed(1).padStart(8) : '       –'
}

async function ask(method, path, body) {
  const response = await fetch(`${base}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
  })
  return response.json()
}

async function carryOut(utterance) {
  const { id } = await ask('POST', '/v1/intents', { utterance })
  const deadline = Date.now() + 60_000
  let isApproved = false
  while (Date.now() < deadline) {
    const record = await ask('GET', `/v1/intents/${id}`)
    if (record.status === 'needs-approval' && !isApproved) {
      isApproved = true
      await ask('POST', `/v1/intents/${id}/approval`, {
        planHash: record.preview.planHash,
        decision: 'approve',
      })
    } else if (
      !['running', 'unknown', 'needs-approval'].includes(record.status)
    )
      return record.problem === undefined
        ? record.status
        : `${record.status}: ${record.problem.code}`
    await sleep(250)
  }
  return 'late'
}

async function untilReady() {
  const deadline = Date.now() + 120_000
  while (Date.now() < deadline) {
    const status = await fetch(`${base}/readyz`).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return
    await sleep(200)
  }
  throw new RangeError('The stack was not ready after two minutes.')
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
