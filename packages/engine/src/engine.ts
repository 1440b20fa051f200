import {
  type Address,
  type AgentPayment,
  BehestError,
  type Custody,
  type GivenMandate,
  type Hex,
  type IntentArtifact,
  type IntentRecord,
  type JsonValue,
  type MandateSigning,
  type MissedRuns,
  type OrderRunLink,
  type OrderTerms,
  type ParseContext,
  type ParseResult,
  type PlanArtifact,
  type Question,
  type StoredIntent,
  type UtteranceArtifact,
} from '@behest/spec'
import { recordUtterance } from './1-utterance/recordUtterance.js'
import { readPast } from './2-intent/readPast.js'
import { settleFollowUp } from './2-intent/settleFollowUp.js'
import { suggestOptions } from './2-intent/suggestOptions.js'
import {
  readWords,
  understandUtterance,
} from './2-intent/understandUtterance.js'
import {
  assertServable,
  collectCandidates,
  type ResolvedStep,
} from './3-candidates/collectCandidates.js'
import { resolveTokens } from './3-candidates/resolveTokens.js'
import { QuoteExpiredError } from './4-quotes/errors.js'
import { negotiate } from './4-quotes/negotiate.js'
import type { ChosenQuote } from './5-plan/buildPlan.js'
import { assertStillHolds, hasBegun } from './6-simulation/assertStillHolds.js'
import { chooseCustody } from './6-simulation/chooseCustody.js'
import {
  HolderCannotSignError,
  PlanDriftedError,
} from './6-simulation/errors.js'
import { settlePlan } from './6-simulation/settlePlan.js'
import {
  approveByPolicy,
  assertPolicyAllows,
  findObjection,
  judgePlan,
} from './7-approval/applyPolicy.js'
import {
  decideApproval,
  NothingToApproveError,
} from './7-approval/decideApproval.js'
import { assertHolderSigned, readSigning } from './7-approval/holderSigning.js'
import { executePlan } from './8-execution/executePlan.js'
import { buildReceipt } from './9-receipt/buildReceipt.js'
import { countersign } from './9-receipt/countersign.js'
import { hashArtifact, hashJson, toWire } from './hashArtifact.js'
import { type OpenIntent, openIntent } from './openIntent.js'
import { isWaiting } from './orders/buildOrderTerms.js'
import {
  approveRun,
  decideOrder,
  readRunIntent,
  standOrder,
} from './orders/standOrder.js'
import {
  type EngineOptions,
  type EnginePorts,
  type Limits,
  type Linked,
  toLimits,
  toRunLimits,
} from './ports.js'
import { toProblem } from './toProblem.js'
import { toRecord } from './toRecord.js'

/** What is left to do for an intent: nothing, waiting for somebody, or more. */
export type Progress = 'waiting' | 'ended' | 'again'

