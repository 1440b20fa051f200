// One file because references, places and lists are resolved in one walk over
// the same steps.

import type { Action } from '@behest/spec'
import type { DraftLeg, DraftStep, LegName } from '../bind/DraftStep.js'
import { UNWRAPPED, WRAPPED } from '../bind/wrapped.js'
import type { Mention, Said } from '../clauses/Part.js'
import { getVenueKind } from '../lexicon/lexicon.js'
import { createTable } from '../text/createTable.js'
import type { Problem, Quantity, Range } from '../text/Item.js'

/** A leg whose references point at steps. */
export type ResolvedLeg = {
  readonly token?: Mention
  /** The token was not said here: it is what the step named gives. */
  readonly derived?: true
  readonly amount?: Said<Quantity>
  readonly output?: { readonly step: string; readonly said?: Range }
}

/** A step with its references resolved and its places spread. */
export type ResolvedStep = Omit<DraftStep, 'legs'> & {
  readonly id: string
  readonly legs: Partial<Record<LegName, ResolvedLeg>>
}

/** What a step leaves in the account, for those after it. */
type Given = {
  readonly id: string
  readonly token?: Mention
  readonly clause: number
  readonly at: number
}

const GETS_OUT: readonly Action[] = ['withdraw', 'unstake', 'unlock', 'repay']
const CONSUMES: Partial<Record<Action, LegName>> = {
  swap: 'sell',
  bridge: 'main',
  transfer: 'main',
  supply: 'main',
  deposit: 'main',
  stake: 'main',
  lock: 'main',
  repay: 'main',
  approve: 'main',
}
const RECEIPTS: Readonly<Record<string, string>> = createTable({
  lido: 'stETH',
  rocketpool: 'rETH',
  coinbase: 'cbETH',
  'ether.fi': 'eETH',
  renzo: 'ezETH',
  kelp: 'rsETH',
  puffer: 'pufETH',
  swell: 'swETH',
  frax: 'frxETH',
  stakewise: 'osETH',
  stader: 'ETHx',
})
const UNSTAKED: Readonly<Record<string, string>> = createTable({
  stETH: 'ETH',
  wstETH: 'ETH',
  rETH: 'ETH',
  cbETH: 'ETH',
  swETH: 'ETH',
  osETH: 'ETH',
  ETHx: 'ETH',
  frxETH: 'ETH',
  sfrxETH: 'ETH',
  eETH: 'ETH',
  weETH: 'ETH',
  ezETH: 'ETH',
  rsETH: 'ETH',
  pufETH: 'ETH',
  sAVAX: 'AVAX',
  stMATIC: 'MATIC',
})
const LENDING: readonly Action[] = ['supply', 'borrow', 'repay', 'withdraw']
const MOST_STEPS = 10

/** Resolves `it`, `both`, `the rest` and what an omission stands for. */
export function resolveSteps(
  drafts: readonly DraftStep[],
  scope?: Said<string>,
): {
  readonly steps: ResolvedStep[]
  readonly tooMany: boolean
} {
  const steps: ResolvedStep[] = []
  const given: Given[] = []
  // One step more than there may be tells that there are too many.
  const few = drafts.slice(0, 2 * MOST_STEPS)
  for (const draft of spreadPlaces(joinHalves(few))) {
    if (steps.length > MOST_STEPS) break
    for (const copy of expandBoth(draft, given, steps)) {
      if (steps.length > MOST_STEPS) break
      const id = `s${steps.length + 1}`
      const step = resolveOne(copy, id, given, steps)
      steps.push(step)
      const gives = whatItGives(step)
      if (gives !== undefined)
        given.push({
          id,
          clause: draft.clause,
          at: steps.length - 1,
          ...(gives.token === undefined ? {} : { token: gives.token }),
        })
    }
  }
  return {
    steps: spreadSpenders(
      coverAll(spreadChains(placeThere(steps)), scope),
    ).slice(0, MOST_STEPS),
    tooMany: steps.length > MOST_STEPS,
  }
}

