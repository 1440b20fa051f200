import type pg from 'pg'
import type { AgentRecord } from '../store/agentRecord.js'
import { readAgents, writeStatus } from '../store/agentStore.js'
import {
  claimDueAgents,
  countDeclines,
  countVisited,
  type DueAgent,
  deferVisit,
  pruneProbes,
  writeEndedProofs,
  writeLatency,
  writeVisit,
} from '../store/healthStore.js'
import { chooseCanaries } from './chooseCanaries.js'
import { chooseDelisted } from './chooseDelisted.js'
import { createGate } from './createGate.js'
import { type HealthVerdict, judgeHealth } from './judgeHealth.js'
import { type CalmVisits, planCalmVisits } from './planCalmVisits.js'
import { type ProbePort, visitTimeoutMs } from './probeAgent.js'

/** Visits agents when they are due, with one timer for all of them. */
export type Prober = {
  /** Looks for due agents now: right after a publish. */
  readonly wake: () => void
  /** Number of visits under way. */
  readonly running: () => number
  readonly stop: () => Promise<void>
}

const maxRunning = 128
/** Visits are many, connections few: who publishes must not wait for visits. */
const maxConnections = 3
const maxPerHost = 2
const maxOnThisMachine = 96
/** Agents of one quick host wait a moment for it; those of a slow one come again. */
const maxWaitingPerHost = 64
const longestWaitMs = 4_000
/** How long an agent waits whose host is visited as often as may be. */
const hostBusyMs = 2_000
const tickMs = 1_000
/** A little more than a visit lasts: what a dead process claimed is soon free. */
const claimSeconds = visitTimeoutMs / 1000 + 7
const hourMs = 3_600_000
/** A visit that was claimed and has a host to enter. */
type Place = {
  readonly due: DueAgent
  readonly agent: AgentRecord
  readonly host: string
  /** Claimed when all places were taken: more may be due. */
  readonly isFull: boolean
}
/** Proofs that ended, looked for at once. */
const maxEndedAtOnce = 500
/** A timer that is so late stood still, and with it everything that it proves. */
const stoodStillMs = 10_000

/**
 * Creates the prober. Several processes share the work: due agents are claimed
 * in the database, and no process is the leader.
 *
 * @param options.onChange - Told after a status changed.
 * @param options.random - From 0 to below 1; decides about times and questions.
 */
