/**
 * One file because it is one loop: what a worker does for one sender from the
 * first signature to the last block, and the few things that keep it going.
 */
import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Address, Hex } from '@behest/spec'
import type pg from 'pg'
import { connectClient, getConnection } from '../postgres/connect.js'
import type { FaultPoint } from './createFaultPoint.js'
import {
  type Offer,
  type Outbox,
  outboxChannel,
  type SignedLeg,
} from './createOutbox.js'
import {
  ChainChangedError,
  SenderLockLostError,
  SigningEndedError,
} from './errors.js'
import { getFirstFees, getReplacementFees } from './fees.js'
import type { Attempt, Leg, LegState } from './leg.js'
import type {
  ChainHead,
  OutboxChain,
  OutboxReceipt,
  SignTransaction,
} from './outboxChain.js'
import { type SenderLock, takeSenderLock } from './senderLock.js'

/** Time as the worker waits by it. It decides nothing about money. */
export type WorkerClock = {
  readonly nowMs: () => number
  /** Ends early, and quietly, when the signal is raised. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

/** What a worker has to say while it works. */
export type OutboxEvent =
  /** A signature is asked for; `signed` follows, unless it is refused. */
  | { readonly type: 'signing'; readonly legId: string }
  | {
      readonly type: 'signed'
      readonly legId: string
      readonly hash: Hex
      readonly nonce: number
      readonly kind: Attempt['kind']
    }
  | { readonly type: 'offered'; readonly hash: Hex; readonly answer: string }
  | { readonly type: 'mined' | 'reorged'; readonly legId: string }
  | {
      readonly type: 'settled'
      readonly legId: string
      readonly state: LegState
    }
  | {
      readonly type: 'halted'
      readonly address: Address
      readonly reason: string
    }
  | {
      readonly type: 'chain-changed'
      readonly from: string
      readonly to: string
    }
  /** The chain lost blocks that were final; their transactions are offered again. */
  | {
      readonly type: 'reopened'
      readonly address: Address
      readonly legs: number
    }
  /** Something failed; the worker goes on after a pause. */
  | { readonly type: 'failed'; readonly error: unknown }

export type OutboxWorkerOptions = {
  readonly outbox: Outbox
  /** A pool on the same database; the sender locks get a connection beside it. */
  readonly pool: pg.Pool
  readonly chain: OutboxChain
  readonly sign: SignTransaction
  /** Whether this process has the account's key. All accounts unless told. */
  readonly canSign?: (address: Address) => boolean
  readonly clock?: WorkerClock
  /** Blocks without a receipt after which the fee is raised. Five unless told. */
  readonly bumpAfterBlocks?: bigint
  /**
   * What to do when the chain does not know a transaction any more that was
   * final. `halt`, unless told: no more signing until a person has looked.
   * `offer-again` suits a local chain, which loses its last moments when it is
   * killed: the same bytes are offered again, so nothing can happen twice.
   */
  readonly whenFinalIsLost?: 'halt' | 'offer-again'
  /** How long one answer to a broadcast is waited for, in ms. */
  readonly offerTimeoutMs?: number
  readonly faultPoint?: FaultPoint
  readonly onEvent?: (event: OutboxEvent) => void
}

/** Drives the legs of one chain until nothing is open. */
export type OutboxWorker = {
  readonly chainId: number
  readonly depth: number
  /** The chain that new legs are for. */
  readonly identity: () => string
  /** Looks at a sender now instead of soon. */
  readonly wake: (address: Address) => void
  /** Signs nothing from here on; what was signed is offered and watched as before. */
  readonly drain: () => void
  /** Signs nothing from here on, waits for what is under way, and lets go. */
  readonly stop: () => Promise<void>
}

const firstDelayMs = 10
const maxDelayMs = 1_000
const lockRetryMs = 200
const discoverEveryMs = 1_000
/**
 * How old the last look at the chain's identity may be: none, where an outcome is
 * decided; a moment, where signed bytes are offered; longer, where it is only read.
 */
const mostIdentityAgeMs = { now: 0, fresh: 250, sometimes: 2_000 } as const
type IdentityAge = keyof typeof mostIdentityAgeMs
/** As often also without work: the chain that legs wait for may be back. */
const identityIdleEveryMs = 5_000
/** A node behind a balancer may be of another chain: so many must say the same. */
const firmReads = 5
const firmEveryMs = 250
const laneIdleMs = 10_000
/** One lost broadcast holds up every later nonce: it is not waited for long. */
const reofferMs = { first: 250, most: 4_000 }
/** So long an answer to an offer is waited for before the next nonce is offered. */
const offerPaceMs = 100
const maxInFlight = 16
const drainMs = 3_000

const realClock: WorkerClock = {
  nowMs: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await sleepFor(milliseconds, undefined, { signal, ref: false })
    } catch (error) {
      if (!signal.aborted) throw error
    }
  },
}