/** `sell 1 wbtc and buy eth`: two verbs, one trade. */
function joinHalves(drafts: readonly DraftStep[]): DraftStep[] {
  const joined: DraftStep[] = []
  for (const draft of drafts) {
    const before = joined.at(-1)
    const { sell, buy } = draft.legs
    if (
      before?.action === 'swap' &&
      draft.action === 'swap' &&
      before.sentence === draft.sentence &&
      before.clause !== draft.clause &&
      before.legs.sell?.token !== undefined &&
      before.legs.buy?.token === undefined &&
      before.legs.buy?.amount === undefined &&
      sell?.token === undefined &&
      sell?.amount === undefined &&
      buy?.token !== undefined &&
      draft.conditions === undefined &&
      draft.times === undefined
    )
      joined[joined.length - 1] = {
        ...draft,
        ...before,
        legs: { sell: before.legs.sell, buy },
        ...(before.chain === undefined && draft.chain !== undefined
          ? { chain: draft.chain }
          : {}),
        ...(before.venue === undefined && draft.venue !== undefined
          ? { venue: draft.venue }
          : {}),
      }
    else joined.push(draft)
  }
  return joined
}

/** `deposit both` makes two steps, and `them` as many as there were. */
function expandBoth(
  draft: DraftStep,
  given: readonly Given[],
  steps: readonly ResolvedStep[],
): DraftStep[] {
  const name = CONSUMES[draft.action]
  if (name === undefined) return [draft]
  const leg = draft.legs[name]
  if (leg?.pronoun === undefined || leg.token !== undefined) return [draft]
  const last = given.at(-1)
  const both = leg.pronoun.value === 'both'
  let group = both
    ? given.slice(-2)
    : given.filter(
        (one) =>
          last !== undefined &&
          one.clause === last.clause &&
          one.clause !== draft.clause,
      )
  // What another step has taken already is no longer there.
  const taken = new Set(
    steps.flatMap((step) =>
      Object.values(step.legs).flatMap((each) =>
        each.output === undefined ? [] : [each.output.step],
      ),
    ),
  )
  group = group.filter((one) => !taken.has(one.id))
  if (group.length < 2) return [draft]
  return group.map((one) => ({
    ...draft,
    legs: {
      ...draft.legs,
      [name]: {
        ...leg,
        pronoun: { ...leg.pronoun, value: `=${one.id}` },
      } as unknown as DraftLeg, // a pronoun bound to one step, see resolveLeg
    },
  }))
}

function resolveOne(
  draft: DraftStep,
  id: string,
  given: readonly Given[],
  steps: readonly ResolvedStep[],
): ResolvedStep {
  const problems = [...(draft.problems ?? [])]
  const legs: Partial<Record<LegName, ResolvedLeg>> = {}
  for (const [name, leg] of Object.entries(draft.legs) as [
    LegName,
    DraftLeg,
  ][]) {
    const consumes = CONSUMES[draft.action] === name
    const resolved = resolveLeg({ leg, name, draft, given, steps, consumes })
    legs[name] = resolved.leg
    if (resolved.problem !== undefined)
      problems.push({
        slot: slotOf(name, resolved.slot ?? 'amount'),
        problem: resolved.problem,
      })
  }
  const name = CONSUMES[draft.action]
  if (name !== undefined && legs[name] === undefined && draft.elliptic)
    legs[name] = resolveLeg({
      leg: {},
      name,
      draft,
      given,
      steps,
      consumes: true,
    }).leg
  // `wrap it`: by now it is known what `it` is.
  const sold = legs.sell?.token?.symbol
  const becomes =
    sold === undefined || draft.wraps === undefined
      ? undefined
      : draft.wraps === 'wrap'
        ? WRAPPED[sold]
        : UNWRAPPED[sold]
  if (becomes !== undefined && legs.buy?.token === undefined)
    legs.buy = { token: { ...draft.verb, symbol: becomes, known: true } }
  // `swap all my eth to usdc and 1 eth to dai`: the second finds nothing left.
  const taken = name === undefined ? undefined : legs[name]
  const before = steps.at(-1)
  const earlier =
    before === undefined || before.clause !== draft.clause
      ? undefined
      : (before.legs.sell ?? before.legs.main)
  if (
    name !== undefined &&
    taken?.amount !== undefined &&
    earlier?.amount !== undefined &&
    taken.token?.symbol !== undefined &&
    taken.token.symbol === earlier.token?.symbol &&
    (taken.amount.value.kind === 'number') !==
      (earlier.amount.value.kind === 'number') &&
    isWhole(taken.amount.value) !== isWhole(earlier.amount.value) &&
    taken.amount.start !== earlier.amount.start
  )
    problems.push({
      slot: slotOf(name, 'amount'),
      problem: { reason: 'All of it and a part of it: which of the two?' },
    })
  const { problems: _problems, legs: _legs, ...rest } = draft
  return {
    ...rest,
    id,
    legs,
    ...(problems.length > 0 ? { problems } : {}),
  }
}