export function createProber(options: {
  readonly pool: pg.Pool
  readonly probe: ProbePort
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
  readonly random?: () => number
  /** How long a visit proves that an agent is there, at least, in ms. */
  readonly proofMs?: number | undefined
}): Prober {
  const { pool, probe, onChange, onError, random = Math.random } = options
  const visits = new Set<Promise<void>>()
  const throughGate = createGate(maxConnections)
  const perHost = new Map<string, number>()
  const waiting = new Map<string, (Place & { readonly sinceMs: number })[]>()
  const deferrals = new Set<Promise<void>>()
  const recent: { atMs: number; host: string; failed: boolean }[] = []
  let stopped = false
  let visited = 0
  let prunedAtMs = Date.now()
  let looking: Promise<void> | undefined
  let lookAgain = false

  async function look(): Promise<void> {
    const free = maxRunning - visits.size
    if (free <= 0) return
    const due = await claimDueAgents(pool, { limit: free, claimSeconds })
    const agents = new Map(
      (
        await readAgents(
          pool,
          due.map(({ agentId }) => agentId),
        )
      ).map((agent) => [agent.id, agent]),
    )
    // A full house leaves due agents waiting; do not sleep over them.
    const isFull = due.length === free
    for (const one of due) {
      const agent = agents.get(one.agentId)
      if (agent === undefined) continue
      const place = { due: one, agent, host: toHost(agent.endpoint), isFull }
      if (enterHost(place.host)) begin(place)
      else if (!queueUp(place)) defer(place)
    }
    if (Date.now() - prunedAtMs > hourMs) {
      prunedAtMs = Date.now()
      await pruneProbes(pool)
    }
  }

  function wake(): void {
    if (stopped) return
    if (looking !== undefined) {
      lookAgain = true
      return
    }
    looking = look()
      .catch(onError)
      .finally(() => {
        looking = undefined
        if (lookAgain) {
          lookAgain = false
          wake()
        }
      })
  }

  /** Begins a visit whose host was entered. */
  function begin(place: Place): void {
    const visit: Promise<void> = visitAgent(place)
      .catch(onError)
      .finally(() => {
        visits.delete(visit)
        // The place at the host goes to who waits for it.
        const next = stopped ? undefined : waiting.get(place.host)?.shift()
        if (next === undefined) leaveHost(place.host)
        else begin(next)
        if (place.isFull) wake()
      })
    visits.add(visit)
  }

  /** Lets an agent wait for its host, outside the places that others need. */
  function queueUp(place: Place): boolean {
    const queue = waiting.get(place.host) ?? []
    if (queue.length >= maxWaitingPerHost) return false
    queue.push({ ...place, sinceMs: Date.now() })
    waiting.set(place.host, queue)
    return true
  }

  function defer({ due }: Place): void {
    const deferral: Promise<void> = throughGate(() =>
      deferVisit(pool, {
        agentId: due.agentId,
        inMs: hostBusyMs * (0.5 + random()),
      }),
    )
      .catch(onError)
      .finally(() => deferrals.delete(deferral))
    deferrals.add(deferral)
  }

  /** Who waited too long gives the claim back, or it would run out. */
  function endWaits(): void {
    const before = Date.now() - longestWaitMs
    for (const [host, queue] of waiting) {
      while ((queue[0]?.sinceMs ?? Number.POSITIVE_INFINITY) < before) {
        const late = queue.shift()
        if (late !== undefined) defer(late)
      }
      if (queue.length === 0) waiting.delete(host)
    }
  }

  async function visitAgent({ due, agent, host }: Place): Promise<void> {
    const seed = Math.floor(random() * 2 ** 31)
    const canaries = chooseCanaries({ agent, seed, failures: due.failures })
    const results = await probe({ agent, card: due.card, canaries, seed })
    if (stopped) return
    const failed = results.some(({ kind, ok }) => kind !== 'canary' && !ok)
    remember(host, failed && agent.status === 'live')
    const calm = await planCalm()
    const verdict = judgeHealth({
      state: {
        status: agent.status,
        failures: due.failures,
        successes: due.successes,
      },
      results,
      calmIntervalMs: calm.intervalMs,
      actions: agent.capabilities.map(({ action }) => action),
    })
    // Half the world failing at once is a sign that we are the ones cut off.
    const isOurs = failed && agent.status === 'live' && isCutOff()
    const statusNow = await throughGate(() =>
      writeVisit(pool, {
        agentId: agent.id,
        results,
        // What is our fault is no failure of theirs, and no proof either.
        failures: isOurs ? Math.max(1, due.failures) : verdict.failures,
        successes: isOurs ? due.successes : verdict.successes,
        nextProbeInMs: isOurs ? 5_000 : verdict.nextProbeInMs,
        proofMs: calm.proofMs,
      }),
    )
    if (isOurs || agent.status === 'suspended') return
    const delisted = await chooseDelisted({
      agent,
      verdict,
      tried: canaries.map(({ action }) => action),
      results,
      countDeclines: (action) =>
        throughGate(() => countDeclines(pool, { agentId: agent.id, action })),
    })
    if (results.some(({ kind, code }) => kind === 'canary' && code === 'OK')) {
      const isNews = await throughGate(() =>
        writeLatency(pool, { agentId: agent.id, known: agent.p95LatencyMs }),
      )
      if (isNews) onChange()
    }
    if (statusNow === agent.status && isSameState(agent, verdict, delisted))
      return
    const changed = await throughGate(() =>
      writeStatus(pool, {
        agentId: agent.id,
        status: verdict.status,
        reason: verdict.reason,
        delisted,
        sequence: agent.sequence,
      }),
    )
    if (changed !== undefined) onChange()
  }

  /** Takes one of the places of a host, if there is one. */
  function enterHost(host: string): boolean {
    const inside = perHost.get(host) ?? 0
    if (inside >= toHostLimit(host)) return false
    perHost.set(host, inside + 1)
    return true
  }
  function leaveHost(host: string): void {
    const left = (perHost.get(host) ?? 1) - 1
    if (left === 0) perHost.delete(host)
    else perHost.set(host, left)
  }

  function remember(host: string, failed: boolean): void {
    const nowMs = Date.now()
    recent.push({ atMs: nowMs, host, failed })
    while (recent.length > 500 || (recent[0]?.atMs ?? nowMs) < nowMs - 30_000)
      recent.shift()
  }
  function isCutOff(): boolean {
    const hosts = new Set(recent.map(({ host }) => host)).size
    const failed = recent.filter((visit) => visit.failed).length
    return hosts >= 20 && failed * 2 > recent.length
  }

  let countedAtMs = 0
  async function planCalm(): Promise<CalmVisits> {
    if (Date.now() - countedAtMs > 10_000) {
      countedAtMs = Date.now()
      visited = await countVisited(pool)
    }
    return planCalmVisits({
      visited,
      random: random(),
      ...(options.proofMs === undefined
        ? {}
        : { shortestProofMs: options.proofMs }),
    })
  }

  // Nobody was visited while this process was not there or stood still, so no
  // proof ends for that: who is alive gets the time of one proof to show it.
  let steadySinceMs = Date.now()
  let tickedAtMs = Date.now()
  let ending: Promise<void> | undefined
  async function endProofs(): Promise<void> {
    const { proofMs } = await planCalm()
    if (Date.now() - steadySinceMs < proofMs) return
    const taken = await throughGate(() =>
      writeEndedProofs(pool, { limit: maxEndedAtOnce }),
    )
    if (taken > 0) onChange()
  }
  function tick(): void {
    const nowMs = Date.now()
    if (nowMs - tickedAtMs > stoodStillMs) steadySinceMs = nowMs
    tickedAtMs = nowMs
    endWaits()
    wake()
    ending ??= endProofs()
      .catch(onError)
      .finally(() => {
        ending = undefined
      })
  }

  const timer = setInterval(tick, tickMs)
  timer.unref()
  wake()
  return {
    wake,
    running: () => visits.size,
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await looking
      await ending
      await Promise.all(visits)
      await Promise.all(deferrals)
    },
  }
}

function isSameState(
  agent: AgentRecord,
  verdict: HealthVerdict,
  delisted: readonly string[],
): boolean {
  return (
    agent.status === verdict.status &&
    agent.statusReason === verdict.reason &&
    agent.delisted.join() === delisted.join()
  )
}

// All agents of one machine share its loopback: there the host says nothing.
function toHostLimit(host: string): number {
  return /^(?:127\.|\[::1\]|localhost)/.test(host)
    ? maxOnThisMachine
    : maxPerHost
}

function toHost(url: string): string {
  try {
    return new URL(url).hostname
  } catch {
    return url
  }
}