/**
 * Starts a worker for one chain. Before it resolves, every sender that it could
 * lock has been compared with the chain once: receipts of all open legs, blocks
 * of mined ones, and nonces.
 *
 * Any number of workers may run for one chain: each sender has one at a time.
 *
 * @param options.outbox - Where legs, nonces and bytes are stored first.
 * @param options.pool - A pool on the same database.
 * @param options.chain - Reads the chain and offers bytes to it.
 * @param options.sign - Signs what the outbox tells it to, and nothing else.
 * @param options.clock - Replaces timers, for tests.
 * @returns The worker. Call `stop()` before the pool is ended.
 */
export async function createOutboxWorker(
  options: OutboxWorkerOptions,
): Promise<OutboxWorker> {
  const { outbox, chain } = options
  const clock = options.clock ?? realClock
  const emit = options.onEvent ?? (() => {})
  const stopping = new AbortController()
  let isDraining = false
  const lanes = new Map<Address, Lane>()
  let identity = await readFirmIdentity(chain)
  let identityReadAtMs = clock.nowMs()
  let locks: pg.Client | undefined
  let connecting: Promise<pg.Client> | undefined
  await outbox.reconcileChain({ chain: identity, chainId: chain.chainId })

  async function getLockClient(): Promise<pg.Client> {
    if (locks !== undefined) return locks
    connecting ??= (async () => {
      const client = await connectClient({
        connection: getConnection(options.pool),
        applicationName: 'behest-outbox',
      })
      client.on('end', () => {
        // With the connection go the locks: the signing transaction sees that.
        if (locks === client) locks = undefined
      })
      client.on('notification', () => void discover('all'))
      await client.query(`listen ${outboxChannel}`)
      locks = client
      return client
    })().finally(() => {
      connecting = undefined
    })
    return connecting
  }

  /** One question at a time on the connection that holds the locks. */
  let asked: Promise<unknown> = Promise.resolve()
  function askLocks<Result>(
    ask: (client: pg.Client) => Promise<Result>,
  ): Promise<Result> {
    const answer = asked.then(async () => ask(await getLockClient()))
    asked = answer.catch(() => {})
    return answer
  }

  /**
   * Assures that the chain which a lane works on is the one that answers. Every
   * lane names its own: another one may have found out before it.
   */
  async function assertIdentity(
    expected: string,
    when: IdentityAge,
  ): Promise<void> {
    const ageMs = clock.nowMs() - identityReadAtMs
    if (ageMs >= mostIdentityAgeMs[when] || expected !== identity) {
      const found = await chain.readIdentity()
      identityReadAtMs = clock.nowMs()
      if (found !== expected) {
        await followChain(found)
        throw new ChainChangedError({ expected, found })
      }
    }
    if (expected !== identity)
      throw new ChainChangedError({ expected, found: identity })
  }

  /** Goes over to another chain, unless only one node tells of it. */
  async function followChain(found: string): Promise<void> {
    for (let reads = 1; reads < firmReads; reads++) {
      if (found === identity) return
      await clock.sleep(firmEveryMs, stopping.signal)
      if (stopping.signal.aborted) return
      if ((await chain.readIdentity()) !== found) return
    }
    const before = identity
    if (found === before) return
    identity = found
    await outbox.reconcileChain({ chain: found, chainId: chain.chainId })
    emit({ type: 'chain-changed', from: before, to: found })
  }

  function ensureLane(address: Address): Lane {
    const key = address.toLowerCase() as Address
    let lane = lanes.get(key)
    if (lane === undefined) {
      lane = startLane({
        address: key,
        askLocks,
        assertIdentity,
        identity: () => identity,
        stopping: stopping.signal,
        maySign: () => !isDraining,
        clock,
        emit,
        worker: options,
        onEnd: (hasWoken) => {
          lanes.delete(key)
          // Woken while it was letting go: that work is for a new one.
          if (hasWoken && !stopping.signal.aborted) ensureLane(key)
        },
      })
      lanes.set(key, lane)
    }
    return lane
  }

  /** Finds senders with work. Lanes that wait for the chain keep their pace. */
  async function discover(waking: 'all' | 'idle'): Promise<readonly Lane[]> {
    if (stopping.signal.aborted) return []
    try {
      // Also to hear of legs that other processes queue.
      await getLockClient()
      const busy = await outbox.readBusySenders(identity)
      return busy
        .filter(({ address }) => options.canSign?.(address) ?? true)
        .map(({ address }) => {
          const lane = ensureLane(address)
          if (waking === 'all' || lane.isIdle()) lane.wake()
          return lane
        })
    } catch (error) {
      emit({ type: 'failed', error })
      return []
    }
  }

  const first = [...(await discover('all'))]
  if (options.whenFinalIsLost === 'offer-again')
    for (const address of await outbox.readSenders(identity))
      if (options.canSign?.(address) ?? true) first.push(ensureLane(address))
  await Promise.all(first.map(({ firstPass }) => firstPass))
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await clock.sleep(discoverEveryMs, stopping.signal)
      await discover('idle')
      if (clock.nowMs() - identityReadAtMs >= identityIdleEveryMs)
        await assertIdentity(identity, 'now').catch((error: unknown) =>
          emit({ type: 'failed', error }),
        )
    }
  })()

  return {
    chainId: chain.chainId,
    depth: chain.depth,
    identity: () => identity,
    wake: (address) => {
      if (!stopping.signal.aborted) ensureLane(address).wake()
    },
    drain: () => {
      isDraining = true
    },
    stop: async () => {
      isDraining = true
      stopping.abort()
      for (const lane of lanes.values()) lane.wake()
      // A node that never answers must not keep us: without the lock's
      // connection, closed below, nothing can be signed any more.
      await Promise.race([
        Promise.all([...lanes.values()].map(({ ended }) => ended)),
        clock.sleep(drainMs, new AbortController().signal),
      ])
      await loop
      await connecting?.catch(() => {})
      const client = locks
      locks = undefined
      await client?.end()
    },
  }
}