/** The nine stages, and the four things that a person can do to an intent. */
export type Engine = {
  /** Keeps an utterance. Nothing else has happened when this returns. */
  start(options: {
    readonly id: string
    readonly text: string
    readonly account: Address
    readonly context: ParseContext
    readonly principal: string
    readonly idempotencyKey?: string
    /** What was before the speaker's eyes; the account's newest if absent. */
    readonly previousIntentId?: string
    /** How it is to be carried out; chosen for the user if absent. */
    readonly custody?: Custody
    /** For what becomes a standing order; runs that are missed are skipped unless told. */
    readonly missedRuns?: MissedRuns
  }): Promise<{ readonly record: IntentRecord; readonly created: boolean }>
  /** Keeps the intent of one run of an order. The same id and run is one intent. */
  startRun(options: {
    readonly id: string
    readonly run: OrderRunLink
    readonly terms: OrderTerms
  }): Promise<{ readonly record: IntentRecord; readonly created: boolean }>
  /**
   * Goes on with an intent until it ends or needs somebody. Safe to call at any
   * time, from any process, any number of times.
   */
  advance(id: string): Promise<Progress>
  /**
   * Fills open questions, or amends a plan that waits for approval. A question
   * on the side becomes an intent of its own; `reply` of the record tells.
   */
  answer(options: {
    readonly id: string
    readonly reply:
      | { readonly utterance: string }
      | { readonly answers: Readonly<Record<string, JsonValue>> }
  }): Promise<IntentRecord>
  /** Takes a yes or no to exactly the plan shown. Does not carry it out. */
  decide(options: {
    readonly id: string
    readonly planHash: Hex
    readonly decision: 'approve' | 'reject'
    readonly signature?: Hex
    /** Where nobody here signs for the account: what its holder signed. */
    readonly mandates?: readonly GivenMandate[]
  }): Promise<IntentRecord>
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

  const decideOnce: Engine['decide'] = async ({
    id,
    planHash,
    decision,
    signature,
    mandates,
  }) => {
    const intent = await openIntent(ports.store, id)
    const { status } = intent.stored()
    const before = intent.find('approval')
    if (
      before &&
      before.body.planHash === planHash &&
      before.body.decision === decision
    )
      return show(intent.stored()) // the same yes twice is one yes
    if (status !== 'needs-approval')
      throw new NothingToApproveError({ intentId: id, status })
    const understood = intent.require('intent')
    if (understood.body.order) {
      await intent.append({
        artifact: decideOrder({
          understood,
          terms: understood.body.order,
          planHash,
          decision,
          ...(signature === undefined ? {} : { signature }),
          decidedAt: ports.now().toISOString(),
        }),
        status: decision === 'approve' ? 'running' : 'rejected',
        message:
          decision === 'approve'
            ? 'The order was approved.'
            : 'The order was rejected; nothing will run.',
      })
      return show(intent.stored())
    }
    const head = await ports.chain.readHead()
    const isHolders = isHoldersOwn(ports, intent.stored().account)
    try {
      if (decision === 'approve' && isPlanShown(intent, planHash))
        await assertPolicyAllows({
          ports,
          limits,
          plan: intent.require('plan').body,
          planHash: intent.require('plan').hash,
          simulation: intent.require('simulation').body,
        })
      if (
        ports.mandates &&
        isHolders &&
        decision === 'approve' &&
        isPlanShown(intent, planHash)
      )
        await assertHolderSigned({
          plan: intent.require('plan'),
          mandates: ports.mandates,
          given: mandates ?? [],
        })
      const artifact = decideApproval({
        plan: intent.require('plan'),
        simulation: intent.require('simulation'),
        planHash,
        decision,
        ...(signature === undefined ? {} : { signature }),
        ...(isHolders && mandates ? { mandates } : {}),
        nowUnixSeconds: head.timestampUnixSeconds,
        decidedAt: ports.now().toISOString(),
      })
      await intent.append({
        artifact,
        status: decision === 'approve' ? 'running' : 'rejected',
        message:
          decision === 'approve'
            ? 'The plan was approved.'
            : 'The plan was rejected; nothing was sent.',
      })
    } catch (error) {
      if (error instanceof QuoteExpiredError)
        await reopenQuotes(intent, error.shortMessage)
      throw error
    }
    return show(intent.stored())
  }

  const start: Engine['start'] = async (order) => {
    const { id, text, account, context, principal, idempotencyKey } = order
    const { previousIntentId, custody, missedRuns } = order
    const artifact = {
      ...recordUtterance({
        text,
        account,
        chainId: ports.chain.chainId,
        context,
        custody,
        ...(previousIntentId === undefined ? {} : { previousIntentId }),
      }),
      ...(missedRuns === undefined ? {} : { missedRuns }),
    }
    const { intent, created } = await ports.store.create({
      id,
      principal,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      // The time of asking is no part of what was asked.
      bodyHash: hashJson({
        text,
        account,
        ...(previousIntentId === undefined ? {} : { previousIntentId }),
        ...(custody === undefined ? {} : { custody }),
        ...(missedRuns === undefined ? {} : { missedRuns }),
      }),
      account,
      chainId: ports.chain.chainId,
      utterance: text,
      artifact: { hash: hashArtifact(artifact), body: toWire(artifact) },
    })
    return { record: show(intent), created }
  }

  return {
    start,
    async startRun({ id, run, terms }) {
      const { utterance, chainId } = terms
      // Under a mandate the executor acts, with what the mandate gives it.
      const account = terms.executor ?? terms.account
      const artifact = {
        ...recordUtterance({
          text: utterance,
          account,
          chainId,
          context: {
            now: ports.now().toISOString(),
            timeZone: terms.schedule?.timeZone ?? 'UTC',
          },
        }),
        run,
      }
      const { intent, created } = await ports.store.create({
        id,
        principal: `order:${run.orderId}`,
        idempotencyKey: id,
        bodyHash: hashJson({ ...run }),
        account,
        chainId,
        utterance,
        artifact: { hash: hashArtifact(artifact), body: toWire(artifact) },
      })
      return { record: show(intent), created }
    },

    async advance(id) {
      const intent = await openIntent(ports.store, id)
      try {
        return await runStages(intent, ports, limits)
      } catch (error) {
        return handleFailure({ error, intent, ports, limits })
      }
    },

    async answer({ id, reply }) {
      const intent = await openIntent(ports.store, id)
      const { status } = intent.stored()
      if (status !== 'needs-answer' && status !== 'needs-approval')
        throw new NothingToAnswerError({ intentId: id, status })
      const utterance = intent.require('utterance')
      const previous = intent.require('intent')
      const answer = await ports.language.answer({
        previous: previous.body.result,
        reply,
        context: utterance.body.context,
      })
      const { result } = answer
      if (result.type === 'none') {
        await intent.setStatus({
          status: 'cancelled',
          message: 'Cancelled; nothing was sent.',
        })
        return { ...show(intent.stored()), reply: { type: 'taken' } }
      }
      if ('utterance' in reply) {
        const isUnchanged = hashJson(result) === hashJson(previous.body.result)
        // "how much do I have?": the draft still waits while it is answered.
        const isAside =
          (isQuestion(result) && !isQuestion(previous.body.result)) ||
          (isUnchanged && (await pointsBack(intent, reply.utterance, ports)))
        // What was not understood leaves everything as it was.
        if (isUnchanged && !isAside)
          return { ...show(intent.stored()), reply: { type: 'not-understood' } }
        if (isAside) {
          const { record } = await start({
            id: ports.createId(),
            text: reply.utterance,
            account: intent.stored().account,
            context: {
              ...utterance.body.context,
              now: ports.now().toISOString(),
            },
            principal: intent.stored().account.toLowerCase(),
            previousIntentId: id,
          })
          return {
            ...show(intent.stored()),
            reply: { type: 'aside', intentId: record.id },
          }
        }
      }
      const { follows } = previous.body
      await intent.append({
        artifact: {
          stage: 'intent',
          parentHash: utterance.hash,
          result,
          parser: answer.parser,
          notes: [...answer.notes],
          // A reply to a follow-up still leans on the earlier words.
          ...(follows && goesOn(previous.body.result, result)
            ? { follows }
            : {}),
        },
        status: 'running',
        message: 'The reply was read.',
      })
      return { ...show(intent.stored()), reply: { type: 'taken' } }
    },

    async decide(choice) {
      try {
        return await decideOnce(choice)
      } catch (error) {
        // Two yeses at one moment: the second one finds the first.
        if (BehestError.isInstance(error) && error.code === 'INTENT_CHANGED')
          return decideOnce(choice)
        throw error
      }
    },

    async readSigning(id) {
      const intent = await openIntent(ports.store, id)
      const { status, account } = intent.stored()
      if (
        status !== 'needs-approval' ||
        ports.mandates === undefined ||
        !isHoldersOwn(ports, account)
      )
        throw new NothingToApproveError({ intentId: id, status })
      return readSigning({
        plan: intent.require('plan'),
        mandates: ports.mandates,
      })
    },

    async cancel(id) {
      const intent = await openIntent(ports.store, id)
      const { status } = intent.stored()
      if (status === 'cancelled') return show(intent.stored())
      if (status !== 'needs-answer' && status !== 'needs-approval')
        throw new NothingToAnswerError({ intentId: id, status })
      await intent.setStatus({
        status: 'cancelled',
        message: 'Cancelled; nothing was sent.',
      })
      return show(intent.stored())
    },

    async get(id) {
      return show((await openIntent(ports.store, id)).stored())
    },

    toRecord: show,
  }
}

