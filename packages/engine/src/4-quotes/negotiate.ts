import type {
  Address,
  AgentPort,
  Block,
  Candidate,
  CandidatesArtifact,
  ChainPort,
  Hex,
  Instruction,
  Question,
  QuoteOutcome,
  QuotesArtifact,
  SimulationArtifact,
  SimulationResult,
} from '@behest/spec'
import { buildInstruction } from '../3-candidates/buildInstruction.js'
import type { ResolvedStep } from '../3-candidates/collectCandidates.js'
import type { StepOutput } from '../3-candidates/resolveAmount.js'
import type { ChosenQuote } from '../5-plan/buildPlan.js'
import { type SettledPlan, settlePlan } from '../6-simulation/settlePlan.js'
import { sumOf } from '../6-simulation/simulatePlan.js'
import type { Limits } from '../ports.js'
import { collectQuotes } from './collectQuotes.js'
import { NoQuoteError } from './errors.js'
import { nameTokens } from './nameTokens.js'
import { isBetter, type Measured, sayMeasure, toMeasure } from './rankQuotes.js'
import { toPriorChanges } from './toPriorChanges.js'

// Enough to settle a swap with its approvals; only kept back where all of the
// chain's coin is to be spent.
const reservedGas = 3_000_000n
const minReserveWei = 1_000_000_000_000_000n

/** What {@link negotiate} takes. */
export type NegotiateOptions = {
  readonly intentId: string
  readonly account: Address
  readonly steps: readonly ResolvedStep[]
  readonly candidates: { readonly body: CandidatesArtifact; readonly hash: Hex }
  readonly chain: ChainPort
  readonly agents: AgentPort
  readonly block: Block
  readonly limits: Limits
  readonly createId: () => string
  readonly now: () => Date
}

/** A quote that held, as measured. */
type Held = Measured & { readonly offer: ChosenQuote }

/** How a negotiation ends. */
export type Negotiation =
  | { readonly type: 'questions'; readonly questions: readonly Question[] }
  | {
      readonly type: 'quoted'
      readonly quotes: QuotesArtifact
      readonly chosen: readonly ChosenQuote[]
      readonly refused: SimulationArtifact['refused']
      readonly answers: readonly ChosenQuote[]
    }

/**
 * Collects quotes step by step and lets each one prove itself: it is simulated
 * on top of the steps chosen before it, at one pinned block, and only those that
 * hold are ranked, by what they really gave net of gas. Where nobody lends on top
 * of the best supply right before, the next best one is tried.
 *
 * @returns The quotes with their ranking, or what the user must say first.
 * @throws {NoQuoteError} when no quote of a step holds.
 * @throws the errors of {@link buildInstruction}.
 */
