import {
  type Address,
  type Amount,
  type Block,
  type ChainPort,
  type Condition,
  isSameAddress,
  type MissedRuns,
  type OrderBound,
  type OrderPort,
  type OrderSchedule,
  type OrderTerms,
  type Schedule,
  type Step,
  type Token,
  toDecimal,
  toUnits,
} from '@behest/spec'
import { resolveTokens } from '../3-candidates/resolveTokens.js'
import { toHealthFloor } from '../3-candidates/toHealthFloor.js'
import { OrderUnbindableError } from './errors.js'
import { isObservable, sayCondition } from './evaluateConditions.js'
import {
  findLatestOccurrence,
  getOccurrence,
  getShortestPeriodSeconds,
} from './getOccurrence.js'
import {
  drawOrderBatch,
  findMandateObstacle,
  isAboutPosition,
} from './mandateSteps.js'

// A mandate that nobody remembers must not be one for ever.
const longestLifeSeconds = 366 * 86_400
const graceLimits = { least: 60, most: 6 * 3600 }
// An amount in dollars is more units when the price falls; so far it may.
const fiatRoomPercent = 110n

/** Tells whether a step waits for a date or a condition. */
export function isWaiting(step: Step): boolean {
  return step.schedule !== undefined || listConditions(step).length > 0
}

/**
 * Turns steps that wait into the terms of a standing order: what a run does,
 * when, and the most that it takes in a run and in its life.
 *
 * @param options.block - Now, as the chain has it: bounds are of its prices and
 *   balances, and its time is the order's clock.
 * @returns The terms that the person is asked to approve.
 * @throws {OrderUnbindableError} when there is no bound, no way to ask the chain
 *   about a condition, or steps of one sentence wait for different things.
 * @throws {TokenUnknownError} when a token has no contract.
 */
export async function buildOrderTerms(options: {
  readonly account: Address
  readonly utterance: string
  readonly steps: readonly Step[]
  readonly timeZone: string
  readonly missedRuns: MissedRuns
  readonly chain: ChainPort
  readonly block: Block
  /** Who runs it under a mandate; absent where only direct custody is possible. */
  readonly executor: Address | undefined
  /** Draws up the calls of an order about a position. */
  readonly drawBatch?: OrderPort['drawBatch']
  /** Why there is no executor. */
  readonly whyDirect: string
}): Promise<OrderTerms> {
  const { account, utterance, chain, block, executor } = options
  const steps = await nameGuardedVenue(options)
  const waiting = getCommonWait(steps)
  const nowUnixSeconds = block.timestampUnixSeconds
  for (const condition of waiting.conditions)
    if (!isObservable(condition))
      throw new OrderUnbindableError({
        stepId: waiting.stepId,
        problem: `nobody here can tell whether "${sayCondition(condition)}" holds`,
        advice:
          'Make it wait for a price in dollars, a health factor, a balance or a gas price.',
      })
  // Looked at from block to block, a price goes past a number and not onto it.
  for (const condition of waiting.conditions)
    if (condition.comparator === '==')
      throw new OrderUnbindableError({
        stepId: waiting.stepId,
        problem: `"${sayCondition(condition)}" would have to hold to the last digit, which hardly ever happens`,
        advice: `Say "at or above ${condition.value}" or "at or below ${condition.value}".`,
      })
  const schedule = waiting.schedule
    ? toOrderSchedule({
        schedule: waiting.schedule,
        stepId: waiting.stepId,
        timeZone: options.timeZone,
        nowUnixSeconds,
      })
    : undefined
  const expiresUnixSeconds = toExpiry(waiting.schedule, nowUnixSeconds)
  const maxRuns = schedule
    ? Math.min(
        waiting.schedule?.times ?? Number.MAX_SAFE_INTEGER,
        findLatestOccurrence(schedule, expiresUnixSeconds - 1) + 1,
        100_000,
      )
    : 1
  if (maxRuns < 1)
    throw new OrderUnbindableError({
      stepId: waiting.stepId,
      problem: 'it would end before it runs for the first time',
      advice: 'Give a later end.',
    })
  const bounds = await collectBounds({ account, steps, chain, block, maxRuns })
  const periodSeconds = schedule ? getShortestPeriodSeconds(schedule) : 0
  const runSteps = steps.map(toRunStep)
  const batch =
    executor && runSteps[0] && isAboutPosition(runSteps[0])
      ? drawOrderBatch({
          account,
          steps: runSteps,
          token: (
            await resolveTokens({ step: runSteps[0], stepIndex: 0, chain })
          ).tokens.token,
          draw: options.drawBatch,
        })
      : undefined
  const obstacle = !executor
    ? options.whyDirect
    : batch === undefined
      ? findMandateObstacle({ steps: runSteps, bounds })
      : typeof batch === 'string'
        ? batch
        : undefined
  return {
    version: 1,
    account,
    chainId: chain.chainId,
    utterance,
    steps: runSteps,
    ...(schedule ? { schedule } : {}),
    conditions: [...waiting.conditions],
    missedRuns: options.missedRuns,
    graceSeconds: Math.min(
      graceLimits.most,
      Math.max(
        graceLimits.least,
        schedule?.every ? Math.floor(periodSeconds / 10) : graceLimits.most,
      ),
    ),
    bounds: [...bounds],
    maxRuns,
    periodSeconds,
    expiresUnixSeconds,
    ...(executor && obstacle === undefined
      ? {
          custody: 'mandate',
          executor,
          ...(typeof batch === 'object' ? { batch } : {}),
        }
      : { custody: 'direct', whyDirect: obstacle ?? options.whyDirect }),
  }
}