/** What one look at the chain says of a leg. */
type Look =
  | { readonly type: 'unseen'; readonly leg: Leg }
  | {
      readonly type: 'found'
      readonly leg: Leg
      readonly receipt: OutboxReceipt
    }
  | {
      readonly type: 'stays'
      readonly leg: Leg
      readonly blockNumber: bigint
    }
  | { readonly type: 'gone'; readonly leg: Leg; readonly hash: Hex }
  /** Nodes do not agree: nothing is decided. */
  | { readonly type: 'unclear' }

/** The work for one sender. */
type Lane = {
  readonly wake: () => void
  /** Whether it waits for work, rather than for the chain. */
  readonly isIdle: () => boolean
  /** Resolves after the first look at the chain, or without the lock. */
  readonly firstPass: Promise<void>
  readonly ended: Promise<void>
}

type LaneOptions = {
  readonly address: Address
  readonly askLocks: <Result>(
    ask: (client: pg.Client) => Promise<Result>,
  ) => Promise<Result>
  /** Throws when another chain answers now than the one that is worked on. */
  readonly assertIdentity: (
    expected: string,
    when: IdentityAge,
  ) => Promise<void>
  readonly identity: () => string
  readonly stopping: AbortSignal
  readonly maySign: () => boolean
  readonly clock: WorkerClock
  readonly emit: (event: OutboxEvent) => void
  readonly worker: OutboxWorkerOptions
  readonly onEnd: (hasWoken: boolean) => void
}