export async function negotiate(
  options: NegotiateOptions,
): Promise<Negotiation> {
  const { block, chain, account, limits } = options
  const deadlineUnixSeconds =
    block.timestampUnixSeconds + limits.planValidForSeconds
  const outputs = new Map<string, readonly StepOutput[]>()
  const chosen: ChosenQuote[] = []
  const answers: ChosenQuote[] = []
  const outcomes: QuoteOutcome[] = []
  const instructions: { stepId: string; instruction: Instruction }[] = []
  const ranking: QuotesArtifact['ranking'] = []
  const refused: SimulationArtifact['refused'] = []
  let measured: SimulationResult | undefined
  let spare:
    | {
        readonly stepId: string
        readonly held: readonly Held[]
        /** What was said on top of the best one: that is what the user hears. */
        readonly error?: NoQuoteError
      }
    | undefined

  const choose = (best: Held, why: string): void => {
    const { stepId } = best.offer
    chosen.push(best.offer)
    measured = best.settled.simulated.result
    outputs.set(stepId, toOutputs(best.settled, best.offer, account))
    ranking.push({ stepId, quoteIds: [best.offer.quote.quoteId], why })
  }

  for (let at = 0; at < options.steps.length; at += 1) {
    const current = options.steps[at]
    if (current === undefined) break
    const { step, stepIndex, tokens } = current
    const result = await buildInstruction({
      step,
      stepIndex,
      tokens,
      context: {
        chain,
        account,
        blockNumber: block.number,
        gasReserveWei: toGasReserve(block),
        stepId: step.id,
        outputs,
      },
      defaultSlippageBps: limits.defaultSlippageBps,
    })
    if (result.type === 'questions') return result
    const { instruction } = result
    instructions.push({ stepId: step.id, instruction })

    const candidates =
      options.candidates.body.steps.find(({ stepId }) => stepId === step.id)
        ?.candidates ?? []
    const collected = await collectQuotes({
      intentId: options.intentId,
      stepId: step.id,
      instruction,
      candidates,
      agents: options.agents,
      account,
      chainId: chain.chainId,
      block,
      priorChanges: toPriorChanges({ chosen, measured, account }),
      deadlineUnixSeconds,
      timeoutMs: limits.quoteTimeoutMs,
      wrappedNative: limits.wrappedNative,
      createId: options.createId,
      now: options.now,
    })
    const { asked, offers } = await toOffers({
      collected,
      candidates,
      instruction,
      stepId: step.id,
      chain,
    })

    if (instruction.action === 'ask') {
      const answer =
        offers.find(({ candidate }) => candidate.reference) ?? offers[0]
      outcomes.push(...asked)
      if (!answer) throw toNoQuoteError(step.id, instruction, asked)
      answers.push(answer)
      ranking.push({
        stepId: step.id,
        quoteIds: [answer.quote.quoteId],
        why: `${answer.candidate.name} answered.`,
      })
      continue
    }

    const auditions = await Promise.all(
      offers.map(async (offer) => ({
        offer,
        settled: await audition({
          offer,
          chosen,
          options,
          deadlineUnixSeconds,
        }),
      })),
    )
    const held: Held[] = []
    const stepRefused: SimulationArtifact['refused'] = []
    const prices = await readPrices(chain, instruction, block)
    for (const { offer, settled } of auditions) {
      // A rule that an earlier step breaks was judged when that step was chosen.
      const violations = settled.violations.filter(
        ({ stepId }) => stepId === undefined || stepId === step.id,
      )
      if (violations.length === 0)
        held.push({
          offer,
          ...toMeasure({
            settled,
            stepId: step.id,
            instruction,
            prices,
            account,
          }),
        })
      else
        stepRefused.push({
          stepId: step.id,
          quoteId: offer.quote.quoteId,
          agentName: offer.candidate.name,
          violations,
        })
    }
    const judged = withRefusals(asked, stepRefused)
    held.sort((a, b) => (isBetter(a, b) ? -1 : 1))
    const [best, ...others] = held
    if (!best) {
      const error = spare?.error ?? toNoQuoteError(step.id, instruction, judged)
      // The best place to lend may take no collateral: then what was to be
      // supplied goes where the loan can stand on it.
      const [second, ...rest] = spare?.held ?? []
      const first = chosen.at(-1)
      if (
        instruction.action !== 'borrow' ||
        second === undefined ||
        first === undefined ||
        first.stepId !== spare?.stepId
      )
        throw error
      spare = { stepId: first.stepId, held: rest, error }
      chosen.pop()
      ranking.pop()
      instructions.pop()
      choose(
        second,
        `${second.offer.candidate.name} was chosen: nobody lends on top of what ${first.candidate.name} offers.`,
      )
      at -= 1
      continue
    }
    outcomes.push(...judged)
    refused.push(...stepRefused)
    choose(
      best,
      sayRanking({
        held,
        instruction,
        asked: asked.length,
        nativeSymbol: chain.nativeToken.symbol,
      }),
    )
    const ranked = ranking.at(-1)
    if (ranked) ranked.quoteIds = held.map(({ offer }) => offer.quote.quoteId)
    spare =
      instruction.action === 'supply' && instruction.venue === undefined
        ? { stepId: step.id, held: others }
        : undefined
  }
  return {
    type: 'quoted',
    quotes: {
      stage: 'quotes',
      parentHash: options.candidates.hash,
      block: {
        number: block.number,
        hash: block.hash,
        timestampUnixSeconds: block.timestampUnixSeconds,
      },
      instructions,
      outcomes,
      ranking,
    },
    chosen,
    refused,
    answers,
  }
}

async function audition(options: {
  readonly offer: ChosenQuote
  readonly chosen: readonly ChosenQuote[]
  readonly options: NegotiateOptions
  readonly deadlineUnixSeconds: number
}): Promise<SettledPlan> {
  const { offer, chosen, deadlineUnixSeconds } = options
  const { intentId, account, chain, block, limits, candidates } =
    options.options
  return settlePlan({
    build: {
      parentHash: candidates.hash,
      intentId,
      chainId: chain.chainId,
      account,
      quotes: [...chosen, offer],
      deadlineUnixSeconds,
    },
    chain,
    block,
    knownContracts: limits.knownContracts,
    minHealthPercent: limits.minHealthPercent,
    wrappedNative: limits.wrappedNative,
    refused: [],
  })
}