function isWhole(quantity: Quantity): boolean {
  return quantity.kind === 'share' && quantity.bps === 10_000
}

/** The path of an argument inside its step. */
export function slotOf(name: LegName, part: 'token' | 'amount'): string {
  return name === 'main' ? part : `${name}.${part}`
}

function resolveLeg(options: {
  leg: DraftLeg
  name: LegName
  draft: DraftStep
  given: readonly Given[]
  steps: readonly ResolvedStep[]
  consumes: boolean
}): { leg: ResolvedLeg; problem?: Problem; slot?: 'token' | 'amount' } {
  const { leg, name, draft, given, steps, consumes } = options
  const plain: ResolvedLeg = {
    ...(leg.token === undefined ? {} : { token: leg.token }),
    ...(leg.amount === undefined ? {} : { amount: leg.amount }),
  }
  const last = given.findLast(
    (one) => one.clause < draft.clause || one.at < steps.length,
  )
  const fromGiven = (one: Given, said: Range | undefined): ResolvedLeg => ({
    ...(leg.token !== undefined
      ? { token: leg.token }
      : one.token === undefined
        ? {}
        : { token: one.token, derived: true as const }),
    output: { step: one.id, ...(said === undefined ? {} : { said }) },
  })
  const quantity = leg.amount?.value
  if (leg.pronoun !== undefined) {
    const bound = (leg.pronoun.value as string).startsWith('=')
      ? given.find((one) => one.id === leg.pronoun?.value.slice(1))
      : last
    // `approve 5 dai for aave, then deposit it`: what was named there.
    const approved = steps.at(-1)
    if (approved?.action === 'approve' && approved.legs.main !== undefined)
      return { leg: approved.legs.main }
    // `both` of one thing: which other is meant has to be asked.
    if (bound === undefined || leg.pronoun.value === 'both')
      return {
        leg: plain,
        slot: 'token',
        problem: {
          reason: 'What does that stand for? No earlier step gives a token.',
        },
      }
    const nearer = steps.at(-1)
    // A transfer in between has taken it away.
    if (
      nearer?.action === 'transfer' &&
      bound.at < steps.length - 1 &&
      !(leg.pronoun.value as string).startsWith('=')
    ) {
      const taken = nearer.legs.main?.output?.step === bound.id
      if (taken)
        return {
          leg: plain,
          slot: 'token',
          problem: {
            reason: 'What does that stand for? The step before sends it away.',
          },
        }
    }
    if (
      quantity === undefined ||
      (quantity.kind === 'share' && quantity.bps === 10_000)
    )
      return { leg: fromGiven(bound, leg.pronoun) }
    if (quantity.kind === 'number' || quantity.kind === 'fiat')
      return {
        leg: {
          ...plain,
          ...(bound.token === undefined
            ? {}
            : { token: bound.token, derived: true }),
        },
      }
    return {
      leg:
        bound.token === undefined ? {} : { token: bound.token, derived: true },
      problem: {
        reason:
          'A part of what a step gives cannot be fixed beforehand. How much exactly?',
      },
    }
  }
  if (quantity?.kind === 'remainder')
    return resolveRemainder(options, last, plain)
  // `30% of my eth to buy usdc and 20% to buy dai`: shares of the same thing.
  const prior = steps.at(-1)
  const shared = prior?.legs[CONSUMES[prior.action] ?? 'main']
  if (
    consumes &&
    leg.token === undefined &&
    quantity?.kind === 'share' &&
    quantity.bps < 10_000 &&
    shared?.amount?.value.kind === 'share' &&
    shared.amount.value.bps < 10_000 &&
    shared.token !== undefined &&
    shared.output === undefined &&
    prior?.sentence === draft.sentence &&
    prior.action === draft.action
  )
    return {
      leg: {
        token: shared.token,
        amount: leg.amount as Said<Quantity>,
        derived: true,
      },
    }
  const first = given.length === 0
  if (!first && last !== undefined && consumes) {
    if (
      leg.token === undefined &&
      quantity === undefined &&
      (draft.elliptic || name === 'main')
    )
      return { leg: fromGiven(last, undefined) }
    if (
      leg.token === undefined &&
      quantity?.kind === 'share' &&
      last.token !== undefined
    ) {
      if (quantity.bps === 10_000) return { leg: fromGiven(last, leg.amount) }
      return {
        leg: { token: last.token, derived: true },
        problem: {
          reason:
            'A part of what a step gives cannot be fixed beforehand. How much exactly?',
        },
      }
    }
    if (leg.token?.symbol !== undefined) {
      const source = given.findLast(
        (one) => one.token?.symbol === leg.token?.symbol,
      )
      if (
        source !== undefined &&
        (quantity === undefined ||
          (quantity.kind === 'share' &&
            quantity.bps === 10_000 &&
            leg.definite === true))
      )
        return {
          leg: {
            token: leg.token,
            output: {
              step: source.id,
              said: leg.amount ?? leg.token,
            },
          },
        }
    }
  }
  // `take my usdc out of aave`: whoever gets out and names no number, gets all.
  if (
    name === 'main' &&
    leg.possessive !== undefined &&
    quantity === undefined &&
    leg.token !== undefined &&
    GETS_OUT.includes(draft.action)
  )
    return {
      leg: {
        ...plain,
        amount: {
          start: leg.possessive.start,
          end: leg.possessive.end,
          value: { kind: 'share', bps: 10_000 },
        },
      },
    }
  return { leg: plain }
}

