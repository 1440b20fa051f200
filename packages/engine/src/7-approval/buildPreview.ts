import {
  type Address,
  type AssetDelta,
  type Follows,
  type Hex,
  isSameAddress,
  type PlanArtifact,
  type PlanStep,
  type Preview,
  type QuotesArtifact,
  type SimulationArtifact,
  type Token,
  toDecimal,
} from '@behest/spec'
import { decodeCall } from '../decode/decodeCall.js'
import type { KnownContract } from '../ports.js'
import { sayCall, toVocabulary } from './sayCall.js'
import { sayCertificate } from './sayCertificate.js'
import { sayCustody } from './sayCustody.js'
import { warnOfHealth } from './warnOfHealth.js'

/**
 * Draws what a person is asked to approve.
 *
 * Everything in it comes from the decoded bytes of the plan and from its
 * simulation. An agent's own words appear nowhere.
 *
 * @returns The preview, bound to the hashes of the plan and the simulation.
 */
export function buildPreview(options: {
  readonly plan: PlanArtifact
  readonly planHash: Hex
  readonly simulation: SimulationArtifact
  readonly simulationHash: Hex
  readonly quotes: QuotesArtifact
  readonly nativeToken: Token
  readonly knownContracts: readonly KnownContract[]
  /** The earlier request that the intent goes back to. */
  readonly follows?: Follows
}): Preview {
  const { plan, planHash, simulation, simulationHash, quotes } = options
  const { nativeToken, knownContracts, follows } = options
  const vocabulary = toVocabulary(plan, knownContracts)
  const give = bound(plan, simulation, 'spend')
  const get = bound(plan, simulation, 'receive')
  return {
    planHash,
    simulationHash,
    headline: plan.steps.map((step) => headlineOf(step)).join('; then '),
    steps: plan.steps.map((step) => ({
      stepId: step.id,
      headline: headlineOf(step),
      agentName: step.agentName,
      venue: step.venue,
      calls: step.calls.map((call) => {
        const decoded = decodeCall({ call, knownContracts })
        return {
          purpose: call.purpose,
          to: call.to,
          contract: decoded?.contract ?? 'unknown contract',
          function: decoded?.functionName ?? call.data.slice(0, 10),
          says: (decoded
            ? sayCall({
                call,
                decoded,
                vocabulary,
                nativeSymbol: nativeToken.symbol,
              })
            : 'cannot be put into words'
          ).slice(0, 1000),
        }
      }),
      ...(step.route ? { route: step.route } : {}),
      ...(step.certificate
        ? { certificate: sayCertificate(step.certificate) }
        : {}),
      ...(step.fee.length === 0
        ? {}
        : {
            fees: step.fee.map(({ token, to, units }) => ({
              account: to,
              symbol: token.symbol,
              decimal: toDecimal(units, token.decimals),
            })),
          }),
    })),
    youGive: give.filter((side) => isSameAddress(side.account, plan.account)),
    youGet: get.filter((side) => isSameAddress(side.account, plan.account)),
    othersGet: get.filter((side) => !isSameAddress(side.account, plan.account)),
    positions: simulation.steps.flatMap((step) => step.positions),
    allowances: simulation.allowances.filter(
      (change) => change.beforeUnits !== change.afterUnits,
    ),
    health: simulation.health,
    gas: {
      expectedDecimal: toDecimal(simulation.gas.expectedWei, 18),
      atMostDecimal: toDecimal(simulation.gas.atMostWei, 18),
      symbol: nativeToken.symbol,
    },
    custody: sayCustody({
      plan,
      decimalsOf: (token) =>
        [nativeToken, ...vocabulary.tokens].find(({ address }) =>
          isSameAddress(address, token),
        )?.decimals,
    }),
    untilUnixSeconds: plan.deadlineUnixSeconds,
    warnings: [...(follows?.cannot ?? []), ...listWarnings(plan, simulation)],
    ...(follows ? { follows: follows.says } : {}),
    choice: quotes.ranking.map(({ stepId, why }) => ({ stepId, why })),
  }
}