/** The quotes that can be tried, with their tokens as the chain names them. */
async function toOffers(options: {
  readonly collected: readonly QuoteOutcome[]
  readonly candidates: readonly Candidate[]
  readonly instruction: Instruction
  readonly stepId: string
  readonly chain: ChainPort
}): Promise<{
  readonly asked: readonly QuoteOutcome[]
  readonly offers: readonly ChosenQuote[]
}> {
  const { collected, candidates, instruction, stepId, chain } = options
  const offers: ChosenQuote[] = []
  const asked = await Promise.all(
    collected.map(async (entry): Promise<QuoteOutcome> => {
      const { agentId, outcome } = entry
      const candidate = candidates.find((one) => one.agentId === agentId)
      if (outcome.type !== 'quoted' || !candidate) return entry
      const named = await nameTokens({ quote: outcome.quote, chain })
      if (named.type === 'objection')
        return { ...entry, outcome: { type: 'rejected', ...named.objection } }
      offers.push({ stepId, instruction, candidate, quote: named.quote })
      return entry
    }),
  )
  return { asked, offers }
}

function withRefusals(
  asked: readonly QuoteOutcome[],
  refused: SimulationArtifact['refused'],
): QuoteOutcome[] {
  return asked.map((entry) => {
    const { outcome } = entry
    if (outcome.type !== 'quoted') return entry
    const refusal = refused.find(
      ({ quoteId }) => quoteId === outcome.quote.quoteId,
    )
    const [first] = refusal?.violations ?? []
    return first
      ? {
          ...entry,
          outcome: {
            type: 'rejected',
            code: first.code,
            why: first.message,
          },
        }
      : entry
  })
}

/** What a step gave in its simulation, for the steps that build on it. */
function toOutputs(
  settled: SettledPlan,
  offer: ChosenQuote,
  account: Address,
): StepOutput[] {
  const deltas =
    settled.simulated.result.steps.find(({ stepId }) => stepId === offer.stepId)
      ?.deltas ?? []
  return offer.quote.receive.map(({ token, atLeastUnits }) => {
    const measured = sumOf(deltas, account, token.address)
    return {
      token,
      atLeastUnits,
      expectedUnits: measured > atLeastUnits ? measured : atLeastUnits,
    }
  })
}

function toGasReserve(block: Block): bigint {
  const wei = reservedGas * 2n * block.baseFeePerGasWei
  return wei > minReserveWei ? wei : minReserveWei
}

async function readPrices(
  chain: ChainPort,
  instruction: Instruction,
  block: Block,
): Promise<{ nativeUsdE8: bigint | null; scoredUsdE8: bigint | null }> {
  const scored =
    instruction.action === 'swap'
      ? instruction.buy.amount
        ? instruction.sell.token.address
        : instruction.buy.token.address
      : 'native'
  const [nativeUsdE8, scoredUsdE8] = await Promise.all([
    chain.readPriceUsdE8({ token: 'native', blockNumber: block.number }),
    chain.readPriceUsdE8({ token: scored, blockNumber: block.number }),
  ])
  return { nativeUsdE8, scoredUsdE8 }
}

function sayRanking(options: {
  readonly held: readonly Held[]
  readonly instruction: Instruction
  readonly asked: number
  readonly nativeSymbol: string
}): string {
  const { held, instruction, asked, nativeSymbol } = options
  const [best, next] = held
  if (!best) return ''
  const head = `${best.offer.candidate.name} was chosen: ${sayMeasure(best, instruction, nativeSymbol)}.`
  const tail = next
    ? ` Next was ${next.offer.candidate.name}: ${sayMeasure(next, instruction, nativeSymbol)}.`
    : ''
  return `${head}${tail} ${held.length} of ${asked} quotes held in simulation.`.slice(
    0,
    1000,
  )
}

function toNoQuoteError(
  stepId: string,
  instruction: Instruction,
  outcomes: readonly QuoteOutcome[],
): NoQuoteError {
  const reasons = outcomes
    .map(({ agentName, outcome }) =>
      outcome.type === 'quoted' ? '' : `${agentName}: ${outcome.why}`,
    )
    .filter((reason) => reason !== '')
    .join(' ')
  return new NoQuoteError({
    stepId,
    action: instruction.action,
    reasons: reasons === '' ? 'nobody was asked.' : reasons.slice(0, 1500),
  })
}