/**
 * A health guard repays where the debt is. Where there is one such place when
 * the order is proposed, it is named in it, for the chain can then be told.
 */
async function nameGuardedVenue(options: {
  readonly account: Address
  readonly steps: readonly Step[]
  readonly chain: ChainPort
}): Promise<readonly Step[]> {
  const { account, steps, chain } = options
  const [step, second] = steps
  if (
    !step ||
    second ||
    step.action !== 'repay' ||
    step.venue !== undefined ||
    !listConditions(step).some(({ subject }) => subject.kind === 'health')
  )
    return steps
  const owing = (await chain.readHealth({ account })).filter(
    ({ after }) => after !== undefined,
  )
  const [only, other] = owing
  return only && !other ? [{ ...step, venue: only.venue }] : steps
}

/** A step as a run does it: the waiting is over. */
function toRunStep(step: Step): Step {
  const { schedule: _schedule, when: _when, ...rest } = step
  const spans = Object.fromEntries(
    Object.entries(step.spans).filter(
      ([path]) => path !== 'schedule' && !path.startsWith('when'),
    ),
  )
  return toHealthFloor(step) === undefined
    ? { ...rest, spans }
    : { ...rest, when: step.when ?? [], spans }
}

function listConditions(step: Step): readonly Condition[] {
  // A health to stay above is no waiting: it bounds what the step may do.
  return toHealthFloor(step) === undefined ? (step.when ?? []) : []
}

/** What all steps wait for: said once, or the same for each. */
function getCommonWait(steps: readonly Step[]): {
  readonly stepId: string
  readonly conditions: readonly Condition[]
  readonly schedule: Schedule | undefined
} {
  const waiting = steps.filter(isWaiting)
  const [first] = waiting
  const stepId = first?.id ?? 's1'
  const conditions = first ? listConditions(first) : []
  const key = (step: Step): string =>
    JSON.stringify([listConditions(step), step.schedule ?? null])
  const isOne = steps.every(
    (step) =>
      (first !== undefined && isWaiting(step) && key(step) === key(first)) ||
      (!isWaiting(step) && buildsOnEarlier(step)),
  )
  if (!isOne)
    throw new OrderUnbindableError({
      stepId,
      problem: 'its parts wait for different things',
      advice: 'Say each in a sentence of its own.',
    })
  return { stepId, conditions, schedule: first?.schedule }
}

function buildsOnEarlier(step: Step): boolean {
  return [step.sell?.amount, step.amount, step.collateral?.amount].some(
    (amount) => amount?.kind === 'output',
  )
}

function toOrderSchedule(options: {
  readonly schedule: Schedule
  readonly stepId: string
  readonly timeZone: string
  readonly nowUnixSeconds: number
}): OrderSchedule {
  const { schedule, stepId, timeZone, nowUnixSeconds } = options
  const said: OrderSchedule = {
    text: schedule.text,
    timeZone,
    startUnixSeconds:
      schedule.start === undefined
        ? nowUnixSeconds
        : toUnixSeconds(schedule.start),
    ...(schedule.every ? { every: schedule.every } : {}),
  }
  if (said.startUnixSeconds >= nowUnixSeconds) return said
  const next = getOccurrence(
    said,
    findLatestOccurrence(said, nowUnixSeconds) + 1,
  )
  if (next === undefined)
    throw new OrderUnbindableError({
      stepId,
      problem: `"${schedule.text}" is over on this chain, where it is ${new Date(nowUnixSeconds * 1000).toISOString()}`,
      advice: 'Name a later time.',
    })
  return { ...said, startUnixSeconds: next }
}

function toExpiry(
  schedule: Schedule | undefined,
  nowUnixSeconds: number,
): number {
  const longest = nowUnixSeconds + longestLifeSeconds
  return schedule?.end === undefined
    ? longest
    : Math.min(longest, toUnixSeconds(schedule.end))
}