/** Tells whether words that answer nothing mean a request: "what happened to it?" */
async function pointsBack(
  intent: OpenIntent,
  words: string,
  ports: EnginePorts,
): Promise<boolean> {
  const { body } = intent.require('utterance')
  const { follows } = await ports.language.parse({
    utterance: words,
    context: body.context,
    readPast: () =>
      readPast({
        store: ports.store,
        // None of its own: the one that waits is the newest of the past.
        intentId: '',
        utterance: { ...body, previousIntentId: intent.id },
      }),
  })
  return follows !== undefined
}

async function understand(
  intent: OpenIntent,
  utterance: Linked<UtteranceArtifact>,
  ports: EnginePorts,
): Promise<Linked<IntentArtifact>> {
  const artifact = utterance.body.run
    ? await readRunIntent({ utterance, orders: ports.orders })
    : await understandUtterance({
        intentId: intent.id,
        utterance,
        language: ports.language,
        store: ports.store,
      })
  return intent.append({
    artifact,
    status: 'running',
    // Who reads alone says so: a person may wonder why less was understood.
    message: artifact.notes.includes('model-unavailable')
      ? 'The request was read by the embedded parser alone; the model gave no usable answer.'
      : 'The request was read.',
  })
}

function isQuestion(result: ParseResult): boolean {
  return (
    result.type === 'intent' &&
    result.intent.steps.every(({ action }) => action === 'ask')
  )
}

