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
  hasAgentKey,
  type ReceiptView,
  readConfirmedSteps,
  readControllers,
  writeNoVerdict,
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
  | {
      readonly type: 'confirmed'
      /** Time of the last block that it tells of; none where nothing was mined. */
      readonly minedAtUnixSeconds?: number | undefined
    }
  | { readonly type: 'contradicted'; readonly reason: string }
  /** Asked again later; only what is not mined is given up at some time. */
  | {
      readonly type: 'unreachable'
      readonly why: 'not-mined' | 'no-answer' | 'other-chain'
      readonly reason: string
    }
>

/** Tells whether an engine is one whose receipts the registry believes. */
export type KnownEngines = { readonly has: (address: string) => boolean }

/** Takes receipts in, has them checked, and turns them into trust. */
export type Reputation = {
  /** @param options.admitKey - Throws when a signer comes too often that is no known engine. */
  readonly submit: (
    wire: JsonValue,
    options?: { readonly admitKey?: (key: string) => void },
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
/** Of more steps, the newest count. */
export const countedSteps = 200_000
/** After so many questions a transaction that nobody knows was never sent. */
const maxMisses = 12

/**
 * Creates the reputation of a registry.
 *
 * @param options.check - Asks the chain. Without one no receipt counts.
 * @param options.knownEngines - Engines whose receipts are believed in full.
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

  async function submit(
    wire: JsonValue,
    { admitKey }: { readonly admitKey?: (key: string) => void } = {},
  ) {
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
    // Each of a stranger's costs a question to the chain, and counts next to nothing.
    if (!signers.some((by) => options.knownEngines.has(by)))
      for (const signer of signers) admitKey?.(signer)
    const result = await inTransaction(pool, (client) =>
      writeReceipt(client, {
        hash,
        receipt,
        body: JSON.stringify(wire),
        signers,
        isVouched: (entry) => isVouched(entry, options.knownEngines),
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

  async function checkOne(entry: ReceiptView): Promise<boolean> {
    const receipt = receiptSchema.parse(entry.receipt)
    const said = (await check?.(receipt)) ?? {
      type: 'unreachable' as const,
      why: 'no-answer' as const,
      reason: 'no chain is asked',
    }
    if (said.type === 'unreachable') {
      const { why, reason } = said
      const misses = await writeNoVerdict(pool, {
        hash: entry.hash,
        why,
        reason,
      })
      if (misses >= maxMisses)
        await writeVerdict(pool, {
          hash: entry.hash,
          verdict: 'contradicted',
          reason,
        })
      return false
    }
    await writeVerdict(pool, {
      hash: entry.hash,
      verdict: said.type,
      reason: said.type === 'contradicted' ? said.reason : '',
      ...(said.type === 'confirmed'
        ? { minedAtUnixSeconds: said.minedAtUnixSeconds }
        : {}),
    })
    if (said.type === 'contradicted')
      await suspendLiars(entry, receipt, said.reason)
    return true
  }

  // Anyone may sign a false receipt about anyone: only an agent that signed it
  // itself, by a key that is its own, has lied.
  async function suspendLiars(
    entry: ReceiptView,
    receipt: Receipt,
    reason: string,
  ): Promise<void> {
    for (const step of receipt.steps) {
      if (!entry.signers.some((by) => isSameAddress(by, step.agentAddress)))
        continue
      if (
        !(await hasAgentKey(pool, {
          agentId: step.agent,
          key: step.agentAddress,
        }))
      )
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
      readConfirmedSteps(pool, { days: countedDays, limit: countedSteps }),
      readControllers(pool),
    ])
    return toTrustInput({
      steps: steps.map((step) => ({
        ...step,
        isKnown: step.signers.some((by) => options.knownEngines.has(by)),
      })),
      controllers,
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

/** Whether a receipt is more than a stranger's word about somebody's money. */
function isVouched(
  receipt: { readonly account: string; readonly signers: readonly string[] },
  knownEngines: KnownEngines,
): boolean {
  return receipt.signers.some(
    (by) => isSameAddress(by, receipt.account) || knownEngines.has(by),
  )
}

/**
 * Builds what trust is computed from, out of confirmed receipts alone.
 *
 * A transaction counts for the intent of one account. Where several receipts
 * name it, the engine that the registry knows comes first, then the account's
 * own word, then who came first.
 */
export function toTrustInput(options: {
  readonly steps: readonly (ConfirmedStep & {
    /** Whether an engine signed it that the registry knows. */
    readonly isKnown: boolean
  })[]
  readonly controllers: ReadonlyMap<string, readonly string[]>
  readonly nowUnixSeconds: number
}): TrustInput {
  const steps: CountedStep[] = []
  const funded: [string, string][] = []
  const left: { agentId: string; reason: string }[] = []
  const spent = new Map<string, string>()
  const rank = (entry: (typeof options.steps)[number]) =>
    entry.isKnown ? 0 : entry.signers.includes(entry.account) ? 1 : 2
  const ordered = [...options.steps].sort(
    (one, other) => rank(one) - rank(other) || one.seq - other.seq,
  )
  for (const entry of ordered) {
    const receipt = receiptSchema.parse(entry.receipt)
    const step = receipt.steps.find(({ id }) => id === entry.stepId)
    if (step === undefined) continue
    const intent = `${entry.account} ${receipt.intentId}`
    const transactions = step.transactions.map(
      (hash) => `${receipt.chainId} ${hash.toLowerCase()}`,
    )
    if (transactions.some((hash) => (spent.get(hash) ?? intent) !== intent)) {
      left.push({ agentId: entry.agentId, reason: 'transaction-counted' })
      continue
    }
    for (const hash of transactions) spent.set(hash, intent)
    const isOwnWord = rank(entry) < 2
    steps.push({
      receiptHash: entry.receiptHash,
      agentId: entry.agentId,
      account: entry.account,
      payer: isOwnWord ? entry.account : toStranger(entry, step.agentAddress),
      isKnown: entry.isKnown,
      verdict: step.verdict,
      shortfall: toShortfall(step),
      atUnixSeconds: entry.atUnixSeconds,
    })
    // Who sends money to a stranger's key, outside of a trade, funds it.
    if (step.action === 'transfer' && isOwnWord)
      for (const { account, units } of step.realised)
        if (units > 0n && !isSameAddress(account, entry.account))
          funded.push([entry.account, account.toLowerCase()])
  }
  return {
    steps,
    controllers: options.controllers,
    funded,
    left,
    nowUnixSeconds: options.nowUnixSeconds,
  }
}

/** Who tells it, the agent itself only where nobody else does. */
function toStranger(entry: ConfirmedStep, agentAddress: string): string {
  const others = entry.signers.filter((by) => !isSameAddress(by, agentAddress))
  return [...others].sort()[0] ?? agentAddress.toLowerCase()
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