function toUnixSeconds(iso: string): number {
  return Math.floor(Date.parse(iso) / 1000)
}

/** The most that one run takes out of the wallet, token by token. */
async function collectBounds(options: {
  readonly account: Address
  readonly steps: readonly Step[]
  readonly chain: ChainPort
  readonly block: Block
  readonly maxRuns: number
}): Promise<readonly OrderBound[]> {
  const { steps, chain, maxRuns } = options
  const bounds: OrderBound[] = []
  for (const [stepIndex, step] of steps.entries()) {
    const { tokens, questions } = await resolveTokens({
      step,
      stepIndex,
      chain,
    })
    if (questions[0])
      throw new OrderUnbindableError({
        stepId: step.id,
        problem: questions[0].text.replace(/\?$/, ''),
        advice: "Give the token's address.",
      })
    const taken = getTaken(step)
    if (!taken) continue
    const token = taken.slot === 'sell' ? tokens.sell : tokens.token
    if (!token) continue
    const perRunUnits = await toBound({ ...options, step, token, taken })
    const before = bounds.findIndex((bound) =>
      isSameAddress(bound.token.address, token.address),
    )
    const units = (bounds[before]?.perRunUnits ?? 0n) + perRunUnits
    const bound = {
      token,
      perRunUnits: units,
      totalUnits: units * BigInt(maxRuns),
    }
    if (before >= 0) bounds[before] = bound
    else bounds.push(bound)
  }
  return bounds
}

type Taken = { readonly slot: 'sell' | 'token'; readonly amount: Amount }

/** What a step takes out of the wallet, as it was said. */
function getTaken(step: Step): Taken | undefined {
  const refuse = (problem: string, advice: string): never => {
    throw new OrderUnbindableError({ stepId: step.id, problem, advice })
  }
  const need = (slot: Taken['slot'], amount: Amount | undefined) =>
    amount
      ? amount.kind === 'output'
        ? undefined
        : { slot, amount }
      : refuse(
          'how much a run may give is not said',
          'Say how much is given: "swap 100 USDC for ETH every Friday".',
        )
  switch (step.action) {
    case 'swap':
      return need('sell', step.sell?.amount)
    case 'transfer':
    case 'supply':
      return need('token', step.amount)
    case 'repay':
      if (step.amount?.kind === 'share' || step.amount?.kind === 'rest')
        refuse(
          'how much it repays depends on the debt',
          'Give an amount: "repay 500 USDC if my health goes under 1.3".',
        )
      return need('token', step.amount)
    case 'withdraw':
      return undefined
    case 'bridge':
    case 'deposit':
    case 'borrow':
    case 'stake':
    case 'unstake':
    case 'claim':
    case 'long':
    case 'short':
    case 'close':
    case 'lock':
    case 'unlock':
    case 'vote':
    case 'approve':
    case 'revoke':
    case 'ask':
      return refuse(
        `"${step.action}" does not run on its own`,
        'An order can swap, send, lend, repay or withdraw.',
      )
    default:
      return step.action satisfies never
  }
}

async function toBound(options: {
  readonly account: Address
  readonly chain: ChainPort
  readonly block: Block
  readonly step: Step
  readonly token: Token
  readonly taken: Taken
}): Promise<bigint> {
  const { account, chain, block, step, token } = options
  const { amount } = options.taken
  const units = await (async () => {
    switch (amount.kind) {
      case 'exact':
        return toUnits(amount.decimal, token.decimals)
      case 'fiat': {
        const priceE8 =
          amount.currency === 'USD'
            ? await chain.readPriceUsdE8({
                token: token.address,
                blockNumber: block.number,
              })
            : null
        if (!priceE8)
          throw new OrderUnbindableError({
            stepId: step.id,
            problem: `nobody here prices ${token.symbol} in ${amount.currency}`,
            advice: `Give the amount in ${token.symbol}.`,
          })
        const exact =
          (toUnits(amount.decimal, 18) * 10n ** BigInt(token.decimals)) /
          (priceE8 * 10n ** 10n)
        return (exact * fiatRoomPercent) / 100n
      }
      case 'share':
      case 'rest': {
        const balance = await chain.readBalance({
          account,
          token: token.address,
          blockNumber: block.number,
        })
        if (amount.kind === 'share')
          return (balance * BigInt(amount.bps)) / 10_000n
        const keep = toUnits(amount.keep.decimal, token.decimals)
        return balance > keep ? balance - keep : 0n
      }
      case 'output':
        return 0n
      default:
        return amount satisfies never
    }
  })()
  if (units === 0n)
    throw new OrderUnbindableError({
      stepId: step.id,
      problem: `a run would take ${toDecimal(units, token.decimals)} ${token.symbol}`,
      advice: 'Give an amount above 0.',
    })
  return units
}
