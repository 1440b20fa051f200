import type { IntentEvent, IntentStatus, Problem } from '../artifacts/record.js'
import type { WireArtifact } from '../artifacts/stages.js'
import type { Stage } from '../stage.js'
import type { Address, Hex } from '../units/hex.js'

/** One intent as the journal keeps it. */
export type StoredIntent = {
  readonly id: string
  readonly account: Address
  readonly chainId: number
  readonly utterance: string
  readonly stage: Stage
  readonly status: IntentStatus
  /** Grows with every write; a writer that saw an older one is refused. */
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
  readonly problem?: Problem
  /** The artifacts that hold now, in stage order; superseded ones are kept elsewhere. */
  readonly artifacts: readonly {
    readonly stage: Stage
    readonly hash: Hex
    readonly body: WireArtifact
  }[]
}

/** The journal: every stage is written before the next one starts. */
export type IntentStorePort = {
  /**
   * Creates an intent with its first artifact. The same principal and key with
   * the same body gives the intent that is there.
   *
   * @throws a BehestError with code `IDEMPOTENCY_KEY_REUSED` for another body.
   */
  create(options: {
    readonly id: string
    readonly principal: string
    readonly idempotencyKey?: string
    readonly bodyHash: Hex
    readonly account: Address
    readonly chainId: number
    readonly utterance: string
    readonly artifact: { readonly hash: Hex; readonly body: WireArtifact }
  }): Promise<{ readonly intent: StoredIntent; readonly created: boolean }>
  get(id: string): Promise<StoredIntent | null>
  /**
   * Newest first, or what changed last first. `cursor` is opaque, from the page
   * before of the same order; `total` is how many there are on all pages.
   */
  list(options: {
    readonly order?: 'created' | 'updated'
    readonly limit: number
    readonly cursor?: string
    readonly account?: Address
  }): Promise<{
    readonly intents: readonly StoredIntent[]
    readonly nextCursor?: string
    /** Only with `order: 'updated'`, for it has to be counted. */
    readonly total?: number
  }>
  /**
   * Writes the artifact of a stage, drops those of later stages, sets the
   * status and adds the event: one transaction.
   *
   * @throws a BehestError with code `INTENT_CHANGED` when `expectedVersion` is old.
   * @throws a BehestError with code `PLAN_BEGUN` when a stage up to the approval is
   *   written and something approved has begun to be carried out.
   */
  append(options: {
    readonly intentId: string
    readonly expectedVersion: number
    readonly stage: Stage
    readonly hash: Hex
    readonly body: WireArtifact
    readonly status: IntentStatus
    readonly message: string
  }): Promise<StoredIntent>
  /**
   * Sets the status (with the problem, when it failed) and adds the event.
   *
   * @throws a BehestError with code `INTENT_CHANGED` when `expectedVersion` is old.
   * @throws a BehestError with code `PLAN_BEGUN` when it would call off, or hand
   *   back to somebody, what has begun to be carried out.
   */
  setStatus(options: {
    readonly intentId: string
    readonly expectedVersion: number
    readonly status: IntentStatus
    readonly problem?: Problem
    readonly message: string
  }): Promise<StoredIntent>
  /** Adds an event that changes nothing: something to watch while it works. */
  addProgress(options: {
    readonly intentId: string
    readonly message: string
  }): Promise<void>
  readEvents(options: {
    readonly intentId: string
    readonly afterSequence: number
  }): Promise<readonly IntentEvent[]>
  /** Calls back soon after any event of an intent; gives the way to stop. */
  subscribe(options: {
    readonly intentId: string
    readonly onEvent: () => void
  }): () => void
}
