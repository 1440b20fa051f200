import {
  type Address,
  type AssetDelta,
  type Block,
  type ChainPort,
  type Hex,
  isSameAddress,
  type PlanArtifact,
  type PlanStep,
  type SimulationArtifact,
  type SimulationResult,
  toDecimal,
} from '@behest/spec'
import { spliceCall } from '../5-plan/spliceCall.js'

// Interest and prices move between the simulation and the block that mines the
// call, and what is measured is what was used after refunds, up to a fifth less
// than what was needed: without room, calls run out of gas.
const gasRoomPercent = 140n
const minGasRoom = 30_000n

/** What {@link simulatePlan} takes. */
export type SimulatePlanOptions = {
  readonly plan: PlanArtifact
  readonly planHash: Hex
  readonly chain: ChainPort
  readonly block: Block
  readonly refused: SimulationArtifact['refused']
}

/** A simulation with the raw measurements behind it. */
export type SimulatedPlan = {
  readonly artifact: SimulationArtifact
  readonly result: SimulationResult
}

/**
 * Simulates exactly a plan: the whole batch, from the user's account, at one
 * block. Amounts that depend on an earlier step are what the simulation of that
 * step gave.
 *
 * @returns The measured changes; whether they hold is for `checkSimulation`.
 * @throws {SpliceOutOfRangeError} when a quote wants an amount written outside
 *   its calldata.
 */
export async function simulatePlan(
  options: SimulatePlanOptions,
): Promise<SimulatedPlan> {
  const { plan, planHash, chain, block, refused } = options
  let result: SimulationResult | null = null
  const given = (step: string, token: string): bigint =>
    sumOf(
      result?.steps.find((entry) => entry.stepId === step)?.deltas ?? [],
      plan.account,
      token,
    )
  // Each pass fixes the amounts of one more step that builds on another.
  for (const depth of passesOf(plan)) {
    const steps = plan.steps.slice(0, depth)
    result = await chain.simulate({
      account: plan.account,
      blockNumber: block.number,
      steps: steps.map((step) => ({
        stepId: step.id,
        calls: step.calls.map((call) => spliceCall(call, given)),
      })),
      otherAccounts: listOthers(steps, plan.account),
      tokens: listTokens(steps),
      allowances: steps.flatMap((step) => step.approvals),
    })
  }
  if (!result) throw new RangeError('a plan has at least one step')
  return {
    artifact: toArtifact({ plan, planHash, block, refused, result }),
    result,
  }
}

/** Up to where to simulate, pass by pass; the last one is the whole plan. */
function passesOf(plan: PlanArtifact): readonly number[] {
  const passes: number[] = []
  plan.steps.forEach((step, index) => {
    if (index > 0 && step.calls.some((call) => call.splices.length > 0))
      passes.push(index)
  })
  return [...passes, plan.steps.length]
}

/** Every account but the user's that a plan says something goes to. */
export function listOthers(
  steps: readonly PlanStep[],
  account: Address,
): readonly Address[] {
  const others = new Map<string, Address>()
  for (const step of steps) {
    for (const { account: to } of step.receive)
      if (!isSameAddress(to, account)) others.set(to.toLowerCase(), to)
    for (const { to } of step.fee)
      if (!isSameAddress(to, account)) others.set(to.toLowerCase(), to)
  }
  return [...others.values()]
}

/** Every token that a plan speaks of. */
export function listTokens(
  steps: readonly PlanStep[],
): readonly ('native' | Address)[] {
  const tokens = new Map<string, 'native' | Address>([['native', 'native']])
  for (const step of steps)
    for (const { token } of [...step.spend, ...step.receive])
      tokens.set(token.address.toLowerCase(), token.address)
  return [...tokens.values()]
}

/** What an account gained or lost of one token, in its smallest unit. */
export function sumOf(
  deltas: readonly AssetDelta[],
  account: string,
  token: string,
): bigint {
  return deltas
    .filter(
      (delta) =>
        isSameAddress(delta.account, account) &&
        isSameAddress(delta.token, token),
    )
    .reduce((sum, delta) => sum + delta.units, 0n)
}