function resolveRemainder(
  options: {
    leg: DraftLeg
    draft: DraftStep
    name: LegName
    given: readonly Given[]
    steps: readonly ResolvedStep[]
  },
  last: Given | undefined,
  plain: ResolvedLeg,
): { leg: ResolvedLeg; problem?: Problem } {
  const { leg, draft, steps, given, name } = options
  const said = leg.amount as Said<Quantity>
  const whole: Said<Quantity> = {
    ...said,
    value: { kind: 'share', bps: 10_000 },
  }
  const before = steps.at(-1)
  const taken = before?.legs[name] ?? before?.legs.main ?? before?.legs.sell
  // `half my eth to usdc and the rest to dai`: what is left of the same token.
  const sameKind =
    before !== undefined &&
    before.clause === draft.clause &&
    (taken?.amount?.value.kind === 'share' ||
      taken?.amount?.value.kind === 'number')
  if (sameKind) {
    const token = leg.token ?? taken?.token
    return {
      leg: {
        ...(token === undefined ? {} : { token }),
        amount: whole,
        ...(leg.token === undefined ? { derived: true as const } : {}),
      },
    }
  }
  const source =
    leg.token === undefined
      ? last
      : given.findLast((one) => one.token?.symbol === leg.token?.symbol)
  // The step before took a share of what the account had: the rest is there.
  if (
    before !== undefined &&
    taken?.token !== undefined &&
    taken.amount !== undefined &&
    (leg.token === undefined || leg.token.symbol === taken.token.symbol) &&
    taken.token.symbol !== source?.token?.symbol
  )
    return {
      leg: {
        token: leg.token ?? taken.token,
        amount: whole,
        ...(leg.token === undefined ? { derived: true as const } : {}),
      },
    }
  if (source !== undefined)
    return {
      leg: {
        ...(leg.token === undefined
          ? source.token === undefined
            ? {}
            : { token: source.token, derived: true as const }
          : { token: leg.token }),
        output: { step: source.id, said },
      },
    }
  if (leg.token !== undefined)
    return { leg: { token: leg.token, amount: whole } }
  return {
    leg: plain.token === undefined ? {} : { token: plain.token },
    problem: { reason: 'The rest of what?' },
  }
}

