import type { Hex } from '@behest/spec'
import type { ChainHead } from '../outbox/outboxChain.js'
import type { HolderLegs } from './createHolderLegs.js'
import {
  type HolderChain,
  isSameTransaction,
  type SeenTransaction,
} from './holderChain.js'
import type { HolderLeg } from './holderLeg.js'

/** Most transactions of an account that are looked through for one leg. */
const searchedNonces = 24
const mostAtOnce = 50

/** Looks at the chain until every transaction of a wallet has an end. */
export type HolderWatch = {
  /** Looks at one leg now, rather than when it is due. */
  readonly look: (leg: HolderLeg) => Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * Starts the watch. Any number of them may run on one database: each open leg is
 * looked at by one of them at a time, and every change checks where it starts.
 *
 * @param options.onChange - Told which intent can go on.
 */
export function createHolderWatch(options: {
  readonly legs: HolderLegs
  readonly chain: HolderChain
  readonly onChange: (intentId: string) => void
  readonly onError: (error: unknown) => void
  /** How often due legs are taken, in ms. */
  readonly everyMs?: number
}): HolderWatch {
  const { legs, chain, onChange, onError, everyMs = 500 } = options
  let isStopped = false

  const look = async (leg: HolderLeg, head: ChainHead): Promise<void> => {
    if (leg.state === 'waiting') return lookAtWaiting(leg, head)
    const seen =
      leg.hash === undefined ? null : await chain.readTransaction(leg.hash)
    if (seen !== null && !isSameTransaction(seen, leg)) {
      // Whoever reported it was wrong: the right one may still be somewhere.
      await legs.move({
        legId: leg.id,
        from: ['sent'],
        to: 'asked',
        hash: null,
        reason: `Transaction ${seen.hash} was reported and is another one.`,
      })
      return
    }
    const found = seen ?? (await findSent(leg))
    if (found === null) return lookAtLost(leg, head)
    if (leg.state === 'asked' || leg.hash !== found.hash)
      await legs.move({
        legId: leg.id,
        from: ['asked', 'sent'],
        to: 'sent',
        hash: found.hash,
        nonce: found.nonce,
      })
    await lookAtMined({ ...leg, nonce: found.nonce }, found.hash, head)
  }

  /** Whose wallet was never asked, and past its time never will be. */
  const lookAtWaiting = async (
    leg: HolderLeg,
    head: ChainHead,
  ): Promise<void> => {
    if (head.timestampUnixSeconds < leg.deadlineUnixSeconds) return
    const hasEnded = await legs.move({
      legId: leg.id,
      from: ['waiting'],
      to: 'not-sent',
      reason: 'Its time passed before the wallet was asked for it.',
    })
    if (hasEnded) onChange(leg.intentId)
  }

  /** Looks through what the account sent since its wallet was asked. */
  const findSent = async (leg: HolderLeg): Promise<SeenTransaction | null> => {
    const { account, askedNonce } = leg
    if (askedNonce === undefined) return null
    const mined = await chain.readNonce({ address: account, include: 'mined' })
    const last = Math.min(mined, askedNonce + searchedNonces)
    for (let nonce = askedNonce; nonce < last; nonce++) {
      const used = await chain.findTransactionByNonce({
        address: account,
        nonce,
      })
      const seen = used && (await chain.readTransaction(used.hash))
      if (!seen || !isSameTransaction(seen, leg)) continue
      const isTaken = await legs.isTaken({
        chainId: leg.chainId,
        hash: seen.hash,
        exceptLegId: leg.id,
      })
      if (!isTaken) return seen
    }
    return null
  }

  /** Nothing of it is on the chain, nor known to the node. */
  const lookAtLost = async (leg: HolderLeg, head: ChainHead): Promise<void> => {
    const replacement = await findReplacement(leg, head)
    if (replacement !== null) {
      const hasEnded = await legs.move({
        legId: leg.id,
        from: ['sent'],
        to: 'not-sent',
        reason: `Its nonce ${leg.nonce} was used by transaction ${replacement}, which is another one.`,
      })
      if (hasEnded) onChange(leg.intentId)
      return
    }
    if (
      head.timestampUnixSeconds >= leg.deadlineUnixSeconds &&
      (await legs.setOverdue(leg.id))
    )
      onChange(leg.intentId)
  }

  /** The final transaction that took the nonce of one that the node had. */
  const findReplacement = async (
    leg: HolderLeg,
    head: ChainHead,
  ): Promise<Hex | null> => {
    const { account, nonce } = leg
    if (leg.state !== 'sent' || nonce === undefined) return null
    const used = await chain.findTransactionByNonce({ address: account, nonce })
    if (used === null || !(await isFinal(used.blockNumber, head))) return null
    return used.hash
  }

  const lookAtMined = async (
    leg: HolderLeg,
    hash: Hex,
    head: ChainHead,
  ): Promise<void> => {
    const receipt = await chain.readReceipt(hash)
    const isOver =
      receipt !== null &&
      (await isFinal(receipt.blockNumber, head)) &&
      (await chain.readBlockHash(receipt.blockNumber)) === receipt.blockHash
    if (!isOver) {
      if (
        head.timestampUnixSeconds >= leg.deadlineUnixSeconds &&
        (await legs.setOverdue(leg.id))
      )
        onChange(leg.intentId)
      return
    }
    const hasEnded = await legs.move({
      legId: leg.id,
      from: ['sent'],
      to: receipt.status === 'success' ? 'final' : 'reverted',
      blockNumber: receipt.blockNumber,
      gasUsed: receipt.gasUsed,
      gasPriceWei: receipt.effectiveGasPriceWei,
      ...(receipt.reason === undefined ? {} : { reason: receipt.reason }),
    })
    if (hasEnded) onChange(leg.intentId)
  }

  const isFinal = async (
    blockNumber: bigint,
    head: ChainHead,
  ): Promise<boolean> => {
    if (head.number - blockNumber + 1n < BigInt(chain.depth)) return false
    const finalized = await chain.readFinalizedNumber?.()
    return finalized === undefined || finalized >= blockNumber
  }

  const round = async (): Promise<void> => {
    const due = await legs.takeDue({ limit: mostAtOnce })
    if (due.length === 0) return
    const [identity, head] = await Promise.all([
      chain.readIdentity(),
      chain.readHead(),
    ])
    for (const leg of due) {
      if (isStopped) return
      // Of a chain that is not there any more nothing can be learned.
      if (leg.chain === identity) await look(leg, head).catch(onError)
    }
  }

  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const next = (): void => {
    if (isStopped) return
    timer = setTimeout(() => {
      running = round().catch(onError).finally(next)
    }, everyMs)
    timer.unref()
  }
  next()

  return {
    look: async (leg) => look(leg, await chain.readHead()),
    stop: async () => {
      isStopped = true
      clearTimeout(timer)
      await running
    },
  }
}
