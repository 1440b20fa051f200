// One file because it is one formula: from receipts to trust. Pure, so that
// anyone who has the receipts and the moment gets the same numbers.
import type { Trust } from '../store/agentRecord.js'

/** Names the rule below; any change of it is a new version. */
export const trustFormula = 'trust-2026-11-1'

/** The numbers of the rule. */
export const trustNumbers = {
  halfLifeDays: 30,
  /** Receipts of one account for one agent on one day that count. */
  perAccountAndDay: 5,
  /** How hard a shortfall counts: a quarter too little is a whole miss. */
  shortfallFactor: 4,
  /** Share of unknown outcomes that is nobody's fault. */
  unknownAllowance: 0.05,
  /** 95 % confidence. */
  confidence: 1.96,
  /** Most that an account weighs which no known engine serves. */
  strangerWeight: 0.1,
} as const

/** One step of a receipt that the chain confirmed. */
export type CountedStep = {
  readonly receiptHash: string
  readonly agentId: string
  readonly account: string
  readonly verdict: 'MET' | 'NOT_MET' | 'UNKNOWN'
  /** Part of the promise that did not come, 0 to 1; 1 where nothing came. */
  readonly shortfall: number
  readonly finishedAtUnixSeconds: number
}

/** Everything that trust is computed from. */
export type TrustInput = {
  readonly steps: readonly CountedStep[]
  /** Owner and operator of each agent. */
  readonly controllers: ReadonlyMap<string, readonly string[]>
  /** Accounts that stand in one hand, pairwise: who funded whom. */
  readonly links: readonly (readonly [string, string])[]
  /**
   * Accounts that are known to be independent: some of their weight flows to
   * others who use the same agents. Empty: every account weighs 1.
   */
  readonly seeds: ReadonlySet<string>
  readonly nowUnixSeconds: number
}

type Tally = {
  effective: number
  met: number
  receipts: number
  unknown: number
  readonly pruned: Record<string, number>
}

/**
 * Computes what receipts say about each agent.
 *
 * A receipt counts unless its payer is the agent's own hand, or has counted
 * five times that day. It weighs less with age, and by how independent its
 * payer is. What is left goes through Wilson's lower bound, so that one kept
 * promise is not a perfect record.
 *
 * @returns Trust by agent id; agents without receipts are absent.
 */
