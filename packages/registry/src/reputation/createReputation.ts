import {
  isSameAddress,
  type JsonValue,
  type Receipt,
  receiptSchema,
} from '@behest/spec'
import type pg from 'pg'
import { ReceiptRefusedError } from '../errors/registryErrors.js'
import { inTransaction, writeSuspension } from '../store/agentStore.js'
import {
  type ConfirmedStep,
  claimReceipts,
  type ReceiptView,
  readConfirmedSteps,
  readControllers,
  writeReceipt,
  writeTrust,
  writeVerdict,
} from '../store/receiptStore.js'
import {
  type CountedStep,
  computeTrust,
  type TrustInput,
} from './computeTrust.js'
import { assertReceiptSigned, hashReceipt } from './receiptHash.js'

/** What the chain says about a receipt, asked by an adapter. */
export type ReceiptCheckPort = (receipt: Receipt) => Promise<
  | { readonly type: 'confirmed' }
  | { readonly type: 'contradicted'; readonly reason: string }
  /** Not mined yet, another chain, or nobody answers: asked again later. */
  | { readonly type: 'unreachable'; readonly reason: string }
>

/** Tells whether an engine's users are known to be independent. */
export type KnownEngines = { readonly has: (address: string) => boolean }

/** Takes receipts in, has them checked, and turns them into trust. */
export type Reputation = {
  readonly submit: (
    wire: JsonValue,
  ) => Promise<{ readonly isNew: boolean; readonly view: ReceiptView }>
  /** Everything that trust is computed from now: for `explain` and for others. */
  readonly readInput: () => Promise<TrustInput>
  readonly wake: () => void
  readonly stop: () => Promise<void>
}

const tickMs = 1_000
const decayMs = 3_600_000
/** Receipts that are older do not count any more. */
export const countedDays = 180
/** After so many questions a transaction that nobody knows was never sent. */
const maxChecks = 12

/**
 * Creates the reputation of a registry.
 *
 * @param options.check - Asks the chain. Without one no receipt counts.
 * @param options.knownEngines - Engines whose users are known to be independent.
 * @param options.onChange - Told after trust or a suspension was written.
 */
export function createReputation(options: {
  readonly pool: pg.Pool
  readonly check: ReceiptCheckPort | undefined
  readonly knownEngines: KnownEngines
  readonly nowMs: () => number
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
}): Reputation {
  const { pool, check, onChange, onError } = options
  let stopped = false
  let working: Promise<void> | undefined
  let again = false
  let computedAtMs = 0

  async function submit(wire: JsonValue) {
    const parsed = receiptSchema.safeParse(wire)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      throw new ReceiptRefusedError({
        reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it does not fit'}`,
      })
    }
    const receipt = parsed.data
    if (receipt.steps.length === 0 || receipt.steps.length > 50)
      throw new ReceiptRefusedError({
        reason: 'it must tell of 1 to 50 steps',
      })
    if (Date.parse(receipt.finishedAt) > options.nowMs() + 600_000)
      throw new ReceiptRefusedError({ reason: 'it ends in the future' })
    const hash = hashReceipt(wire)
    const signers = await assertReceiptSigned(receipt, hash)
    const result = await inTransaction(pool, (client) =>
      writeReceipt(client, {
        hash,
        receipt,
        body: JSON.stringify(wire),
        signers,
      }),
    )
    if (result.isNew) wake()
    return result
  }

  async function work(): Promise<void> {
    let changed = false
    for (;;) {
      const due = check === undefined ? [] : await claimReceipts(pool, 32)
      if (due.length === 0 || stopped) break
      for (const entry of due) changed = (await checkOne(entry)) || changed
    }
    if (changed || options.nowMs() - computedAtMs > decayMs) {
      computedAtMs = options.nowMs()
      const written = await writeTrust(pool, computeTrust(await readInput()))
      if (written > 0) onChange()
    }
  }

  async function checkOne(
    entry: ReceiptView & { readonly checks: number },
  ): Promise<boolean> {
    const receipt = receiptSchema.parse(entry.receipt)
    const said = (await check?.(receipt)) ?? {
      type: 'unreachable' as const,
      reason: 'no chain is asked',
    }
    if (said.type === 'unreachable') {
      await writeVerdict(pool, {
        hash: entry.hash,
        verdict: entry.checks >= maxChecks ? 'contradicted' : 'unreachable',
        reason: said.reason,
      })
      return false
    }
    await writeVerdict(pool, {
      hash: entry.hash,
      verdict: said.type,
      reason: said.type === 'contradicted' ? said.reason : '',
    })
    if (said.type === 'contradicted')
      await suspendLiars(entry, receipt, said.reason)
    return true
  }

  // Anyone may sign a false receipt about anyone: only an agent that signed it
  // itself has lied.
  async function suspendLiars(
    entry: ReceiptView,
    receipt: Receipt,
    reason: string,
  ): Promise<void> {
    for (const step of receipt.steps) {
      if (!entry.signers.some((by) => isSameAddress(by, step.agentAddress)))
        continue
      await inTransaction(pool, (client) =>
        writeSuspension(client, {
          agentId: step.agent,
          type: 'suspend',
          reason: `signed the receipt ${entry.hash}, which the chain contradicts: ${reason}`,
          by: 'chain',
        }),
      )
      onChange()
    }
  }

  async function readInput(): Promise<TrustInput> {
    const [steps, controllers] = await Promise.all([
      readConfirmedSteps(pool, countedDays),
      readControllers(pool),
    ])
    return toTrustInput({
      steps,
      controllers,
      knownEngines: options.knownEngines,
      nowUnixSeconds: Math.floor(options.nowMs() / 1000),
    })
  }

  function wake(): void {
    if (stopped) return
    if (working !== undefined) {
      again = true
      return
    }
    working = work()
      .catch((error: unknown) => {
        if (!stopped) onError(error)
      })
      .finally(() => {
        working = undefined
        if (again) {
          again = false
          wake()
        }
      })
  }
  const timer = setInterval(wake, tickMs)
  timer.unref()
  return {
    submit,
    readInput,
    wake,
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await working
    },
  }
}