/** One line for a step, from its instruction and its bounds. */
export function headlineOf(step: PlanStep): string {
  const spend = step.spend
    .map(
      ({ token, atMostUnits }) =>
        `${toDecimal(atMostUnits, token.decimals)} ${token.symbol}`,
    )
    .join(' and ')
  const receive = step.receive
    .map(
      ({ token, atLeastUnits }) =>
        `${toDecimal(atLeastUnits, token.decimals)} ${token.symbol}`,
    )
    .join(' and ')
  const { instruction } = step
  switch (instruction.action) {
    case 'swap':
      return `give at most ${spend} for at least ${receive} on ${step.venue}`
    case 'transfer':
      return `send ${spend} to ${instruction.to}`
    case 'supply':
      return `lend at most ${spend} on ${step.venue}`
    case 'withdraw':
      return `take at least ${receive} out of ${step.venue}`
    case 'borrow':
      return spend === ''
        ? `borrow ${receive} on ${step.venue}`
        : `borrow ${receive} on ${step.venue} against at most ${spend}`
    case 'repay':
      return `pay back at most ${spend} on ${step.venue}`
    case 'approve':
      return `let ${instruction.spender} take ${instruction.token.symbol}`
    case 'revoke':
      return `take back what ${instruction.spender} may take of ${instruction.token.symbol}`
    case 'ask':
      return 'answer a question'
    default:
      return instruction satisfies never
  }
}

type Side = Preview['youGive'][number]

/** Bounds of the whole plan: what one step gives and the next takes cancels out. */
function bound(
  plan: PlanArtifact,
  simulation: SimulationArtifact,
  direction: 'spend' | 'receive',
): Side[] {
  const sides = new Map<string, Side & { readonly decimals: number }>()
  for (const step of plan.steps) {
    const items =
      direction === 'spend'
        ? step.spend.map(({ token, atMostUnits }) => ({
            token,
            account: plan.account,
            units: atMostUnits,
          }))
        : [
            ...step.receive.map(({ token, account, atLeastUnits }) => ({
              token,
              account,
              units: atLeastUnits,
            })),
            // The simulation showed that it arrives there: see checkFees.
            ...step.fee.map(({ token, to, units }) => ({
              token,
              account: to,
              units,
            })),
          ]
    for (const { token, account, units } of items) {
      const key = `${account} ${token.address}`.toLowerCase()
      const before = sides.get(key)?.boundUnits ?? 0n
      sides.set(
        key,
        toSide({
          token,
          account,
          units: before + units,
          simulation,
          direction,
        }),
      )
    }
  }
  // A token that only passes through is neither given nor got in the end.
  return [...sides.values()]
    .filter((side) => side.expectedUnits > 0n)
    .map(({ decimals: _decimals, ...side }) => side)
}

function toSide(options: {
  readonly token: Token
  readonly account: Address
  readonly units: bigint
  readonly simulation: SimulationArtifact
  readonly direction: 'spend' | 'receive'
}): Side & { readonly decimals: number } {
  const { token, account, units, simulation, direction } = options
  const change = netOf(simulation.changes, account, token.address)
  const expected = direction === 'spend' ? -change : change
  // Where a token comes in and goes on, what remains is the bound that counts.
  const boundUnits =
    expected > 0n && direction === 'receive' && expected < units
      ? expected
      : units
  return {
    account,
    token: token.address,
    symbol: token.symbol,
    boundUnits,
    boundDecimal: toDecimal(boundUnits, token.decimals),
    expectedUnits: expected > 0n ? expected : 0n,
    expectedDecimal: toDecimal(expected > 0n ? expected : 0n, token.decimals),
    decimals: token.decimals,
  }
}

function netOf(
  changes: readonly AssetDelta[],
  account: string,
  token: string,
): bigint {
  return changes
    .filter(
      (change) =>
        isSameAddress(change.account, account) &&
        isSameAddress(change.token, token),
    )
    .reduce((sum, change) => sum + change.units, 0n)
}

function listWarnings(
  plan: PlanArtifact,
  simulation: SimulationArtifact,
): string[] {
  const warnings: string[] = []
  warnings.push(...warnOfHealth(simulation.health))
  for (const step of plan.steps)
    if (
      step.instruction.action === 'swap' &&
      step.instruction.maxSlippageBps > 300
    )
      warnings.push(
        `You allow up to ${step.instruction.maxSlippageBps / 100} % less than quoted.`,
      )
  for (const change of simulation.allowances)
    if (change.afterUnits > change.beforeUnits)
      warnings.push(
        `${change.spender} will still be allowed to take ${change.symbol} afterwards.`,
      )
  return warnings
}
