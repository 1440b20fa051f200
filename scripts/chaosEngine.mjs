// `npm run chaos -- --engine --minutes 4 --seed 1`: whole intents through two intent API
// processes over one database, with real agents, while every process is killed again
// and again. See docs/operations/chaos.md.
import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureBuilt, root } from './ensureReady.mjs'

const settleWithinMs = 120_000
const programs = {
  'intent-api': 'apps/intent-api/dist/main.js',
  'registry-api': 'apps/registry-api/dist/main.js',
  agents: 'apps/agent-host/dist/main.js',
}
const ends = ['done', 'failed', 'rejected', 'cancelled']

/**
 * Runs intents under kills.
 *
 * @param options.minutes - How long things are killed.
 * @param options.seed - Decides what is killed when; processes still race.
 * @param options.perMinute - Intents a minute.
 * @param options.killEveryMs - Mean time between two kills, in ms.
 */
export async function runEngineChaos({
  minutes,
  seed,
  perMinute,
  killEveryMs,
}) {
  ensureBuilt()
  const next = createRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'behest-engine-'))
  const ports = await Promise.all(Array.from({ length: 4 }, freePort))
  const [firstPort, secondPort, registryPort, rpcPort] = ports
  const rpcUrl = `http://127.0.0.1:${rpcPort}`
  const urls = [firstPort, secondPort].map((port) => `http://127.0.0.1:${port}`)
  const environment = {
    ...process.env,
    BEHEST_DATA: folder,
    BEHEST_INTENT_PORT: String(firstPort),
    BEHEST_REGISTRY_PORT: String(registryPort),
    BEHEST_RPC_PORT: String(rpcPort),
    BEHEST_LOG_LEVEL: 'warn',
  }
  const stack = spawn(
    process.execPath,
    [join(root, 'apps/cli/dist/main.js'), 'start'],
    { cwd: root, stdio: ['pipe', 'pipe', 'inherit'], env: environment },
  )
  stack.stdout.resume()
  const stackEnded = new Promise((done) => stack.once('exit', done))
  const kills = {
    'intent-api': 0,
    second: 0,
    'registry-api': 0,
    agents: 0,
    database: 0,
  }
  let second
  let isStopping = false
  const startSecond = () => {
    const child = spawn(
      process.execPath,
      [join(root, 'apps/intent-api/dist/main.js')],
      {
        cwd: root,
        stdio: ['pipe', 'ignore', 'ignore'],
        env: {
          ...environment,
          BEHEST_INTENT_PORT: String(secondPort),
          BEHEST_RPC_URL: rpcUrl,
          BEHEST_REGISTRY_URL: `http://127.0.0.1:${registryPort}`,
          BEHEST_PASSWORD_FILE: join(folder, 'keys', 'password'),
        },
      },
    )
    second = child
    // As a supervisor would.
    child.once('exit', () => {
      if (!isStopping) setTimeout(startSecond, 200)
    })
  }

  const intents = []
  const secondEnded = () =>
    new Promise((done) => {
      if (second === undefined || second.exitCode !== null) return done()
      second.once('exit', done)
      second.kill('SIGTERM')
    })
  try {
    await untilReady(urls[0], 120_000)
    startSecond()
    await untilReady(urls[1], 60_000)
    const { accounts } = await (await fetch(`${urls[0]}/v1/accounts`)).json()
    const account = accounts[0].address
    const nonceBefore = await readNonce(rpcUrl, account)
    const untilMs = Date.now() + minutes * 60_000
    let mayKill = true

    const killer = (async () => {
      while (mayKill) {
        await sleep(killEveryMs * (0.5 + next()))
        if (!mayKill) return
        const draw = next()
        const name =
          draw < 0.45
            ? 'intent-api'
            : draw < 0.9
              ? 'second'
              : draw < 0.93
                ? 'registry-api'
                : draw < 0.96
                  ? 'agents'
                  : 'database'
        const pid =
          name === 'second'
            ? second?.pid
            : name === 'database'
              ? findDatabase(folder)
              : findChild(stack.pid, programs[name])
        try {
          if (pid === undefined) continue
          process.kill(pid, 'SIGKILL')
          kills[name]++
        } catch {
          // It is being started again right now.
        }
      }
    })()

    const work = []
    for (let n = 0; Date.now() < untilMs; n++) {
      const intent = {
        to: toAddress(`${seed}/${n}`),
        wei: BigInt(1 + Math.floor(next() * 9_000)) * 10n ** 11n,
      }
      intents.push(intent)
      work.push(
        carryOut({ urls, intent, next, deadlineMs: untilMs + settleWithinMs }),
      )
      await sleep(60_000 / perMinute)
    }
    mayKill = false
    await killer
    const calmAtMs = Date.now()
    const outcomes = await Promise.all(work)
    const settledMs = Date.now() - calmAtMs

    let doubled = 0
    let lost = 0
    let wrong = 0
    const statuses = {}
    const details = []
    for (const [index, { to, wei }] of intents.entries()) {
      const { status, outcome, transactions, problem } = outcomes[index]
      const name = `${status}${outcome === undefined ? '' : ` ${outcome}`}`
      statuses[name] = (statuses[name] ?? 0) + 1
      const arrived = await readBalance(rpcUrl, to)
      if (arrived > wei) doubled++
      if (!ends.includes(status)) lost++
      const must = outcome === 'MET' ? wei : 0n
      if (arrived !== must) {
        wrong++
        details.push({
          index,
          status,
          outcome,
          arrived: `${arrived}`,
          must: `${must}`,
          problem,
          transactions,
        })
      }
    }
    const sent = outcomes.flatMap(({ transactions }) => transactions)
    const nonces = (await readNonce(rpcUrl, account)) - nonceBefore
    const problems = {}
    for (const { problem } of outcomes)
      if (problem !== undefined)
        problems[problem] = (problems[problem] ?? 0) + 1
    const report = {
      type:
        doubled + lost + wrong === 0 && nonces === new Set(sent).size
          ? 'passed'
          : 'failed',
      seed,
      minutes,
      intents: intents.length,
      statuses,
      problems,
      kills,
      doubled,
      lost,
      wrong,
      nonces,
      transactions: new Set(sent).size,
      settledMs,
      ...(details.length === 0 ? {} : { details: details.slice(0, 10) }),
    }
    console.log(JSON.stringify(report))
    return report
  } finally {
    isStopping = true
    await secondEnded()
    stack.kill('SIGINT')
    await stackEnded
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Says it, approves what is asked, and waits for the end: at whichever process answers. */
async function carryOut({ urls, intent, next, deadlineMs }) {
  const ask = async (method, path, body) => {
    // One key for the request, whoever is asked, and however often.
    const key = randomUUID()
    while (Date.now() < deadlineMs) {
      try {
        const response = await fetch(`${urls[next() < 0.5 ? 0 : 1]}${path}`, {
          method,
          signal: AbortSignal.timeout(10_000),
          headers:
            body === undefined
              ? {}
              : { 'content-type': 'application/json', 'idempotency-key': key },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        const answer = await response.json()
        const isBusy =
          response.status >= 500 ||
          response.status === 429 ||
          answer.code === 'IDEMPOTENCY_IN_PROGRESS'
        if (!isBusy) return answer
      } catch {
        // Killed while it answered: whether it worked is found out by asking again.
      }
      await sleep(150 + 200 * next())
    }
    return {}
  }
  const { id } = await ask('POST', '/v1/intents', {
    utterance: `send ${toDecimal(intent.wei)} ETH to ${intent.to}`,
  })
  let record = {}
  while (id !== undefined && Date.now() < deadlineMs) {
    record = await ask('GET', `/v1/intents/${id}`)
    if (ends.includes(record.status)) break
    if (record.status === 'needs-answer') break
    if (record.status === 'needs-approval' && record.preview !== undefined)
      await ask('POST', `/v1/intents/${id}/approval`, {
        planHash: record.preview.planHash,
        decision: 'approve',
      })
    await sleep(250)
  }
  const receipt = record.artifacts?.receipt?.receipt
  return {
    status: record.status ?? 'nobody answered',
    outcome: receipt?.outcome,
    problem:
      record.problem?.code ??
      record.questions?.[0]?.text ??
      receipt?.steps.find(({ why }) => why !== undefined)?.why,
    transactions: receipt?.steps.flatMap((step) => step.transactions) ?? [],
  }
}

/** The process of the stack that runs a program; never anybody else's. */
function findChild(parent, program) {
  for (const line of listProcesses(['--ppid', String(parent)]))
    if (line.text.includes(program)) return line.pid
  return undefined
}

function findDatabase(folder) {
  try {
    const pid = readFileSync(join(folder, 'run', 'postgres.pid'), 'utf8').trim()
    const [line] = listProcesses(['-p', pid])
    return line?.text.includes(`${folder}/postgres`) ? line.pid : undefined
  } catch {
    return undefined
  }
}

function listProcesses(which) {
  try {
    return execFileSync('ps', ['-o', 'pid=,args=', ...which], {
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .map((line) => ({
        pid: Number(line.trim().split(/\s+/)[0]),
        text: line,
      }))
  } catch {
    return [] // nobody there
  }
}

async function untilReady(url, withinMs) {
  const deadline = Date.now() + withinMs
  while (Date.now() < deadline) {
    const status = await fetch(`${url}/readyz`).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return
    await sleep(200)
  }
  throw new RangeError(`${url} was not ready in ${withinMs} ms.`)
}

async function askChain(rpcUrl, method, params) {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return (await response.json()).result
}

const readNonce = async (rpcUrl, account) =>
  Number(await askChain(rpcUrl, 'eth_getTransactionCount', [account, 'latest']))

const readBalance = async (rpcUrl, account) =>
  BigInt(await askChain(rpcUrl, 'eth_getBalance', [account, 'latest']))

/** An address that nobody has used before. */
function toAddress(name) {
  return `0x${createHash('sha256').update(`to ${name}`).digest('hex').slice(24)}`
}

function toDecimal(wei) {
  return `0.${wei.toString().padStart(18, '0')}`.replace(/0+$/, '')
}

function createRandom(seed) {
  let state = createHash('sha256').update(seed).digest().readUInt32BE(0)
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
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
