import type pg from 'pg'
import { readAgent, writeStatus } from '../store/agentStore.js'
import {
  claimDueAgents,
  countVisited,
  type DueAgent,
  deferVisit,
  pruneProbes,
  writeVisit,
} from '../store/healthStore.js'
import { chooseCanaries } from './chooseCanaries.js'
import { createGate } from './createGate.js'
import { judgeHealth } from './judgeHealth.js'
import type { ProbePort } from './probeAgent.js'

/** Visits agents when they are due, with one timer for all of them. */
export type Prober = {
  /** Looks for due agents now: right after a publish. */
  readonly wake: () => void
  /** Number of visits under way. */
  readonly running: () => number
  readonly stop: () => Promise<void>
}

const maxRunning = 64
/** Visits are many, connections few: who publishes must not wait for visits. */
const maxConnections = 3
const maxPerHost = 2
/** How long an agent waits whose host is visited as often as may be. */
const hostBusyMs = 2_000
const tickMs = 1_000
const claimSeconds = 45
/** Visits a second at most; more agents are visited less often. */
const maxVisitsPerSecond = 33
const shortestIntervalMs = 15_000
const longestIntervalMs = 3_600_000
const hourMs = 3_600_000

/**
 * Creates the prober. Several processes share the work: due agents are claimed
 * in the database, and no process is the leader.
 *
 * @param options.onChange - Told after a status changed.
 */
export function createProber(options: {
  readonly pool: pg.Pool
  readonly probe: ProbePort
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
}): Prober {
  const { pool, probe, onChange, onError } = options
  const visits = new Set<Promise<void>>()
  const throughGate = createGate(maxConnections)
  const perHost = new Map<string, number>()
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
    for (const agent of due) {
      const visit: Promise<void> = visitAgent(agent)
        .catch(onError)
        .finally(() => {
          visits.delete(visit)
          // A full house leaves due agents waiting; do not sleep over them.
          if (due.length === free) wake()
        })
      visits.add(visit)
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

  async function visitAgent(due: DueAgent): Promise<void> {
    const agent = await throughGate(() => readAgent(pool, due.agentId))
    if (agent === undefined || agent.deleted) return
    const host = toHost(agent.url)
    // Whoever waited for its host would hold a place that others need.
    if (!enterHost(host)) {
      await throughGate(() =>
        deferVisit(pool, {
          agentId: due.agentId,
          inMs: hostBusyMs * (0.5 + Math.random()),
        }),
      )
      return
    }
    try {
      const seed = Math.floor(Math.random() * 2 ** 31)
      const results = await probe({
        agent,
        card: due.card,
        canaries: chooseCanaries({ agent, seed, failures: due.failures }),
        seed,
      })
      if (stopped) return
      const failed = !results[0]?.ok
      remember(host, failed && agent.status === 'live')
      const verdict = judgeHealth({
        state: {
          status: agent.status,
          failures: due.failures,
          successes: due.successes,
        },
        results,
        calmIntervalMs: await toCalmInterval(),
      })
      // Half the world failing at once is a sign that we are the ones cut off.
      const isOurs = failed && agent.status === 'live' && isCutOff()
      await throughGate(() =>
        writeVisit(pool, {
          agentId: agent.id,
          results,
          failures: isOurs ? due.failures : verdict.failures,
          successes: isOurs ? due.successes : verdict.successes,
          nextProbeInMs: isOurs ? 5_000 : verdict.nextProbeInMs,
        }),
      )
      if (isOurs || agent.status === 'suspended') return
      const delisted = [
        ...agent.delisted.filter(
          (action) => !verdict.passedActions.includes(action),
        ),
        ...verdict.failedActions.filter(
          (action) => !agent.delisted.includes(action),
        ),
      ]
      const changed = await throughGate(() =>
        writeStatus(pool, {
          agentId: agent.id,
          status: verdict.status,
          reason: verdict.reason,
          delisted,
        }),
      )
      if (changed !== undefined) onChange()
    } finally {
      leaveHost(host)
    }
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
  async function toCalmInterval(): Promise<number> {
    if (Date.now() - countedAtMs > 10_000) {
      countedAtMs = Date.now()
      visited = await countVisited(pool)
    }
    const fair = (visited / maxVisitsPerSecond) * 1000
    const interval = Math.min(
      longestIntervalMs,
      Math.max(shortestIntervalMs, fair),
    )
    // Jitter: agents that were published together are not visited together.
    return interval * (0.8 + 0.4 * Math.random())
  }

  const timer = setInterval(wake, tickMs)
  timer.unref()
  wake()
  return {
    wake,
    running: () => visits.size,
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await looking
      await Promise.all(visits)
    },
  }
}

// All agents of one machine share its loopback: there the host says nothing.
function toHostLimit(host: string): number {
  return /^(?:127\.|\[::1\]|localhost)/.test(host) ? 32 : maxPerHost
}

function toHost(url: string): string {
  try {
    return new URL(url).hostname
  } catch {
    return url
  }
}