function startLane(options: LaneOptions): Lane {
  const { address, identity, stopping, clock, emit, worker } = options
  const { outbox, chain } = worker
  /** Whoever came this far before the drain began comes no further. */
  const sign: SignTransaction = (transaction) => {
    if (!options.maySign())
      throw new SigningEndedError({ legId: transaction.legId })
    emit({ type: 'signing', legId: transaction.legId })
    return worker.sign(transaction)
  }
  const faultPoint = worker.faultPoint ?? (() => {})
  const bumpAfterBlocks = worker.bumpAfterBlocks ?? 5n
  const offerTimeoutMs = worker.offerTimeoutMs ?? 3_000

  let waking = new AbortController()
  let hasWoken = false
  let finishFirstPass = () => {}
  const firstPass = new Promise<void>((resolve) => {
    finishFirstPass = resolve
  })
  const offers = new Map<Hex, { atMs: number; nextMs: number }>()
  let lastHalt: string | undefined
  let isIdle = false
  let hasAligned = false

  const wake = () => {
    hasWoken = true
    waking.abort()
  }

  /** Waits, but not past a wake-up or the end; tells whether it was woken. */
  async function rest(milliseconds: number): Promise<boolean> {
    // `stop()` wakes every lane, so one signal is enough.
    if (!hasWoken && !stopping.aborted)
      await clock.sleep(milliseconds, waking.signal)
    const woken = hasWoken
    hasWoken = false
    waking = new AbortController()
    return woken
  }

  async function run(): Promise<void> {
    let lock: SenderLock | undefined
    let delayMs = firstDelayMs
    let idleSinceMs: number | undefined
    while (!stopping.aborted) {
      try {
        lock ??= await takeLock()
        if (lock === undefined) {
          finishFirstPass()
          if (!(await hasWork())) return
          await rest(lockRetryMs)
          continue
        }
        const outcome = await tick(lock)
        finishFirstPass()
        if (outcome === 'idle') {
          idleSinceMs ??= clock.nowMs()
          if (clock.nowMs() - idleSinceMs > laneIdleMs) break
          isIdle = true
          await rest(laneIdleMs)
          isIdle = false
          delayMs = firstDelayMs
          continue
        }
        idleSinceMs = undefined
        if (outcome === 'progress') {
          delayMs = firstDelayMs
          continue
        }
        const woken = await rest(delayMs)
        delayMs = woken ? firstDelayMs : Math.min(delayMs * 1.4, maxDelayMs)
      } catch (error) {
        finishFirstPass()
        const isExpected =
          error instanceof SenderLockLostError ||
          error instanceof ChainChangedError
        // The lock may be gone with its connection, or be for another chain.
        if (isExpected || !(await isStillLocked(lock))) lock = undefined
        emit({ type: 'failed', error })
        await rest(Math.max(delayMs, 50))
        delayMs = Math.min(delayMs * 2, maxDelayMs)
      }
    }
    if (lock !== undefined) await unlock(lock)
  }

  async function takeLock(): Promise<SenderLock | undefined> {
    return options.askLocks((client) =>
      takeSenderLock(client, { chain: identity(), address }),
    )
  }

  async function isStillLocked(lock: SenderLock | undefined): Promise<boolean> {
    if (lock === undefined) return false
    try {
      const { rows } = await options.askLocks((client) =>
        client.query<{ backend: number }>('select pg_backend_pid() as backend'),
      )
      return rows[0]?.backend === lock.backendId && lock.chain === identity()
    } catch {
      return false
    }
  }

  async function unlock(lock: SenderLock): Promise<void> {
    try {
      await options.askLocks((client) =>
        client.query('select pg_advisory_unlock($1)', [lock.key]),
      )
    } catch {
      // The connection is gone, and with it the lock.
    }
  }

  async function hasWork(): Promise<boolean> {
    const open = await outbox.readOpenLegs({ chain: identity(), address })
    return open.length > 0
  }

  /** One look at everything that is open: sign, offer, watch, replace, settle. */
  async function tick(
    lock: SenderLock,
  ): Promise<'progress' | 'waiting' | 'idle'> {
    if (!hasAligned && worker.whenFinalIsLost === 'offer-again') {
      // Once for each start: what a local chain lost is not waited for by anybody.
      await options.assertIdentity(lock.chain, 'now')
      await alignNonce(lock.chain)
      hasAligned = true
    }
    const open = await outbox.readOpenLegs({ chain: lock.chain, address })
    if (open.length === 0) return 'idle'
    await options.assertIdentity(lock.chain, 'sometimes')
    const head = await chain.readHead()

    const inFlight = open.filter(({ state }) => state !== 'QUEUED')
    const { hasChanged, unseen, settled } = await watchLegs(inFlight, head)
    let hasProgressed = hasChanged
    const fresh = unseen.flatMap(toFresh)
    if (fresh.length > 0 && !stopping.aborted) {
      await offer(fresh, lock, head)
      hasProgressed = true
    }
    const push = toPush(lock, head)
    for (const leg of unseen)
      if (!stopping.aborted) hasProgressed = (await push(leg)) || hasProgressed

    // With every place taken nothing can be signed; only deadlines are looked at.
    const isFull = inFlight.length - settled >= maxInFlight
    if (open.some(({ state }) => state === 'QUEUED'))
      hasProgressed =
        (await signQueued({ open, lock, head, isFull })) || hasProgressed
    return hasProgressed ? 'progress' : 'waiting'
  }

  async function signQueued(work: {
    readonly open: readonly Leg[]
    readonly lock: SenderLock
    readonly head: ChainHead
    readonly isFull: boolean
  }): Promise<boolean> {
    const { open, lock, head, isFull } = work
    const { chain: chainName } = lock
    let hasProgressed = false
    await outbox.cancelFollowers({ chain: chainName, address })
    for (const leg of open)
      if (leg.state === 'QUEUED' && isPastDeadline(leg, head)) {
        await options.assertIdentity(chainName, 'now')
        await outbox.settleUnmined({
          legId: leg.id,
          from: ['QUEUED'],
          to: 'CANCELLED',
          reason: 'Its deadline passed before it was signed.',
        })
        hasProgressed = true
      }
    if (isFull || !options.maySign()) return hasProgressed
    const [tipWei, most, isAligned] = await Promise.all([
      chain.readTipWei(),
      chain.readMaxInFlight?.(address) ?? maxInFlight,
      alignNonce(chainName),
      options.assertIdentity(chainName, 'now'),
    ])
    if (!isAligned || !options.maySign()) return hasProgressed
    const result = await outbox.signNext({
      chain: chainName,
      address,
      lock,
      maxInFlight: most,
      getFees: (capWei) =>
        getFirstFees({
          baseFeePerGasWei: head.baseFeePerGasWei,
          tipWei,
          capWei,
        }),
      sign,
      faultPoint,
    })
    if (result.type === 'halted') await tellHalt(chainName, result.reason)
    else lastHalt = undefined
    if (result.type === 'too-dear')
      await outbox.noteWaiting({
        chain: chainName,
        address,
        reason: `Not signed: the base fee of ${head.baseFeePerGasWei} wei is above what was approved.`,
      })
    if (result.type !== 'signed') return hasProgressed
    for (const { leg, attempt } of result.signed) tellSigned(leg, attempt)
    await offer(result.signed, lock, head)
    return true
  }

  /**
   * Makes our counter agree with the chain while none of our nonces is open.
   * Gives whether a nonce may be taken now.
   */
  async function alignNonce(chainName: string): Promise<boolean> {
    const sender = await outbox.readSender({ chain: chainName, address })
    const [isKept, nonce] = await Promise.all([
      keepsFinal(chainName, sender),
      chain.readNonce({ address, include: 'pending' }),
    ])
    faultPoint('after-chain-nonce')
    if (!isKept) return false
    if (sender.inFlight > 0 || sender.nextNonce === nonce) return true
    // A pool that lags behind: what is final was not forgotten by the chain.
    if (sender.lastFinal !== undefined && nonce <= sender.lastFinal.nonce)
      return false
    return outbox.alignNextNonce({ chain: chainName, address, nonce })
  }

  /**
   * Tells whether the chain still has what was final. Where it does not, the
   * sender is halted, or the lost legs are opened again.
   */
  async function keepsFinal(
    chainName: string,
    sender: Awaited<ReturnType<Outbox['readSender']>>,
  ): Promise<boolean> {
    const { lastFinal } = sender
    if (lastFinal === undefined) return true
    const mined = await chain.readNonce({ address, include: 'mined' })
    if (mined > lastFinal.nonce) return true
    // A node that lags behind still shows our last receipt, or will.
    if (sender.halted !== undefined) {
      await tellHalt(chainName, sender.halted)
      return false
    }
    if (await isReceiptBack(lastFinal.hash)) return false
    // Another chain in its place would say the same.
    await options.assertIdentity(chainName, 'now')
    if (worker.whenFinalIsLost === 'offer-again') {
      const legs = await outbox.reopenLost({
        chain: chainName,
        address,
        fromNonce: mined,
      })
      emit({ type: 'reopened', address, legs })
      return false
    }
    const reason = `The chain went back below transaction ${lastFinal.hash}, which was final.`
    await outbox.haltSender({ chain: chainName, address, reason })
    await tellHalt(chainName, reason)
    return false
  }

  async function tellHalt(chainName: string, reason: string): Promise<void> {
    if (reason !== lastHalt) emit({ type: 'halted', address, reason })
    lastHalt = reason
    // Also for legs that came since.
    await outbox.noteWaiting({
      chain: chainName,
      address,
      reason: `Not signed: halted (${reason})`,
    })
  }

  /** Asks a few times: one empty answer of one node proves nothing. */
  async function isReceiptBack(hash: Hex): Promise<boolean> {
    for (let n = 0; n < 5; n++) {
      if ((await chain.readReceipt(hash)) !== null) return true
      await clock.sleep(100, stopping)
    }
    return false
  }

  /**
   * Looks for the receipts of all that is in flight, and whether their blocks stay.
   * What cannot be read of one holds up none of the others.
   */
  async function watchLegs(
    legs: readonly Leg[],
    head: ChainHead,
  ): Promise<{
    readonly hasChanged: boolean
    /** Those that no receipt was found for. */
    readonly unseen: readonly Leg[]
    readonly settled: number
  }> {
    if (legs.length === 0) return { hasChanged: false, unseen: [], settled: 0 }
    /** Many are in one block: it is asked for once. */
    const blocks = new Map<bigint, Promise<Hex | null>>()
    const readBlockHash = (number: bigint) => {
      const asked = blocks.get(number) ?? chain.readBlockHash(number)
      blocks.set(number, asked)
      return asked
    }
    const looks = await Promise.allSettled(
      legs.map((leg) => lookAt(leg, head, readBlockHash)),
    )
    const failed = looks.flatMap((look) =>
      look.status === 'rejected' ? [look.reason as unknown] : [],
    )
    // A node that answers nothing is given time, and so is one that answers little.
    if (failed.length === legs.length) throw failed[0]
    if (failed.length > 0) emit({ type: 'failed', error: failed[0] })
    const seen = looks.flatMap((look) =>
      look.status === 'fulfilled' ? [look.value] : [],
    )

    const found = seen.flatMap((one) => (one.type === 'found' ? [one] : []))
    if (found.length > 0) {
      faultPoint('after-receipt')
      await outbox.recordMined(
        found.map(({ leg, receipt }) => ({ legId: leg.id, receipt })),
      )
      faultPoint('after-mined')
      for (const { leg } of found) emit({ type: 'mined', legId: leg.id })
    }
    const gone = seen.flatMap((one) => (one.type === 'gone' ? [one] : []))
    for (const { leg, hash } of gone) {
      await outbox.recordReorged(leg.id)
      offers.delete(hash)
      emit({ type: 'reorged', legId: leg.id })
    }
    const settled = await settleAtDepth(
      seen.flatMap((one) =>
        one.type === 'found'
          ? [{ leg: one.leg, blockNumber: one.receipt.blockNumber }]
          : one.type === 'stays'
            ? [one]
            : [],
      ),
      head,
    )
    return {
      hasChanged: found.length + gone.length + settled > 0,
      unseen: seen.flatMap((one) => (one.type === 'unseen' ? [one.leg] : [])),
      settled,
    }
  }

  /** What the chain says of one leg now. */
  async function lookAt(
    leg: Leg,
    head: ChainHead,
    readBlockHash: (number: bigint) => Promise<Hex | null>,
  ): Promise<Look> {
    if (leg.state === 'MINED') return lookAtMined(leg, head, readBlockHash)
    const receipts = await Promise.all(
      leg.attempts.map(({ hash }) => chain.readReceipt(hash)),
    )
    const found = receipts.filter((one) => one !== null)
    if (found.length === 0) return { type: 'unseen', leg }
    const hashes = await Promise.all(
      found.map(({ blockNumber }) => readBlockHash(blockNumber)),
    )
    const receipt = found.find(
      ({ blockHash }, index) => hashes[index] === blockHash,
    )
    if (receipt !== undefined) return { type: 'found', leg, receipt }
    // A receipt of a block that another one took the place of: the node forgot to
    // forget it. Where nodes do not agree, they are given time.
    return hashes.includes(null) ? { type: 'unclear' } : { type: 'unseen', leg }
  }

  async function lookAtMined(
    leg: Leg,
    head: ChainHead,
    readBlockHash: (number: bigint) => Promise<Hex | null>,
  ): Promise<Look> {
    const mined = leg.attempts.find(({ blockHash }) => blockHash !== undefined)
    if (mined?.blockNumber === undefined || mined.blockHash === undefined)
      return { type: 'unclear' }
    const { blockNumber, blockHash, hash } = mined
    const found = await readBlockHash(blockNumber)
    if (found === blockHash) return { type: 'stays', leg, blockNumber }
    // No block there: the chain is shorter now, or nodes do not agree. Wait for
    // the first to be sure, and for the second to end.
    if (found === null) {
      if (head.number >= blockNumber) return { type: 'unclear' }
      if ((await chain.readReceipt(hash)) !== null) return { type: 'unclear' }
    }
    return { type: 'gone', leg, hash }
  }

  /** Settles those that are deep enough; gives how many. */
  async function settleAtDepth(
    mined: readonly { readonly leg: Leg; readonly blockNumber: bigint }[],
    head: ChainHead,
  ): Promise<number> {
    const deep = mined.filter(({ leg, blockNumber }) => {
      // Its block is there, so the top is at least that high.
      const top = head.number > blockNumber ? head.number : blockNumber
      return top - blockNumber + 1n >= BigInt(leg.depth)
    })
    if (deep.length === 0) return 0
    const finalized = await chain.readFinalizedNumber?.()
    const ready = deep.filter(
      ({ blockNumber }) => finalized === undefined || finalized >= blockNumber,
    )
    if (ready.length === 0) return 0
    faultPoint('before-final')
    const settled = await outbox.settleMined(ready.map(({ leg }) => leg.id))
    faultPoint('after-final')
    for (const { leg } of ready)
      for (const { hash } of leg.attempts) offers.delete(hash)
    for (const { legId, state } of settled)
      emit({ type: 'settled', legId, state })
    return settled.length
  }

  /** Bytes of a leg that this process has not offered, or nobody has. */
  function toFresh(leg: Leg): readonly SignedLeg[] {
    const attempt = leg.attempts.at(-1)
    if (attempt === undefined) return []
    const isOffered =
      offers.has(attempt.hash) && attempt.offeredBlock !== undefined
    return isOffered ? [] : [{ leg, attempt }]
  }

  /**
   * Helps legs on that were offered and that no receipt was found for. What holds for the whole account is
   * asked once for all of them.
   */
  function toPush(
    lock: SenderLock,
    head: ChainHead,
  ): (leg: Leg) => Promise<boolean> {
    let kept: Promise<boolean> | undefined
    let mined: Promise<number> | undefined
    /** Below a nonce that the chain lost, a later one would wait for ever. */
    const isKept = () => {
      kept ??= outbox
        .readSender({ chain: lock.chain, address })
        .then((sender) => keepsFinal(lock.chain, sender))
      return kept
    }
    const readMined = () => {
      mined ??= chain.readNonce({ address, include: 'mined' })
      return mined
    }
    return async (leg) => {
      const newest = leg.attempts.at(-1)
      if (newest === undefined) return false
      const offered = offers.get(newest.hash)
      if (offered === undefined || newest.offeredBlock === undefined)
        return false
      const isDue = () => clock.nowMs() - offered.atMs >= offered.nextMs
      if (!isDue() && !isUrgent(leg, newest, head)) return false
      await options.assertIdentity(lock.chain, 'fresh')
      if (!(await isKept())) return false
      if (await settleForeign(leg, lock.chain, head, readMined)) return true
      if (await replace(leg, newest, lock, head)) return true
      if (!isDue()) return false
      await offer([{ leg, attempt: newest }], lock, head)
      return false
    }
  }

  /** A deadline that passed or a fee that fell behind waits for no timer. */
  function isUrgent(leg: Leg, newest: Attempt, head: ChainHead): boolean {
    const waited = head.number - (newest.offeredBlock ?? head.number)
    return (
      (isPastDeadline(leg, head) && leg.state !== 'CANCELLING') ||
      newest.maxFeePerGasWei < head.baseFeePerGasWei ||
      waited >= bumpAfterBlocks
    )
  }

  /** Ends a leg only with the very transaction that took its nonce in hand. */
  async function settleForeign(
    leg: Leg,
    chainName: string,
    head: ChainHead,
    readMined: () => Promise<number>,
  ): Promise<boolean> {
    const { nonce } = leg
    if (nonce === undefined) return false
    if ((await readMined()) <= nonce) return false
    const user = await chain.findTransactionByNonce({ address, nonce })
    if (user === null) return false
    const isOurs = leg.attempts.some(
      ({ hash }) => hash.toLowerCase() === user.hash.toLowerCase(),
    )
    // Ours: its receipt is late, and comes with one of the next looks.
    if (isOurs) return false
    if (head.number - user.blockNumber + 1n < BigInt(leg.depth)) return false
    const finalized = await chain.readFinalizedNumber?.()
    if (finalized !== undefined && finalized < user.blockNumber) return false
    await options.assertIdentity(chainName, 'now')
    await outbox.settleUnmined({
      legId: leg.id,
      from: ['SIGNED', 'SENT', 'CANCELLING'],
      to: 'FOREIGN_NONCE',
      reason: `Nonce ${nonce} was used by transaction ${user.hash}, which is not ours.`,
    })
    emit({ type: 'settled', legId: leg.id, state: 'FOREIGN_NONCE' })
    return true
  }

  async function replace(
    leg: Leg,
    newest: Attempt,
    lock: SenderLock,
    head: ChainHead,
  ): Promise<boolean> {
    if (!isUrgent(leg, newest, head)) return false
    const purpose =
      leg.state === 'CANCELLING' || isPastDeadline(leg, head)
        ? 'cancel'
        : 'bump'
    const fees = getReplacementFees({
      previous: newest,
      baseFeePerGasWei: head.baseFeePerGasWei,
      tipWei: await chain.readTipWei(),
      capWei: leg.maxFeeCapWei,
      purpose,
    })
    // At the cap: wait. The nonce is not skipped and the leg is not dropped.
    if (fees === undefined || !options.maySign()) return false
    const attempt = await outbox.signReplacement({
      leg,
      lock,
      purpose,
      fees,
      sign,
    })
    if (attempt === undefined) return false
    faultPoint(purpose === 'bump' ? 'after-bump-commit' : 'after-cancel-commit')
    tellSigned(leg, attempt)
    await offer([{ leg, attempt }], lock, head)
    return true
  }

  /**
   * Offers stored bytes, in the order of their nonces. Whatever is answered, only a
   * receipt counts: so an answer that is late holds up none of the next ones.
   */
  async function offer(
    signed: readonly SignedLeg[],
    lock: SenderLock,
    head: ChainHead,
  ): Promise<void> {
    const noted: Promise<Offer>[] = []
    for (const { leg, attempt } of signed) {
      const { hash } = attempt
      // What was signed for one chain is for no other one under the same id.
      await options.assertIdentity(lock.chain, 'fresh')
      const before = offers.get(hash)
      offers.set(hash, {
        atMs: clock.nowMs(),
        nextMs: Math.min(
          before === undefined ? reofferMs.first : before.nextMs * 2,
          reofferMs.most,
        ),
      })
      const answered = within(
        offerTimeoutMs,
        chain.sendRaw(attempt.raw).catch(toNote),
      )
      noted.push(
        answered.then((answer = `no answer within ${offerTimeoutMs} ms`) => {
          faultPoint('after-reply')
          return { legId: leg.id, hash, answer, headNumber: head.number }
        }),
      )
      if (signed.length > 1) await within(offerPaceMs, answered)
    }
    const answers = await Promise.all(noted)
    await outbox.recordOffers(answers)
    for (const { hash, answer } of answers)
      emit({ type: 'offered', hash, answer })
  }

  /** What `work` gives, or nothing where that takes longer. */
  async function within<Result>(
    milliseconds: number,
    work: Promise<Result>,
  ): Promise<Result | undefined> {
    const timeout = new AbortController()
    const result = await Promise.race([
      work,
      clock.sleep(milliseconds, timeout.signal).then(() => undefined),
    ])
    timeout.abort()
    return result
  }

  function tellSigned(leg: Leg, attempt: Attempt): void {
    const { hash, nonce, kind } = attempt
    emit({ type: 'signed', legId: leg.id, hash, nonce, kind })
  }

  const ended = run()
    .catch((error: unknown) => emit({ type: 'failed', error }))
    .finally(() => options.onEnd(hasWoken))
  return { wake, isIdle: () => isIdle, firstPass, ended }
}

/** Reads which chain this is: as two nodes say, or one of them several times. */
async function readFirmIdentity(chain: OutboxChain): Promise<string> {
  let identity = await chain.readIdentity()
  if (chain.isIdentityWitnessed === true) return identity
  for (let same = 1; same < firmReads; same++) {
    const again = await chain.readIdentity()
    if (again === identity) continue
    identity = again
    same = 0
  }
  return identity
}

/** By the chain's own clock: ours may be wrong. */
function isPastDeadline(leg: Leg, head: ChainHead): boolean {
  return head.timestampUnixSeconds > leg.deadlineUnixSeconds
}

function toNote(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