function whatItGives(step: ResolvedStep): { token?: Mention } | undefined {
  const main = step.legs.main?.token
  const as = (symbol: string | undefined): { token?: Mention } =>
    symbol === undefined || main === undefined
      ? {}
      : { token: { ...main, symbol, known: true } }
  switch (step.action) {
    case 'swap': {
      const token = step.legs.buy?.token
      return token === undefined ? {} : { token }
    }
    case 'bridge':
    case 'borrow':
    case 'withdraw':
    case 'unlock':
    case 'claim':
    case 'close':
      return main === undefined ? {} : { token: main }
    case 'unstake':
      return as(
        main?.symbol === undefined
          ? undefined
          : (UNSTAKED[main.symbol] ?? main.symbol),
      )
    case 'stake': {
      const receipt =
        step.venue === undefined ? undefined : RECEIPTS[step.venue.value]
      return receipt === undefined ? undefined : as(receipt)
    }
    default:
      return undefined
  }
}

/** A venue said once belongs to its neighbours of the same trade. */
function spreadPlaces(drafts: readonly DraftStep[]): DraftStep[] {
  const spread = [...drafts]
  for (let at = spread.length - 1; at > 0; at -= 1) {
    const step = spread[at]
    const before = spread[at - 1]
    if (step === undefined || before === undefined) continue
    if (
      step.venue !== undefined &&
      before.venue === undefined &&
      before.pool === undefined &&
      step.sentence === before.sentence &&
      isSameTrade(before, step, step.venue.value)
    )
      spread[at - 1] = { ...before, venue: step.venue }
  }
  for (let at = 1; at < spread.length; at += 1) {
    const step = spread[at]
    const before = spread[at - 1]
    if (step === undefined || before === undefined) continue
    if (
      before.venue !== undefined &&
      step.venue === undefined &&
      step.sentence === before.sentence &&
      getVenueKind(before.venue.value) === 'lending' &&
      ((before.action === 'supply' && step.action === 'borrow') ||
        (before.action === 'repay' &&
          (step.action === 'withdraw' || step.action === 'borrow')))
    )
      spread[at] = {
        ...step,
        venue: before.venue,
        // The same market is on the same chain.
        ...(step.chain === undefined && before.chain !== undefined
          ? { chain: before.chain }
          : {}),
      }
  }
  return spread
}

/** `… everything on arbitrum`: for each step that says no chain of its own. */
function coverAll(
  steps: readonly ResolvedStep[],
  scope: Said<string> | undefined,
): ResolvedStep[] {
  return steps.map((step) =>
    scope === undefined ||
    step.chain !== undefined ||
    step.action === 'ask' ||
    step.toChain?.value === scope.value
      ? step
      : { ...step, chain: scope },
  )
}

