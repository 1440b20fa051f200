import type {
  IntentRecord,
  MandateSigning,
  PolicyVerdict,
  StoredIntent,
} from '@behest/spec'
import { askAgain, askQuestions } from './2-intent/askQuestions.js'
import { readIntent } from './2-intent/readIntent.js'
import { refuseUtterance } from './2-intent/refuseUtterance.js'
import { settleFollowUp } from './2-intent/settleFollowUp.js'
import {
  assertServable,
  collectCandidates,
} from './3-candidates/collectCandidates.js'
import { resolveSteps } from './3-candidates/resolveSteps.js'
import { negotiate } from './4-quotes/negotiate.js'
import { readPayments } from './4-quotes/readPayments.js'
import { sayAnswers } from './4-quotes/sayAnswers.js'
import { makePlan } from './5-plan/makePlan.js'
import { assertStillHolds } from './6-simulation/assertStillHolds.js'
import { judgePlan } from './7-approval/applyPolicy.js'
import { approveUnasked } from './7-approval/approveUnasked.js'
import { checkApproval, findStop } from './7-approval/checkApproval.js'
import { executePlan } from './8-execution/executePlan.js'
import { issueReceipt } from './9-receipt/issueReceipt.js'
import {
  type AnswerIntentOptions,
  answerIntent,
} from './intents/answerIntent.js'
import { cancelIntent } from './intents/cancelIntent.js'
import {
  type DecideIntentOptions,
  decideIntent,
} from './intents/decideIntent.js'
import { readIntentSigning } from './intents/readIntentSigning.js'
import { recordFailure } from './intents/recordFailure.js'
import { type StartIntentOptions, startIntent } from './intents/startIntent.js'
import { type OpenIntent, openIntent } from './openIntent.js'
import { isWaiting } from './orders/buildOrderTerms.js'
import { toStanding } from './orders/mandateSteps.js'
import { standOrder } from './orders/standOrder.js'
import { type StartRunOptions, startRun } from './orders/startRun.js'
import {
  type EngineOptions,
  type EnginePorts,
  type Limits,
  toLimits,
  toRunLimits,
} from './ports.js'
import { toRecord } from './toRecord.js'

/** What is left to do for an intent: nothing, waiting for somebody, or more. */
export type Progress = 'waiting' | 'ended' | 'again'

/** The nine stages, and the four things that a person can do to an intent. */
export type Engine = {
  /** Keeps an utterance. Nothing else has happened when this returns. */
  start(
    options: StartIntentOptions,
  ): Promise<{ readonly record: IntentRecord; readonly created: boolean }>
  /** Keeps the intent of one run of an order. The same id and run is one intent. */
  startRun(
    options: StartRunOptions,
  ): Promise<{ readonly record: IntentRecord; readonly created: boolean }>
  /**
   * Goes on with an intent until it ends or needs somebody. Safe to call at any
   * time, from any process, any number of times.
   */
  advance(id: string): Promise<Progress>
  /**
   * Fills open questions, or amends a plan that waits for approval. A question
   * on the side becomes an intent of its own; `reply` of the record tells.
   */
  answer(options: AnswerIntentOptions): Promise<IntentRecord>
  /** Takes a yes or no to exactly the plan shown. Does not carry it out. */
  decide(options: DecideIntentOptions): Promise<IntentRecord>
  /**
   * Gives what the holder of an account signs for the plan that waits.
   *
   * @throws {NothingToApproveError} when none waits, or none of it is to sign.
   */
  readSigning(id: string): Promise<MandateSigning>
  /** Ends an intent that was not approved yet. */
  cancel(id: string): Promise<IntentRecord>
  get(id: string): Promise<IntentRecord>
  toRecord(stored: StoredIntent): IntentRecord
}

/**
 * Creates the engine over its ports. It holds no state: the journal does.
 *
 * @param ports - The world.
 * @param options - Limits, with defaults.
 */
export function createEngine(
  ports: EnginePorts,
  options: EngineOptions,
): Engine {
  const limits = toLimits(options)
  const show = (stored: StoredIntent): IntentRecord =>
    toRecord({ stored, nativeToken: ports.chain.nativeToken, limits })

  return {
    async start(request) {
      const { intent, created } = await startIntent(ports, request)
      return { record: show(intent), created }
    },
    async startRun(due) {
      const { intent, created } = await startRun(ports, due)
      return { record: show(intent), created }
    },
    async advance(id) {
      const intent = await openIntent(ports.store, id)
      try {
        return await runStages(intent, ports, limits)
      } catch (error) {
        return recordFailure({ error, intent, ports })
      }
    },
    async answer(given) {
      const { intent, reply } = await answerIntent(ports, given)
      return { ...show(intent.stored()), reply }
    },
    async decide(choice) {
      const intent = await decideIntent({ ports, limits }, choice)
      return show(intent.stored())
    },
    readSigning: (id) => readIntentSigning(ports, id),
    async cancel(id) {
      return show((await cancelIntent(ports, id)).stored())
    },
    async get(id) {
      return show((await openIntent(ports.store, id)).stored())
    },
    toRecord: show,
  }
}

