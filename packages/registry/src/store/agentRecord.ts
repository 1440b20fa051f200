import type { Capability } from '@behest/spec'

/** What the registry measured of an agent, before its lease is looked at. */
export const measuredStatuses = [
  'live',
  'degraded',
  'unverified',
  'down',
  'suspended',
  // Last: an index that was kept names them by their places.
  'stale',
] as const
/** What the registry measured of an agent. */
export type MeasuredStatus = (typeof measuredStatuses)[number]

/** Every state that an agent can be shown in. */
export const agentStatuses = [
  'live',
  'degraded',
  'unverified',
  'stale',
  'down',
  'expired',
  'suspended',
] as const
/** A state that an agent is shown in; `expired` is computed when it is read. */
export type AgentStatus = (typeof agentStatuses)[number]

/** What receipts say about an agent at a moment. */
export type Trust = {
  readonly formula: string
  /** Lower bound of the share of promises kept, 0 to 1. */
  readonly bound: number
  /** Weighted number of receipts. */
  readonly effective: number
  /** Weighted number of promises kept. */
  readonly met: number
  /** Receipts that count, whatever they weigh. */
  readonly receipts: number
  /** Of those, the ones of engines that the registry does not know. */
  readonly strangers: number
  /** Weighted number of outcomes that nobody knows. */
  readonly unknown: number
  /** Receipts that did not count, by reason. */
  readonly pruned: Readonly<Record<string, number>>
  readonly atUnixSeconds: number
}

/** One agent as it is stored. */
export type AgentRecord = {
  readonly id: string
  readonly source: 'signed' | 'imported'
  /** Who publishes; absent for imported agents. */
  readonly owner: string | null
  /** The key that signs quotes; absent for imported agents. */
  readonly agent: string | null
  readonly name: string
  readonly description: string
  readonly version: string
  readonly url: string
  readonly endpoint: string
  readonly contact: string | null
  readonly reference: boolean
  readonly cardHash: string
  readonly capabilities: readonly Capability[]
  readonly examples: readonly string[]
  /** Further words to be found by: skills, tags, free-form capabilities. */
  readonly keywords: string
  readonly sequence: number
  readonly status: MeasuredStatus
  readonly statusSinceMs: number
  readonly statusReason: string
  /** Actions that failed their contract test and are not offered. */
  readonly delisted: readonly string[]
  readonly trust: Trust | null
  /** What 95 in 100 of its quotes took at most, over a day; absent before one. */
  readonly p95LatencyMs: number | null
  readonly publishedAtMs: number
  readonly updatedAtMs: number
  readonly deleted: boolean
  readonly seq: number
  /** When the lease ends, Unix time in ms; absent for imported agents. */
  readonly leaseUntilMs: number | null
  /** Whether the card carries the agent's own signature (JWS). */
  readonly cardSigned: boolean
  /** The short name that its owner claimed, without the `@`. */
  readonly handle: string | null
}