/** `if the apy on aave is over 5 %, lend it there` */
function placeThere(steps: readonly ResolvedStep[]): ResolvedStep[] {
  return steps.map((step, at) => {
    if (!step.there || step.venue !== undefined || step.pool !== undefined)
      return step
    const measured = step.conditions?.find(
      (said) =>
        said.condition.subject.venue !== undefined &&
        said.venueAt !== undefined,
    )
    const before = steps[at - 1]
    const venue: Said<string> | undefined =
      measured?.venueAt !== undefined
        ? {
            ...measured.venueAt,
            value: measured.condition.subject.venue as string,
          }
        : before !== undefined && LENDING.includes(step.action)
          ? before.venue
          : undefined
    return venue === undefined ? step : { ...step, venue }
  })
}

/** `approve 100 usdc for aave, then supply it`: into what was approved. */
function spreadSpenders(steps: readonly ResolvedStep[]): ResolvedStep[] {
  return steps.map((step, at) => {
    const before = steps[at - 1]
    return before?.action === 'approve' &&
      before.spender !== undefined &&
      step.venue === undefined &&
      step.pool === undefined &&
      ((step.action === 'supply' &&
        getVenueKind(before.spender.value) === 'lending') ||
        (step.action === 'deposit' &&
          getVenueKind(before.spender.value) !== undefined)) &&
      before.legs.main?.token?.symbol === step.legs.main?.token?.symbol
      ? { ...step, venue: before.spender }
      : step
  })
}

function isSameTrade(one: DraftStep, other: DraftStep, venue: string): boolean {
  if (one.action === other.action)
    return other.joined || one.clause === other.clause
  return (
    getVenueKind(venue) === 'lending' &&
    LENDING.includes(one.action) &&
    LENDING.includes(other.action) &&
    !(one.action === 'withdraw' && other.action === 'supply')
  )
}

/** A chain said once holds for all that hangs together, up to a bridge. */
function spreadChains(steps: readonly ResolvedStep[]): ResolvedStep[] {
  const spread = [...steps]
  const refersTo = (step: ResolvedStep) =>
    Object.values(step.legs).flatMap((leg) =>
      leg.output === undefined ? [] : [leg.output.step],
    )
  // Forward: behind a bridge, from a leading phrase, along what was given.
  let landed: Said<string> | undefined
  for (let at = 0; at < spread.length; at += 1) {
    const step = spread[at]
    if (step === undefined) continue
    if (step.chain === undefined && step.action !== 'ask') {
      const source = refersTo(step)
        .map((id) => spread.find((other) => other.id === id))
        .find((other) => other !== undefined)
      const leading = spread
        .slice(0, at)
        .findLast(
          (other) =>
            other.chain !== undefined &&
            other.sentence === step.sentence &&
            other.clause !== step.clause &&
            other.chain.end <= other.verb.start,
        )
      const inherited =
        (source?.action === 'bridge' ? source.toChain : undefined) ??
        (step.action === 'bridge' && source === undefined
          ? undefined
          : landed) ??
        (source?.action === 'bridge' ? undefined : source?.chain) ??
        (leading === undefined ? undefined : leading.chain)
      if (inherited !== undefined) spread[at] = { ...step, chain: inherited }
    }
    if (step.action === 'bridge') landed = step.toChain ?? landed
    else if (step.chain !== undefined)
      landed = landed === undefined ? undefined : step.chain
  }
  // Backward: `swap 1 eth to usdc and lend it on arbitrum`.
  for (let at = spread.length - 1; at > 0; at -= 1) {
    const step = spread[at]
    if (step?.chain === undefined || step.action === 'ask') continue
    const linked = refersTo(step)
    for (let back = 0; back < at; back += 1) {
      const before = spread[back]
      if (
        before === undefined ||
        before.chain !== undefined ||
        before.action === 'bridge' ||
        before.action === 'ask' ||
        before.sentence !== step.sentence
      )
        continue
      const near =
        back === at - 1 && (step.joined || before.clause === step.clause)
      if (!linked.includes(before.id) && !near) continue
      if (spread.slice(back, at).some((between) => between.action === 'bridge'))
        continue
      spread[back] = { ...before, chain: step.chain }
    }
  }
  return spread
}