/** Builds what trust is computed from, out of confirmed receipts alone. */
export function toTrustInput(options: {
  readonly steps: readonly ConfirmedStep[]
  readonly controllers: ReadonlyMap<string, readonly string[]>
  readonly knownEngines: KnownEngines
  readonly nowUnixSeconds: number
}): TrustInput {
  const counted: CountedStep[] = []
  const links: [string, string][] = []
  const seeds = new Set<string>()
  for (const entry of options.steps) {
    const receipt = receiptSchema.parse(entry.receipt)
    const step = receipt.steps.find(({ id }) => id === entry.stepId)
    if (step === undefined) continue
    counted.push({
      receiptHash: entry.receiptHash,
      agentId: entry.agentId,
      account: entry.account,
      verdict: step.verdict,
      shortfall: toShortfall(step),
      finishedAtUnixSeconds: Math.floor(Date.parse(receipt.finishedAt) / 1000),
    })
    if (entry.signers.some((by) => options.knownEngines.has(by)))
      seeds.add(entry.account)
    // Who sends money to a stranger's key, outside of a trade, funds it.
    if (step.action === 'transfer')
      for (const { account, units } of step.realised)
        if (units > 0n && !isSameAddress(account, entry.account))
          links.push([entry.account, account.toLowerCase()])
  }
  // A link counts where both ends play a part in the receipts: paying a shop
  // must not make one hand of its customers.
  const parts = new Set([...options.controllers.values()].flat())
  return {
    steps: counted,
    controllers: options.controllers,
    links: links.filter(([, receiver]) => parts.has(receiver)),
    seeds,
    nowUnixSeconds: options.nowUnixSeconds,
  }
}

/** The largest part of a promise that did not arrive, 0 to 1. */
export function toShortfall(step: Receipt['steps'][number]): number {
  if (step.verdict === 'MET') return 0
  let worst = 0
  let promisedAny = false
  for (const { account, token, units } of step.promised) {
    if (units <= 0n) continue
    promisedAny = true
    const arrived = step.realised
      .filter(
        (delta) =>
          isSameAddress(delta.account, account) &&
          isSameAddress(delta.token, token),
      )
      .reduce((sum, delta) => sum + delta.units, 0n)
    const missing = units - arrived
    if (missing > 0n)
      worst = Math.max(
        worst,
        Math.min(1, Number((missing * 1_000_000n) / units) / 1_000_000),
      )
  }
  // Nothing to hold it against: a miss is a miss.
  return promisedAny && worst > 0 ? worst : 1
}
