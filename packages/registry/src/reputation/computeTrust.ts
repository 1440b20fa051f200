// One file because it is one formula: from receipts to trust. Pure, so that
// anyone who has the receipts and the moment gets the same numbers.
import type { Trust } from '../store/agentRecord.js'

/** Names the rule below; any change of it is a new version. */
export const trustFormula = 'trust-2026-11-2'

/** The numbers of the rule. */
export const trustNumbers = {
  halfLifeDays: 30,
  /** Receipts of one payer for one agent on one day that count. */
  perPayerAndDay: 5,
  /** How hard a shortfall counts: a quarter too little is a whole miss. */
  shortfallFactor: 4,
  /** Share of unknown outcomes that is nobody's fault. */
  unknownAllowance: 0.05,
  /** 95 % confidence. */
  confidence: 1.96,
  /** Most that all strangers weigh together, as a part of what the known weigh. */
  strangersShare: 0.1,
  /** From an owner to whom it funds, to whom they fund. */
  fundingHops: 2,
} as const

/** One step of a receipt that the chain confirmed. */
export type CountedStep = {
  readonly receiptHash: string
  readonly agentId: string
  /** Whose money it was, in lower case. */
  readonly account: string
  /**
   * Whose word it is, in lower case: the account where a known engine or the
   * account itself signed, and else the stranger that did. Naming somebody
   * else's account costs nothing, so it counts as the stranger's own.
   */
  readonly payer: string
  /** Whether an engine signed it that the registry knows. */
  readonly isKnown: boolean
  readonly verdict: 'MET' | 'NOT_MET' | 'UNKNOWN'
  /** Part of the promise that did not come, 0 to 1; 1 where nothing came. */
  readonly shortfall: number
  /** The time of its last block; of its arrival at the registry where it has none. */
  readonly atUnixSeconds: number
}

/** Everything that trust is computed from. */
export type TrustInput = {
  readonly steps: readonly CountedStep[]
  /** Every key that ever owned or operated each agent, in lower case. */
  readonly controllers: ReadonlyMap<string, readonly string[]>
  /** Who sent money to whom outside of a trade, in lower case. */
  readonly funded: readonly (readonly [from: string, to: string])[]
  /** Receipts by agent that do not count for another reason than the rule's. */
  readonly left: readonly {
    readonly agentId: string
    readonly reason: string
  }[]
  readonly nowUnixSeconds: number
}

type Sums = { effective: number; met: number; unknown: number; count: number }
type Tally = {
  readonly known: Sums
  readonly strangers: Sums
  readonly pruned: Record<string, number>
}

/**
 * Computes what receipts say about each agent.
 *
 * A receipt counts unless its payer is the agent's own hand, or has counted
 * five times that day. It weighs less with age. Receipts of engines that the
 * registry does not know weigh a tenth of the others, all of them together: keys
 * are free, so neither a ring that praises itself nor a crowd that slanders a
 * rival moves an agent further than that. What is left goes through Wilson's
 * lower bound, so that one kept promise is not a perfect record.
 *
 * @returns Trust by agent id; agents without receipts are absent.
 */
