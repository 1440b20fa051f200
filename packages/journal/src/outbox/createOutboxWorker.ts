/**
 * One file because it is one loop: what a worker does for one sender from the
 * first signature to the last block, and the few things that keep it going.
 */
import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Address, Hex } from '@behest/spec'
import type pg from 'pg'
import { connectClient, getConnection } from '../postgres/connect.js'
import type { FaultPoint } from './createFaultPoint.js'
import { type Outbox, outboxChannel } from './createOutbox.js'
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
const identityEveryMs = 2_000
/** As often also without work: the chain that legs wait for may be back. */
const identityIdleEveryMs = 5_000
/** A node behind a balancer may be of another chain: so many must say the same. */
const firmReads = 5
const firmEveryMs = 250
const laneIdleMs = 10_000
/** One lost broadcast holds up every later nonce: it is not waited for long. */
const reofferMs = { first: 250, most: 4_000 }
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

  /**
   * Assures that the chain which a lane works on is the one that answers. Every
   * lane names its own: another one may have found out before it.
   */
  async function assertIdentity(
    expected: string,
    when: 'now' | 'sometimes',
  ): Promise<void> {
    const ageMs = clock.nowMs() - identityReadAtMs
    if (when === 'now' || ageMs >= identityEveryMs || expected !== identity) {
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
        getLockClient,
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
  readonly getLockClient: () => Promise<pg.Client>
  /** Throws when another chain answers now than the one that is worked on. */
  readonly assertIdentity: (
    expected: string,
    when: 'now' | 'sometimes',
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
    const client = await options.getLockClient()
    return takeSenderLock(client, { chain: identity(), address })
  }

  async function isStillLocked(lock: SenderLock | undefined): Promise<boolean> {
    if (lock === undefined) return false
    try {
      const client = await options.getLockClient()
      const { rows } = await client.query<{ backend: number }>(
        'select pg_backend_pid() as backend',
      )
      return rows[0]?.backend === lock.backendId && lock.chain === identity()
    } catch {
      return false
    }
  }

  async function unlock(lock: SenderLock): Promise<void> {
    try {
      const client = await options.getLockClient()
      await client.query('select pg_advisory_unlock($1)', [lock.key])
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
    let hasProgressed = false

    const inFlight = open.filter(({ state }) => state !== 'QUEUED')
    const watched = await Promise.all(
      inFlight.map((leg) => watchLeg(leg, head)),
    )
    hasProgressed = watched.includes('progress')
    for (const [index, leg] of inFlight.entries())
      if (watched[index] === 'unseen' && !stopping.aborted)
        hasProgressed = (await pushLeg(leg, lock, head)) || hasProgressed

    if (open.some(({ state }) => state === 'QUEUED'))
      hasProgressed = (await signQueued(open, lock, head)) || hasProgressed
    return hasProgressed ? 'progress' : 'waiting'
  }

  async function signQueued(
    open: readonly Leg[],
    lock: SenderLock,
    head: ChainHead,
  ): Promise<boolean> {
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
    if (!options.maySign()) return hasProgressed
    const [tipWei, most, isAligned] = await Promise.all([
      chain.readTipWei(),
      chain.readMaxInFlight?.(address) ?? maxInFlight,
      alignNonce(chainName),
      options.assertIdentity(chainName, 'now'),
    ])
    if (!isAligned) return hasProgressed
    while (options.maySign()) {
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
      if (result.type !== 'signed') break
      hasProgressed = true
      const { leg, attempt } = result
      tellSigned(leg, attempt)
      await offer(leg, attempt, head)
      const isMined = await watchLeg({ ...leg, state: 'SENT' }, head)
      hasProgressed = hasProgressed || isMined === 'progress'
    }
    return hasProgressed
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

  /** Looks for the receipt of any attempt, and whether its block stays. */
  async function watchLeg(
    leg: Leg,
    head: ChainHead,
  ): Promise<'progress' | 'waiting' | 'unseen'> {
    if (leg.state === 'MINED') return watchMined(leg, head)
    const receipts = await Promise.all(
      leg.attempts.map(({ hash }) => chain.readReceipt(hash)),
    )
    const receipt = receipts.find((found) => found !== null)
    if (receipt === undefined) return 'unseen'
    faultPoint('after-receipt')
    const blockHash = await chain.readBlockHash(receipt.blockNumber)
    if (blockHash !== receipt.blockHash) return 'waiting'
    await outbox.recordMined({ legId: leg.id, receipt })
    faultPoint('after-mined')
    emit({ type: 'mined', legId: leg.id })
    await settleAtDepth(leg, receipt, head)
    return 'progress'
  }

  async function watchMined(
    leg: Leg,
    head: ChainHead,
  ): Promise<'progress' | 'waiting'> {
    const mined = leg.attempts.find(({ blockHash }) => blockHash !== undefined)
    if (mined?.blockNumber === undefined || mined.blockHash === undefined)
      return 'waiting'
    const { blockNumber, blockHash } = mined
    const found = await chain.readBlockHash(blockNumber)
    if (found === blockHash) {
      const settled = await settleAtDepth(leg, { blockNumber }, head)
      return settled ? 'progress' : 'waiting'
    }
    // No block there: the chain is shorter now, or nodes do not agree. Wait for
    // the first to be sure, and for the second to end.
    if (found === null) {
      if (head.number >= blockNumber) return 'waiting'
      if ((await chain.readReceipt(mined.hash)) !== null) return 'waiting'
    }
    await outbox.recordReorged(leg.id)
    offers.delete(mined.hash)
    emit({ type: 'reorged', legId: leg.id })
    return 'progress'
  }

  async function settleAtDepth(
    leg: Leg,
    mined: Pick<OutboxReceipt, 'blockNumber'>,
    head: ChainHead,
  ): Promise<boolean> {
    const { blockNumber } = mined
    // Its block is there, so the top is at least that high.
    const top = head.number > blockNumber ? head.number : blockNumber
    if (top - blockNumber + 1n < BigInt(leg.depth)) return false
    const finalized = await chain.readFinalizedNumber?.()
    if (finalized !== undefined && finalized < blockNumber) return false
    faultPoint('before-final')
    const state = await outbox.settleMined(leg.id)
    if (state === undefined) return false
    faultPoint('after-final')
    for (const { hash } of leg.attempts) offers.delete(hash)
    emit({ type: 'settled', legId: leg.id, state })
    return true
  }

  /** Helps a leg on that no receipt was found for. */
  async function pushLeg(
    leg: Leg,
    lock: SenderLock,
    head: ChainHead,
  ): Promise<boolean> {
    const newest = leg.attempts.at(-1)
    if (newest === undefined) return false
    const offered = offers.get(newest.hash)
    if (offered === undefined || newest.offeredBlock === undefined) {
      await options.assertIdentity(lock.chain, 'now')
      await offer(leg, newest, head)
      return true
    }
    const nowMs = clock.nowMs()
    if (nowMs - offered.atMs < offered.nextMs && !isUrgent(leg, newest, head))
      return false
    await options.assertIdentity(lock.chain, 'now')
    // Below a nonce that the chain lost, this one would wait for ever.
    const sender = await outbox.readSender({ chain: lock.chain, address })
    if (!(await keepsFinal(lock.chain, sender))) return false
    if (await settleForeign(leg, lock.chain, head)) return true
    if (await replace(leg, newest, lock, head)) return true
    if (nowMs - offered.atMs < offered.nextMs) return false
    await offer(leg, newest, head)
    return false
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
  ): Promise<boolean> {
    const { nonce } = leg
    if (nonce === undefined) return false
    const mined = await chain.readNonce({ address, include: 'mined' })
    if (mined <= nonce) return false
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
    await offer(leg, attempt, head)
    return true
  }

  /** Offers stored bytes. Whatever is answered, only a receipt counts. */
  async function offer(
    leg: Leg,
    attempt: Attempt,
    head: ChainHead,
  ): Promise<void> {
    const before = offers.get(attempt.hash)
    offers.set(attempt.hash, {
      atMs: clock.nowMs(),
      nextMs: Math.min(
        before === undefined ? reofferMs.first : before.nextMs * 2,
        reofferMs.most,
      ),
    })
    const sending = chain.sendRaw(attempt.raw).catch(toNote)
    const timeout = new AbortController()
    const answer = await Promise.race([
      sending,
      clock
        .sleep(offerTimeoutMs, timeout.signal)
        .then(() => `no answer within ${offerTimeoutMs} ms`),
    ])
    timeout.abort()
    faultPoint('after-reply')
    await outbox.recordOffer({
      legId: leg.id,
      hash: attempt.hash,
      answer,
      headNumber: head.number,
    })
    emit({ type: 'offered', hash: attempt.hash, answer })
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