/** The bounds of a step as changes: most spent, least received. */
export function toPromised(step: PlanStep, account: Address): AssetDelta[] {
  return [
    ...step.spend.map(({ token, atMostUnits }) => ({
      account,
      token: token.address,
      symbol: token.symbol,
      units: -atMostUnits,
      decimal: toDecimal(-atMostUnits, token.decimals),
    })),
    ...step.receive.map(({ token, account: to, atLeastUnits }) => ({
      account: to,
      token: token.address,
      symbol: token.symbol,
      units: atLeastUnits,
      decimal: toDecimal(atLeastUnits, token.decimals),
    })),
  ]
}

function toArtifact(options: {
  readonly plan: PlanArtifact
  readonly planHash: Hex
  readonly block: Block
  readonly refused: SimulationArtifact['refused']
  readonly result: SimulationResult
}): SimulationArtifact {
  const { plan, planHash, block, refused, result } = options
  const maxFeePerGasWei = toMaxFeePerGas(block)
  let expectedGas = 0n
  let mostGas = 0n
  const steps = plan.steps.map((step, index) => {
    const measured = result.steps[index]
    const calls = (measured?.calls ?? []).map(({ gasUsed }) => {
      const room = (gasUsed * gasRoomPercent) / 100n
      const gasLimit = room > gasUsed + minGasRoom ? room : gasUsed + minGasRoom
      expectedGas += gasUsed
      mostGas += gasLimit
      return { gasUsed, gasLimit }
    })
    return {
      stepId: step.id,
      promised: toPromised(step, plan.account),
      simulated: [...(measured?.deltas ?? [])],
      positions: [...(measured?.positions ?? [])],
      calls,
    }
  })
  const pricePerGas = block.baseFeePerGasWei + priorityFeePerGasWei(block)
  return {
    stage: 'simulation',
    parentHash: planHash,
    planHash,
    block: {
      number: block.number,
      hash: block.hash,
      timestampUnixSeconds: block.timestampUnixSeconds,
    },
    steps,
    changes: addUp(result.steps.flatMap((step) => step.deltas)),
    allowances: [...result.allowances],
    health: [...result.health],
    rates: readRates(plan, result),
    gas: {
      expectedWei: expectedGas * pricePerGas,
      atMostWei: mostGas * maxFeePerGasWei,
      maxFeePerGasWei,
    },
    refused,
  }
}

/** Twice the base fee and a tip: holds through six full blocks in a row. */
export function toMaxFeePerGas(block: Block): bigint {
  return 2n * block.baseFeePerGasWei + priorityFeePerGasWei(block)
}

/** A tip that a chain takes note of, and no more than its base fee is worth. */
export function priorityFeePerGasWei(block: Block): bigint {
  const tenth = block.baseFeePerGasWei / 10n
  return tenth > 1_000_000n ? tenth : 1_000_000n
}

function addUp(deltas: readonly AssetDelta[]): AssetDelta[] {
  const totals = new Map<string, AssetDelta & { decimals: number }>()
  for (const delta of deltas) {
    const key = `${delta.account.toLowerCase()} ${delta.token.toLowerCase()}`
    const before = totals.get(key)
    const decimals = before?.decimals ?? decimalsOf(delta)
    const units = (before?.units ?? 0n) + delta.units
    totals.set(key, {
      ...delta,
      units,
      decimal: toDecimal(units, decimals),
      decimals,
    })
  }
  return [...totals.values()]
    .filter(({ units }) => units !== 0n)
    .map(({ decimals: _decimals, ...delta }) => delta)
}

/** A change carries its decimal form, so its decimals can be read back. */
function decimalsOf(delta: AssetDelta): number {
  for (let decimals = 0; decimals <= 36; decimals += 1)
    if (toDecimal(delta.units, decimals) === delta.decimal) return decimals
  return 0
}

function readRates(
  plan: PlanArtifact,
  result: SimulationResult,
): SimulationArtifact['rates'] {
  return plan.steps.flatMap((step) => {
    if (step.action !== 'supply' && step.action !== 'borrow') return []
    const instruction = step.instruction
    if (instruction.action !== 'supply' && instruction.action !== 'borrow')
      return []
    const market = step.positions[0]?.market
    const candidates = result.rates.filter(
      (rate) =>
        rate.venue === step.venue &&
        (market === undefined || isSameAddress(rate.market, market)),
    )
    const rate =
      candidates.find(({ token }) =>
        isSameAddress(token, instruction.token.address),
      ) ?? candidates[0]
    if (!rate) return []
    return [
      {
        stepId: step.id,
        ratePerYear:
          step.action === 'supply' ? rate.supplyPerYear : rate.borrowPerYear,
      },
    ]
  })
}