export function computeTrust(input: TrustInput): Map<string, Trust> {
  const hands = findHands(input)
  const tallies = new Map<string, Tally>()
  const tallyOf = (agentId: string): Tally => {
    let tally = tallies.get(agentId)
    if (tally === undefined) {
      tally = { known: zero(), strangers: zero(), pruned: {} }
      tallies.set(agentId, tally)
    }
    return tally
  }
  const prune = (agentId: string, reason: string, count = 1) => {
    const { pruned } = tallyOf(agentId)
    pruned[reason] = (pruned[reason] ?? 0) + count
  }
  for (const { agentId, reason } of input.left) prune(agentId, reason)
  const perDay = new Map<string, number>()
  // Oldest first, then by hash: who counts on a full day must not be chance.
  const ordered = [...input.steps].sort(
    (left, right) =>
      left.atUnixSeconds - right.atUnixSeconds ||
      (left.receiptHash < right.receiptHash ? -1 : 1),
  )
  for (const step of ordered) {
    const own = hands.get(step.agentId)
    if (own?.has(step.account) || own?.has(step.payer)) {
      prune(step.agentId, 'same-owner')
      continue
    }
    const day = Math.floor(step.atUnixSeconds / 86_400)
    const key = `${step.payer}:${step.agentId}:${day}`
    const today = (perDay.get(key) ?? 0) + 1
    perDay.set(key, today)
    if (today > trustNumbers.perPayerAndDay) {
      prune(step.agentId, 'too-many-a-day')
      continue
    }
    const tally = tallyOf(step.agentId)
    addStep(
      step.isKnown ? tally.known : tally.strangers,
      step,
      input.nowUnixSeconds,
    )
  }
  const result = new Map<string, Trust>()
  for (const [agentId, tally] of tallies) {
    const { known, strangers } = tally
    const most = trustNumbers.strangersShare * (known.effective + known.unknown)
    const claimed = strangers.effective + strangers.unknown
    const share = claimed > most ? most / claimed : 1
    if (most === 0 && strangers.count > 0)
      prune(agentId, 'no-known-engine', strangers.count)
    const effective = known.effective + share * strangers.effective
    const met = known.met + share * strangers.met
    const unknown = known.unknown + share * strangers.unknown
    const unknownShare = unknown === 0 ? 0 : unknown / (effective + unknown)
    const excess = Math.max(0, unknownShare - trustNumbers.unknownAllowance)
    result.set(agentId, {
      formula: trustFormula,
      bound: wilsonLower(met, effective) * (1 - excess),
      effective,
      met,
      unknown,
      receipts: known.count + (most === 0 ? 0 : strangers.count),
      strangers: most === 0 ? 0 : strangers.count,
      pruned: tally.pruned,
      atUnixSeconds: input.nowUnixSeconds,
    })
  }
  return result
}

function zero(): Sums {
  return { effective: 0, met: 0, unknown: 0, count: 0 }
}

function addStep(sums: Sums, step: CountedStep, nowUnixSeconds: number): void {
  const ageDays = Math.max(0, (nowUnixSeconds - step.atUnixSeconds) / 86_400)
  const weight = 0.5 ** (ageDays / trustNumbers.halfLifeDays)
  sums.count += 1
  if (step.verdict === 'UNKNOWN') {
    sums.unknown += weight
    return
  }
  sums.effective += weight
  sums.met += weight * toValue(step)
}

function toValue(step: CountedStep): number {
  if (step.verdict === 'MET') return 1
  return Math.max(0, 1 - trustNumbers.shortfallFactor * step.shortfall)
}

/**
 * Lower end of Wilson's interval for a share.
 *
 * @param met - Weighted successes.
 * @param total - Weighted trials.
 */
export function wilsonLower(met: number, total: number): number {
  if (total <= 0) return 0
  const z = trustNumbers.confidence
  const share = met / total
  const spread =
    z * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total))
  return Math.max(
    0,
    (share + (z * z) / (2 * total) - spread) / (1 + (z * z) / total),
  )
}

/**
 * Finds each agent's own hand: its controllers, whoever they fund, whoever those
 * fund, and who funds a controller. Money that a third party sends says nothing:
 * else a cent to an owner and a cent to a customer would make one hand of both.
 */
function findHands(input: TrustInput): Map<string, ReadonlySet<string>> {
  const fundedBy = new Map<string, Set<string>>()
  const fundersOf = new Map<string, Set<string>>()
  for (const [from, to] of input.funded) {
    add(fundedBy, from, to)
    add(fundersOf, to, from)
  }
  return new Map(
    [...input.controllers].map(([agentId, controllers]) => {
      const hand = new Set(controllers)
      let edge: readonly string[] = controllers
      for (let hop = 0; hop < trustNumbers.fundingHops; hop += 1) {
        edge = edge.flatMap((account) =>
          [...(fundedBy.get(account) ?? [])].filter((to) => !hand.has(to)),
        )
        for (const account of edge) hand.add(account)
      }
      for (const controller of controllers)
        for (const funder of fundersOf.get(controller) ?? []) hand.add(funder)
      return [agentId, hand]
    }),
  )
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key) ?? new Set<string>()
  values.add(value)
  map.set(key, values)
}