/** Tells whether a reply went on from the words before, or took their place. */
function goesOn(before: ParseResult, after: ParseResult): boolean {
  const words = readWords(before)
  return words !== '' && readWords(after).startsWith(`${words}\n`)
}

/** The table of the design, top to bottom. Each stage is in the journal before the next starts. */
async function runStages(
  intent: OpenIntent,
  ports: EnginePorts,
  ownLimits: Limits,
): Promise<Progress> {
  const { status } = intent.stored()
  if (status === 'needs-answer' || status === 'needs-approval') return 'waiting'
  if (status !== 'running' && status !== 'unknown') return 'ended'

  const utterance = intent.require('utterance')
  const understood =
    intent.find('intent') ?? (await understand(intent, utterance, ports))
  const followed = await settleFollowUp({
    intent,
    understood,
    store: ports.store,
  })
  if (followed === 'ended') return 'ended'
  const { result } = understood.body
  if (result.type === 'none') return refuse(intent, result)
  if (result.type === 'clarify') return ask(intent, understood.body, ports)

  const { run } = utterance.body
  const limits = run ? toRunLimits(ownLimits) : ownLimits
  const owner = run ? (await ports.orders?.find(run.orderId))?.terms : undefined
  const { steps } = result.intent
  if (ports.orders && !run && steps.some(isWaiting)) {
    const { account } = utterance.body
    if (isHoldersOwn(ports, account))
      throw new HolderCannotSignError({
        account,
        reason: 'each run of a standing order has to be signed when it is due',
        instead:
          'Ask for it when it is due, or with an account of this server.',
      })
    return standOrder({
      intent,
      utterance,
      understood,
      orders: ports.orders,
      chain: ports.chain,
      mandates: ports.mandates,
    })
  }
  if (!intent.find('simulation')) {
    assertServable({ steps, chain: ports.chain })
    const resolved = await resolveSteps(steps, ports)
    if (resolved.type === 'questions')
      return askAgain(intent, understood.body, resolved.questions, ports)
    const candidates = await intent.append({
      artifact: await collectCandidates({
        parentHash: understood.hash,
        steps: resolved.steps,
        registry: ports.registry,
        chain: ports.chain,
        limit: limits.maxCandidates,
      }),
      status: 'running',
      message: 'Agents that could serve were found.',
    })

    const block = await ports.chain.readHead()
    const negotiation = await negotiate({
      intentId: intent.id,
      account: utterance.body.account,
      steps: resolved.steps,
      candidates,
      chain: ports.chain,
      agents: ports.agents,
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

    const drafted = await settlePlan({
      build: {
        parentHash: quotes.hash,
        intentId: intent.id,
        chainId: ports.chain.chainId,
        account: utterance.body.account,
        quotes: negotiation.chosen,
        deadlineUnixSeconds:
          block.timestampUnixSeconds + limits.planValidForSeconds,
      },
      chain: ports.chain,
      block,
      knownContracts: limits.knownContracts,
      minHealthPercent: limits.minHealthPercent,
      refused: negotiation.refused,
    })
    const [violation] = drafted.violations
    if (violation)
      throw new PlanDriftedError({
        planHash: drafted.planHash,
        reason: violation.message,
      })
    const settled = await chooseCustody({
      wanted: utterance.body.custody,
      settled: drafted,
      chain: ports.chain,
      block,
      mandates: ports.mandates,
    })
    await intent.append({
      artifact: settled.plan,
      status: 'running',
      message: 'The plan was made.',
    })
    const policy = await judgePlan({
      ports,
      limits,
      plan: settled.plan,
      planHash: settled.planHash,
      simulation: settled.simulated.artifact,
      by: run ? 'order' : 'policy',
      owner,
    })
    const isAsked = !run && policy?.verdict !== 'approve'
    await intent.append({
      artifact: {
        ...settled.simulated.artifact,
        ...(policy ? { policy } : {}),
      },
      status: isAsked ? 'needs-approval' : 'running',
      message: isAsked
        ? `The plan was simulated and holds. It waits for approval${policy?.findings[0] ? `: ${policy.findings[0].message}` : '.'}`
        : 'The plan was simulated and holds.',
    })
    if (isAsked) return 'waiting'
  }

  const plan = intent.require('plan')
  const planned = intent.require('simulation')
  if (run && !intent.find('approval'))
    await intent.append({
      artifact: await approveRun({
        intent,
        run,
        orders: ports.orders,
        nowUnixSeconds: (await ports.chain.readHead()).timestampUnixSeconds,
        decidedAt: ports.now().toISOString(),
      }),
      status: 'running',
      message: 'The plan is within the signed order, which approves it.',
    })
  const { policy } = planned.body
  if (!run && policy?.verdict === 'approve' && !intent.find('approval'))
    await intent.append({
      artifact: approveByPolicy({
        plan,
        simulation: planned,
        policyHash: policy.policyHash,
        decidedAt: ports.now().toISOString(),
      }),
      status: 'running',
      message: `The plan is within the policy that you signed (${policy.sequence}), which approves it.`,
    })
  const approval = intent.require('approval')
  const objection = (await hasBegun({ plan, sender: ports.sender }))
    ? undefined
    : await findObjection({
        ports,
        account: owner?.account ?? plan.body.account,
        chainId: plan.body.chainId,
        approval: approval.body,
      })
  if (objection) await ports.policies?.release({ planHash: plan.hash })
  if (objection === 'killed') {
    await intent.setStatus({
      status: 'cancelled',
      message: 'Everything was stopped before anything was signed.',
    })
    return 'ended'
  }
  if (objection === 'replaced') {
    await reopenQuotes(intent, 'The policy that approved it was replaced.')
    return 'again'
  }
  if (run && (await isCancelledInTime({ run, plan, ports }))) {
    await intent.setStatus({
      status: 'cancelled',
      message: 'The order ended before anything was signed.',
    })
    return 'ended'
  }
  if (!intent.find('execution'))
    await assertStillHolds({
      plan,
      chain: ports.chain,
      sender: ports.sender,
      limits,
    })
  const execution = await intent.append({
    artifact: await executePlan({
      plan,
      simulation: planned,
      approval,
      sender: ports.sender,
      chain: ports.chain,
      mandates: ports.mandates,
      waitMs: limits.sendWaitMs,
      now: ports.now,
      onProgress: (message) =>
        ports.store.addProgress({ intentId: intent.id, message }),
    }),
    status: 'running',
    message: 'The transactions were carried out.',
  })
  const signed = await buildReceipt({
    intentId: intent.id,
    intent: understood,
    quotes: intent.require('quotes').body,
    plan,
    simulation: planned.body,
    approval: approval.body,
    execution,
    chain: ports.chain,
    attestor: ports.attestor,
    ...(await readPayments(ports, intent.id)),
  })
  const { outcome } = signed.receipt
  // What is not over yet has nothing that an agent could stand by.
  const artifact =
    outcome === 'UNKNOWN'
      ? signed
      : await countersign({
          artifact: signed,
          candidates: intent.require('candidates').body,
          quotes: intent.require('quotes').body,
          agents: ports.agents,
          timeoutMs: limits.countersignMs,
        })
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

/** A yes to another plan is refused for that, before any rule is asked. */
function isPlanShown(intent: OpenIntent, planHash: Hex): boolean {
  return intent.require('plan').hash.toLowerCase() === planHash.toLowerCase()
}

/** An order that ends between the yes and the first signature has the last word. */
async function isCancelledInTime(options: {
  readonly run: OrderRunLink
  readonly plan: Linked<PlanArtifact>
  readonly ports: EnginePorts
}): Promise<boolean> {
  const { run, plan, ports } = options
  if (await hasBegun({ plan, sender: ports.sender })) return false
  return !(await ports.orders?.find(run.orderId))?.isActive
}

async function readPayments(
  { readPayments: read }: EnginePorts,
  intentId: string,
): Promise<{ readonly payments?: AgentPayment[] }> {
  const payments = (await read?.(intentId)) ?? []
  return payments.length === 0 ? {} : { payments: [...payments] }
}

/** Tells whether only the holder of an account can sign for it. */
function isHoldersOwn(ports: EnginePorts, account: Address): boolean {
  return ports.mandates !== undefined && !ports.mandates.signsFor(account)
}

async function resolveSteps(
  steps: readonly ResolvedStep['step'][],
  ports: EnginePorts,
): Promise<
  | { readonly type: 'steps'; readonly steps: readonly ResolvedStep[] }
  | { readonly type: 'questions'; readonly questions: readonly Question[] }
> {
  const resolved: ResolvedStep[] = []
  const questions: Question[] = []
  for (const [stepIndex, step] of steps.entries()) {
    const found = await resolveTokens({ step, stepIndex, chain: ports.chain })
    questions.push(...found.questions)
    resolved.push({ step, stepIndex, tokens: found.tokens })
  }
  return questions.length > 0
    ? { type: 'questions', questions }
    : { type: 'steps', steps: resolved }
}

/** What was shown is what an answer such as "the second" means: it is kept. */
async function ask(
  intent: OpenIntent,
  understood: IntentArtifact,
  ports: EnginePorts,
): Promise<Progress> {
  const { result } = understood
  if (result.type !== 'clarify') return 'waiting'
  const questions = await suggestOptions({
    account: intent.stored().account,
    result,
    port: ports.options,
  })
  const message = questions[0]?.text ?? 'Something is missing.'
  if (hashJson(questions) === hashJson(result.questions))
    await intent.setStatus({ status: 'needs-answer', message })
  else
    await intent.append({
      artifact: { ...understood, result: { ...result, questions } },
      status: 'needs-answer',
      message,
    })
  return 'waiting'
}

/** What only the chain could tell is doubtful: the intent becomes a draft again. */
async function askAgain(
  intent: OpenIntent,
  understood: IntentArtifact,
  questions: readonly Question[],
  ports: EnginePorts,
): Promise<Progress> {
  const { result } = understood
  if (result.type !== 'intent') return ask(intent, understood, ports)
  const draft: Extract<ParseResult, { type: 'clarify' }> = {
    type: 'clarify',
    draft: result.intent,
    questions: [...questions],
  }
  await intent.append({
    artifact: {
      ...understood,
      result: {
        ...draft,
        questions: await suggestOptions({
          account: intent.stored().account,
          result: draft,
          port: ports.options,
        }),
      },
    },
    status: 'needs-answer',
    message: questions[0]?.text ?? 'Something is missing.',
  })
  return 'waiting'
}

async function refuse(
  intent: OpenIntent,
  result: { readonly reason: string; readonly message: string },
): Promise<Progress> {
  const error = new NotARequestError({
    reason: result.reason,
    message: result.message,
  })
  await intent.setStatus({
    status: 'failed',
    problem: toProblem(error),
    message: error.shortMessage,
  })
  return 'ended'
}

async function handleFailure(options: {
  readonly error: unknown
  readonly intent: OpenIntent
  readonly ports: EnginePorts
  readonly limits: Limits
}): Promise<Progress> {
  const { error, intent, ports } = options
  const isOurs = BehestError.isInstance(error)
  // Somebody else went on with it meanwhile: theirs counts.
  if (isOurs && error.code === 'INTENT_CHANGED') return 'again'
  if (!isOurs) ports.onDefect?.({ intentId: intent.id, error })
  if (intent.find('approval')) {
    if (
      error instanceof PlanDriftedError ||
      error instanceof QuoteExpiredError
    ) {
      await reopenQuotes(intent, error.shortMessage)
      return 'again'
    }
    // Past an approval something may have been sent: nothing here may call it
    // failed. It stays open and is taken up again; the outbox knows the truth.
    throw error
  }
  await intent.setStatus({
    status: 'failed',
    problem: toProblem(error),
    message: isOurs ? error.shortMessage : 'Something failed that should not.',
  })
  return 'ended'
}

/** Goes back to stage 2: everything after it is collected anew, and asked anew. */
async function reopenQuotes(
  intent: OpenIntent,
  message: string,
): Promise<void> {
  const understood = intent.require('intent')
  await intent.append({
    artifact: understood.body,
    status: 'running',
    message,
  })
}

function sayAnswers(answers: readonly ChosenQuote[]): string {
  return answers
    .map(({ quote }) => quote.answer?.text ?? '')
    .join('\n')
    .slice(0, 1000)
}

/** Recorded when an utterance is no request that could be served. */
export class NotARequestError extends BehestError {
  readonly code = 'NOT_A_REQUEST'
  readonly stage = 'intent'
  readonly retry = 'ask-user'

  constructor(facts: { reason: string; message: string }) {
    super(facts.message, { facts: { reason: facts.reason } })
  }
}

/** Thrown when an intent waits for no answer. */
export class NothingToAnswerError extends BehestError {
  readonly code = 'NOTHING_TO_ANSWER'
  readonly stage = 'intent'
  readonly retry = 'never'

  constructor(facts: { intentId: string; status: string }) {
    super(
      `Intent ${facts.intentId} is ${facts.status} and waits for no answer. Start a new one.`,
      { facts },
    )
  }
}
