import {
  type Address,
  type AssetAddress,
  type ChainPort,
  type Hex,
  isSameAddress,
  type Mandate,
  type MandateBound,
  type MandatePort,
  type PlanArtifact,
  type PlanStep,
} from '@behest/spec'
import { hexToBigInt, keccak256, stringToBytes } from 'viem'
import type { SimulatedPlan } from '../6-simulation/simulatePlan.js'
import { type SettledCall, spliceCall } from './spliceCall.js'

// A token that grows by itself is measured a block later than it was simulated.
const growthRoomPpm = 1000n
const roundingUnits = 3n

/**
 * Divides a plan into batches: as few as its amounts allow.
 *
 * Steps whose amounts are all fixed go into one batch, which happens as a whole
 * or not at all. A step that takes what an earlier one gave starts a batch of its
 * own, because its exact calls are known only then.
 */
export function listBatches(
  plan: Pick<PlanArtifact, 'steps'>,
): readonly (readonly PlanStep[])[] {
  const batches: PlanStep[][] = []
  for (const step of plan.steps) {
    const last = batches.at(-1)
    if (last === undefined || isSpliced(step)) batches.push([step])
    else last.push(step)
  }
  return batches
}

/** Tells whether a step's amounts are what an earlier step gives. */
export function isSpliced(step: PlanStep): boolean {
  return step.calls.some(({ splices }) => splices.length > 0)
}

/**
 * Writes into a plan what the chain itself will hold it to: one mandate for each
 * batch, with bounds on every balance that the batch touches and on everything
 * else that the account holds.
 *
 * @param options.simulated - The simulation of exactly this plan: it tells which
 *   receipt tokens come and go.
 * @returns The plan with its mandates, to be hashed and simulated anew.
 */
export async function bindMandates(options: {
  readonly plan: PlanArtifact
  readonly simulated: SimulatedPlan
  readonly mandates: MandatePort
  readonly chain: ChainPort
}): Promise<PlanArtifact> {
  const { plan, simulated, mandates, chain } = options
  const blockNumber = simulated.artifact.block.number
  const drawn: Mandate[] = []
  for (const [index, steps] of listBatches(plan).entries()) {
    const named = toBounds({ plan, steps, simulated })
    const touched = steps.some(isSpliced)
      ? named
      : await dropVacuous({ bounds: named, chain, blockNumber })
    const held = await mandates.readHeldBounds({
      account: plan.account,
      except: named.map(({ token }) => token),
      blockNumber,
    })
    const mandate = {
      stepIds: steps.map(({ id }) => id),
      bounds: [...touched, ...held],
      validUntilUnixSeconds: plan.deadlineUnixSeconds,
      salt: hexToBigInt(
        keccak256(
          stringToBytes(`${plan.parentHash}/${plan.intentId}/${index}`),
        ),
      ),
    }
    drawn.push(
      steps.some(isSpliced)
        ? mandate
        : {
            ...mandate,
            delegationHash: mandates.draw({
              account: plan.account,
              calls: listCalls(steps, () => 0n),
              ...mandate,
            }).delegationHash,
          },
    )
  }
  return {
    ...plan,
    custody: { type: 'mandate', ...mandates.framework, mandates: drawn },
  }
}

/**
 * Leaves out bounds that allow all there is to go: an account cannot lose more
 * than it has, and the framework's arithmetic refuses a bound that says so. A
 * token that grows by itself would outgrow one that was cut down to its balance.
 *
 * @param options.blockNumber - The block whose balances count; the newest if absent.
 */
export async function dropVacuous(options: {
  readonly bounds: readonly MandateBound[]
  readonly chain: ChainPort
  readonly blockNumber?: bigint
}): Promise<readonly MandateBound[]> {
  const { bounds, chain, blockNumber } = options
  const kept = await Promise.all(
    bounds.map(async ({ account, token, direction, units }) => {
      if (direction === 'increase' || units === 0n) return true
      const held = await chain.readBalance({
        account,
        token,
        ...(blockNumber === undefined ? {} : { blockNumber }),
      })
      return units <= held
    }),
  )
  return bounds.filter((_, index) => kept[index])
}

/**
 * Writes into the plan of a run that its order's mandate carries it out: nothing
 * is signed for it, and its calls are those that were signed with the order.
 */
export function bindStanding(options: {
  readonly plan: PlanArtifact
  readonly standing: StandingMandate
  readonly mandates: Pick<MandatePort, 'framework'>
}): PlanArtifact {
  const { plan, standing, mandates } = options
  return {
    ...plan,
    custody: {
      type: 'mandate',
      ...mandates.framework,
      mandates: [
        {
          stepIds: plan.steps.map(({ id }) => id),
          bounds: [],
          validUntilUnixSeconds: plan.deadlineUnixSeconds,
          salt: 0n,
          ...standing,
        },
      ],
    },
  }
}