export function computeTrust(input: TrustInput): Map<string, Trust> {
  const hands = groupHands(input)
  const independent: CountedStep[] = []
  const tallies = new Map<string, Tally>()
  const tallyOf = (agentId: string): Tally => {
    let tally = tallies.get(agentId)
    if (tally === undefined) {
      tally = { effective: 0, met: 0, receipts: 0, unknown: 0, pruned: {} }
      tallies.set(agentId, tally)
    }
    return tally
  }
  const prune = (agentId: string, reason: string) => {
    const { pruned } = tallyOf(agentId)
    pruned[reason] = (pruned[reason] ?? 0) + 1
  }
  const perDay = new Map<string, number>()
  // Oldest first, then by hash: who counts on a full day must not be chance.
  const ordered = [...input.steps].sort(
    (left, right) =>
      left.finishedAtUnixSeconds - right.finishedAtUnixSeconds ||
      (left.receiptHash < right.receiptHash ? -1 : 1),
  )
  for (const step of ordered) {
    const payer = hands.find(step.account)
    const isOwn = (input.controllers.get(step.agentId) ?? []).some(
      (controller) => hands.find(controller) === payer,
    )
    if (isOwn) {
      prune(step.agentId, 'same-owner')
      continue
    }
    const day = Math.floor(step.finishedAtUnixSeconds / 86_400)
    const key = `${payer}:${step.agentId}:${day}`
    const today = (perDay.get(key) ?? 0) + 1
    perDay.set(key, today)
    if (today > trustNumbers.perAccountAndDay) {
      prune(step.agentId, 'too-many-a-day')
      continue
    }
    independent.push(step)
  }
  const weights = weighPayers(independent, hands, input.seeds)
  for (const step of independent) {
    const tally = tallyOf(step.agentId)
    const payerWeight = weights.get(hands.find(step.account)) ?? 0
    if (payerWeight < 1e-6) {
      prune(step.agentId, 'closed-ring')
      continue
    }
    tally.receipts += 1
    if (step.verdict === 'UNKNOWN') {
      tally.unknown += 1
      continue
    }
    const ageDays = Math.max(
      0,
      (input.nowUnixSeconds - step.finishedAtUnixSeconds) / 86_400,
    )
    const weight = payerWeight * 0.5 ** (ageDays / trustNumbers.halfLifeDays)
    tally.effective += weight
    tally.met += weight * toValue(step)
  }
  const result = new Map<string, Trust>()
  for (const [agentId, tally] of tallies) {
    const unknownShare = tally.unknown / Math.max(1, tally.receipts)
    const excess = Math.max(0, unknownShare - trustNumbers.unknownAllowance)
    result.set(agentId, {
      formula: trustFormula,
      bound: wilsonLower(tally.met, tally.effective) * (1 - excess),
      effective: tally.effective,
      met: tally.met,
      receipts: tally.receipts,
      unknown: tally.unknown,
      pruned: tally.pruned,
      atUnixSeconds: input.nowUnixSeconds,
    })
  }
  return result
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

/** Accounts in one hand, as sets that are joined pair by pair. */
class Hands {
  private readonly parents = new Map<string, string>()

  find(account: string): string {
    let current = account.toLowerCase()
    for (;;) {
      const parent = this.parents.get(current)
      if (parent === undefined) return current
      current = parent
    }
  }

  join(left: string, right: string): void {
    const a = this.find(left)
    const b = this.find(right)
    // The smaller name leads: the order of links does not matter.
    if (a !== b) this.parents.set(a < b ? b : a, a < b ? a : b)
  }
}

function groupHands(input: TrustInput): Hands {
  const hands = new Hands()
  for (const controllers of input.controllers.values())
    for (const other of controllers.slice(1))
      hands.join(controllers[0] ?? other, other)
  for (const [left, right] of input.links) hands.join(left, right)
  return hands
}

/**
 * Weighs payers. A known account weighs 1. A stranger weighs what flows to it
 * from known accounts over the agents that both use, one hop and no further: on
 * longer walks a ring that bought once from an honest agent would keep the
 * weight that enters it and hand it round. A group that only trades with itself
 * is never reached, however many keys it has.
 */
function weighPayers(
  steps: readonly CountedStep[],
  hands: Hands,
  seedAccounts: ReadonlySet<string>,
): Map<string, number> {
  const uses = new Map<string, Map<string, number>>()
  const usedBy = new Map<string, Map<string, number>>()
  const add = (
    map: Map<string, Map<string, number>>,
    from: string,
    to: string,
  ) => {
    const targets = map.get(from) ?? new Map<string, number>()
    targets.set(to, (targets.get(to) ?? 0) + 1)
    map.set(from, targets)
  }
  for (const { account, agentId } of steps) {
    const payer = hands.find(account)
    add(uses, payer, agentId)
    add(usedBy, agentId, payer)
  }
  const payers = [...uses.keys()]
  if (seedAccounts.size === 0) return new Map(payers.map((payer) => [payer, 1]))
  const seeds = new Set([...seedAccounts].map((account) => hands.find(account)))
  const known = new Map(
    payers
      .filter((payer) => seeds.has(payer))
      .map((payer): [string, number] => [payer, 1]),
  )
  const reached = spread(spread(known, uses), usedBy)
  return new Map(
    payers.map((payer) => [
      payer,
      known.get(payer) ??
        Math.min(trustNumbers.strangerWeight, reached.get(payer) ?? 0),
    ]),
  )
}

function spread(
  weights: ReadonlyMap<string, number>,
  edges: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Map<string, number> {
  const result = new Map<string, number>()
  for (const [from, weight] of weights) {
    const targets = edges.get(from)
    if (targets === undefined || weight === 0) continue
    let total = 0
    for (const count of targets.values()) total += Math.log1p(count)
    for (const [to, count] of targets)
      result.set(
        to,
        (result.get(to) ?? 0) + (weight * Math.log1p(count)) / total,
      )
  }
  return result
}