/** The nine stages, top to bottom. Each is in the journal before the next starts. */
async function runStages(
  intent: OpenIntent,
  ports: EnginePorts,
  ownLimits: Limits,
): Promise<Progress> {
  const { status } = intent.stored()
  if (status === 'needs-answer' || status === 'needs-approval') return 'waiting'
  if (status !== 'running' && status !== 'unknown') return 'ended'
  const { store, registry, agents, chain, mandates, holder, orders } = ports

  // 1: kept when it was said.
  const utterance = intent.require('utterance')
  const { account, run, custody } = utterance.body
  const limits = run ? toRunLimits(ownLimits) : ownLimits

  // 2: what is wanted, or what to ask.
  const understood =
    intent.find('intent') ??
    (await intent.append({
      ...(await readIntent({ intentId: intent.id, utterance, ports })),
      status: 'running',
    }))
  const followed = await settleFollowUp({
    intent,
    understood,
    store,
    orders,
  })
  if (followed === 'ended') return 'ended'
  const { result } = understood.body
  if (result.type === 'none') return refuseUtterance(intent, result)
  if (result.type === 'clarify')
    return askQuestions(intent, understood.body, ports)
  const { steps } = result.intent
  const found = run ? await orders?.find(run.orderId) : undefined
  const order = found?.terms
  if (orders && !run && steps.some(isWaiting))
    return standOrder({
      intent,
      utterance,
      understood,
      orders,
      chain,
      holder,
    })

  // What was simulated once waits for its yes, or has it: 3 to 6 are done.
  if (!intent.find('simulation')) {
    // 3: who could serve it.
    assertServable({ steps, chain })
    const resolved = await resolveSteps({ steps, chain })
    if (resolved.type === 'questions')
      return askAgain(intent, understood.body, resolved.questions, ports)
    const candidates = await intent.append({
      artifact: await collectCandidates({
        parentHash: understood.hash,
        steps: resolved.steps,
        registry,
        chain,
        limit: limits.maxCandidates,
      }),
      status: 'running',
      message: 'Agents that could serve were found.',
    })

    // 4: what they offer, measured.
    const block = await chain.readHead()
    const negotiation = await negotiate({
      intentId: intent.id,
      account,
      steps: resolved.steps,
      candidates,
      chain,
      agents,
      block,
      limits,
      createId: ports.createId,
      now: ports.now,
    })
    if (negotiation.type === 'questions')
      return askAgain(intent, understood.body, negotiation.questions, ports)
    const isAnswered = negotiation.chosen.length === 0
    const quotes = await intent.append({
      artifact: {
        ...negotiation.quotes,
        ...(await readPayments(ports, intent.id)),
      },
      status: isAnswered ? 'done' : 'running',
      message: isAnswered
        ? sayAnswers(negotiation.answers)
        : 'Quotes were collected and simulated.',
    })
    if (isAnswered) return 'ended'

    // 5: the calls, and how they reach the chain.
    const made = await makePlan({
      build: {
        parentHash: quotes.hash,
        intentId: intent.id,
        chainId: chain.chainId,
        account,
        quotes: negotiation.chosen,
        deadlineUnixSeconds:
          block.timestampUnixSeconds + limits.planValidForSeconds,
      },
      wanted: custody,
      refused: negotiation.refused,
      chain,
      block,
      mandates,
      holder,
      standing: toStanding(run, found),
      limits,
    })
    await intent.append({
      artifact: made.plan,
      status: 'running',
      message: 'The plan was made.',
    })

    // 6: what it will do, and what the account's policy says to that.
    const policy = await judgePlan({
      ports,
      limits,
      plan: made.plan,
      planHash: made.planHash,
      simulation: made.simulated.artifact,
      by: run ? 'order' : 'policy',
      owner: order,
    })
    const isAsked = !run && policy?.verdict !== 'approve'
    await intent.append({
      artifact: { ...made.simulated.artifact, ...(policy ? { policy } : {}) },
      status: isAsked ? 'needs-approval' : 'running',
      message: isAsked
        ? `The plan was simulated and holds. It waits for approval${sayWhy(policy)}`
        : 'The plan was simulated and holds.',
    })
    if (isAsked) return 'waiting'
  }
  const plan = intent.require('plan')
  const simulation = intent.require('simulation')

  // 7: a yes to exactly this plan, which still counts.
  const unasked = await approveUnasked({ intent, run, ports })
  if (unasked) await intent.append({ ...unasked, status: 'running' })
  const approval = intent.require('approval')
  const checked = await checkApproval({ intent, run, order, ports })
  if (checked !== 'holds') return checked

  // 8: carried out, each transaction once.
  if (!intent.find('execution')) await assertStillHolds({ plan, ports, limits })
  const carried = await executePlan({
    plan,
    simulation,
    approval,
    ports,
    owner: order?.account,
    findStop: () => findStop({ ports, plan, order, approval }),
    waitMs: limits.sendWaitMs,
    onProgress: (message) =>
      store.addProgress({ intentId: intent.id, message }),
  })
  if (carried.type === 'waiting') return 'waiting'
  const execution = await intent.append({
    artifact: carried.artifact,
    status: 'running',
    message: 'The transactions were carried out.',
  })

  // 9: what was promised, beside what came true.
  const artifact = await issueReceipt({ intent, execution, ports, limits })
  const { outcome } = artifact.receipt
  await intent.append({
    artifact,
    status: outcome === 'UNKNOWN' ? 'unknown' : 'done',
    message: `The receipt says ${outcome}.`,
  })
  if (outcome === 'UNKNOWN') return 'again'
  if (execution.body.transactions.every((one) => one.outcome === 'not-sent'))
    await ports.policies?.release({ planHash: plan.hash })
  ports.onReceipt?.(artifact.receipt)
  return 'ended'
}

function sayWhy(policy: PolicyVerdict | undefined): string {
  const [finding] = policy?.findings ?? []
  return finding ? `: ${finding.message}` : '.'
}