/** A delegation that was signed with a standing order. */
export type StandingMandate = {
  readonly orderId: string
  readonly delegationHash: Hex
}

/** The calls of a batch, in order, with the amounts that earlier steps gave. */
export function listCalls(
  steps: readonly PlanStep[],
  given: (step: string, token: string) => bigint,
): readonly SettledCall[] {
  return steps.flatMap((step) =>
    step.calls.map((call) => spliceCall(call, given)),
  )
}

/**
 * Bounds of a batch as a whole, one for each token: the framework watches one
 * balance of a token in one delegation. Where a token only arrives, and at
 * somebody else's account, it is watched there.
 */
function toBounds(options: {
  readonly plan: PlanArtifact
  readonly steps: readonly PlanStep[]
  readonly simulated: SimulatedPlan
}): readonly MandateBound[] {
  const { plan, steps, simulated } = options
  const own = new Map<string, Tally>()
  const others = new Map<string, MandateBound>()
  for (const step of steps) {
    for (const { token, atMostUnits } of step.spend)
      tally(own, token.address, token.symbol).net -= atMostUnits
    for (const { token, account, atLeastUnits } of step.receive)
      if (isSameAddress(account, plan.account))
        tally(own, token.address, token.symbol).net += atLeastUnits
      else
        others.set(token.address.toLowerCase(), {
          account,
          token: token.address,
          symbol: token.symbol,
          direction: 'increase',
          units: atLeastUnits,
        })
  }
  const bounds = [
    ...[...own.values()].map(({ token, symbol, net }) =>
      toBound(plan.account, token, symbol, net),
    ),
    ...listReceiptTokens({ plan, steps, simulated })
      .filter(({ token }) => !own.has(token.toLowerCase()))
      .map(({ token, symbol, leastChange }) =>
        toBound(plan.account, token, symbol, leastChange),
      ),
  ]
  for (const bound of others.values())
    if (!bounds.some(({ token }) => isSameAddress(token, bound.token)))
      bounds.push(bound)
  return bounds
}

type Tally = {
  readonly token: AssetAddress
  readonly symbol: string
  net: bigint
}

function tally(
  own: Map<string, Tally>,
  token: AssetAddress,
  symbol: string,
): Tally {
  const key = token.toLowerCase()
  const found = own.get(key) ?? { token, symbol, net: 0n }
  own.set(key, found)
  return found
}

function toBound(
  account: Address,
  token: AssetAddress,
  symbol: string,
  net: bigint,
): MandateBound {
  return net > 0n
    ? { account, token, symbol, direction: 'increase', units: net }
    : { account, token, symbol, direction: 'decrease', units: -net }
}

/** Tokens that stand for what is lent: they come and go without being listed. */
function listReceiptTokens(options: {
  readonly plan: PlanArtifact
  readonly steps: readonly PlanStep[]
  readonly simulated: SimulatedPlan
}): readonly {
  readonly token: AssetAddress
  readonly symbol: string
  readonly leastChange: bigint
}[] {
  const { plan, steps, simulated } = options
  const measured = simulated.artifact.steps.filter(({ stepId }) =>
    steps.some(({ id }) => id === stepId),
  )
  const debts = new Set(
    measured.flatMap(({ positions }) =>
      positions.flatMap(({ kind, heldAs }) =>
        kind === 'borrowed' && heldAs !== undefined
          ? [heldAs.toLowerCase()]
          : [],
      ),
    ),
  )
  const sums = new Map<
    string,
    { token: AssetAddress; symbol: string; units: bigint }
  >()
  for (const { token, symbol, account, units } of measured.flatMap(
    ({ simulated: deltas }) => deltas,
  )) {
    // More debt is no gain that could be demanded, and less of it no loss.
    if (!isSameAddress(account, plan.account) || debts.has(token.toLowerCase()))
      continue
    const key = token.toLowerCase()
    const sum = sums.get(key)?.units ?? 0n
    sums.set(key, { token, symbol, units: sum + units })
  }
  const findPromise = (heldAs: string): bigint => {
    const held = measured
      .flatMap(({ positions }) => positions)
      .find((one) => isSameAddress(one.heldAs ?? '', heldAs))
    const promises = steps
      .flatMap(({ positions }) => positions)
      .filter(
        ({ kind, direction, token }) =>
          direction === 'more' &&
          kind === held?.kind &&
          isSameAddress(token.address, held.token),
      )
    return promises.reduce((sum, { atLeastUnits }) => sum + atLeastUnits, 0n)
  }
  return [...sums.values()].map(({ token, symbol, units }) => {
    // What is spliced may be less than simulated: what was promised counts.
    const least =
      units > 0n && steps.some(isSpliced) ? findPromise(token) : units
    const size = least < 0n ? -least : least
    return {
      token,
      symbol,
      leastChange:
        least === 0n
          ? 0n
          : least - (size * growthRoomPpm) / 1_000_000n - roundingUnits,
    }
  })
}
