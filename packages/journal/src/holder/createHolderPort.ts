import {
  type Address,
  type HolderPort,
  type HolderReport,
  type HolderTransaction,
  isSameAddress,
} from '@behest/spec'
import type pg from 'pg'
import type { HolderLegs } from './createHolderLegs.js'
import type { HolderWatch } from './createHolderWatch.js'
import {
  HolderCallRefusedError,
  HolderLegNotFoundError,
  HolderLegStateError,
  HolderMayHaveSentError,
  HolderTransactionOtherError,
} from './errors.js'
import { type HolderChain, isSameTransaction } from './holderChain.js'
import {
  type HolderLeg,
  toHolderResult,
  toHolderTransaction,
} from './holderLeg.js'
import { readHalt } from './readHalt.js'

/** The engine's port to holders' wallets, and the wallets' door to it. */
export type HolderDesk = HolderPort & {
  /** What an intent's holder has sent and has yet to send, in order. */
  readonly list: (intentId: string) => Promise<readonly HolderTransaction[]>
  /**
   * Takes what a wallet did. A wallet is asked for one transaction once: what was
   * asked is asked again only after it was reported as refused, and while nothing
   * of it is on the chain.
   *
   * @throws {HolderLegNotFoundError} when the intent has no such transaction.
   * @throws {HolderLegStateError} when it is not where the report says.
   * @throws {HolderCallRefusedError} when it would fail now.
   * @throws {HolderTransactionOtherError} when the hash is of another transaction.
   * @throws {HolderMayHaveSentError} when it may be on its way all the same.
   */
  readonly report: (
    intentId: string,
    report: HolderReport,
  ) => Promise<HolderTransaction>
}

/**
 * Creates the port and the door.
 *
 * @param options.signsFor - The accounts that this house signs for; every other
 *   one is its holder's.
 * @param options.watch - Looks at the chain for what a wallet did.
 * @param options.onChange - Told which intent can go on.
 */
export function createHolderPort(options: {
  readonly legs: HolderLegs
  readonly pool: pg.Pool
  readonly chain: HolderChain
  readonly watch: HolderWatch
  readonly signsFor: readonly Address[]
  readonly onChange: (intentId: string) => void
}): HolderDesk {
  const { legs, pool, chain, watch, signsFor, onChange } = options

  const readLeg = async (intentId: string, legId: string) => {
    const leg = await legs.read(legId)
    if (leg === undefined || leg.intentId !== intentId)
      throw new HolderLegNotFoundError({ intentId, legId })
    return leg
  }

  const ask = async (leg: HolderLeg): Promise<number> => {
    const { account } = leg
    if (leg.state !== 'waiting') throw toStateError(leg, 'asked')
    const [head, halted, mined, next, revert] = await Promise.all([
      chain.readHead(),
      leg.givesNothing ? undefined : readHalt(pool, leg),
      chain.readNonce({ address: account, include: 'mined' }),
      chain.readNonce({ address: account, include: 'pending' }),
      chain.findRevert({ ...leg, from: account }),
    ])
    const reason =
      (halted === undefined ? undefined : `${halted}.`) ??
      (head.timestampUnixSeconds >= leg.deadlineUnixSeconds
        ? 'its time has passed.'
        : revert === null
          ? undefined
          : `it would be reverted (${revert}).`)
    if (reason !== undefined)
      throw new HolderCallRefusedError({ legId: leg.id, reason })
    const isAsked = await legs.move({
      legId: leg.id,
      from: ['waiting'],
      to: 'asked',
      askedNonce: mined,
    })
    if (!isAsked) throw toStateError(leg, 'asked')
    return next
  }

  const takeHash = async (
    leg: HolderLeg,
    hash: HolderTransaction['legId'],
  ): Promise<void> => {
    if (leg.hash === hash) return // the same report twice is one report
    const seen = await chain.readTransaction(hash)
    const isOther =
      (seen !== null && !isSameTransaction(seen, leg)) ||
      (await legs.isTaken({
        chainId: leg.chainId,
        hash,
        exceptLegId: leg.id,
      }))
    if (isOther) throw new HolderTransactionOtherError({ legId: leg.id, hash })
    const isSent = await legs.move({
      legId: leg.id,
      from: ['asked', 'sent'],
      to: 'sent',
      hash,
      ...(seen === null ? {} : { nonce: seen.nonce }),
    })
    if (!isSent) throw toStateError(leg, 'sent')
  }

  const takeRefusal = async (leg: HolderLeg): Promise<void> => {
    if (leg.state === 'waiting') return
    const { account } = leg
    await watch.look(leg)
    const now = (await legs.read(leg.id)) ?? leg
    // It was sent after all: the chain has the last word.
    if (now.state !== 'asked') return
    const [mined, next] = await Promise.all([
      chain.readNonce({ address: account, include: 'mined' }),
      chain.readNonce({ address: account, include: 'pending' }),
    ])
    if (next > mined)
      throw new HolderMayHaveSentError({
        legId: leg.id,
        account,
        pending: next - mined,
      })
    await legs.move({ legId: leg.id, from: ['asked'], to: 'waiting' })
  }

  const stop = async (leg: HolderLeg): Promise<void> => {
    if (leg.state === 'not-sent') return
    const isStopped = await legs.move({
      legId: leg.id,
      from: ['waiting'],
      to: 'not-sent',
      reason: 'Its holder stopped here.',
    })
    if (!isStopped) throw toStateError(leg, 'stopped')
  }

  return {
    holds: (account) => !signsFor.some((own) => isSameAddress(own, account)),
    hasLeg: async (legId) => (await legs.read(legId)) !== undefined,
    carryOut: async (order) => {
      const { leg, isNew } = await legs.drawUp({
        order,
        chain: await chain.readIdentity(),
      })
      return toHolderResult(leg, isNew)
    },
    list: async (intentId) =>
      (await legs.readOfIntent(intentId)).map(toHolderTransaction),
    report: async (intentId, report) => {
      const leg = await readLeg(intentId, report.legId)
      const nonce =
        report.type === 'asking' ? await ask(leg) : await take(leg, report)
      const shown = toHolderTransaction(await readLeg(intentId, leg.id))
      onChange(intentId)
      return nonce === undefined
        ? shown
        : { ...shown, transaction: { ...shown.transaction, nonce } }
    },
  }

  async function take(
    leg: HolderLeg,
    report: Exclude<HolderReport, { type: 'asking' }>,
  ): Promise<undefined> {
    switch (report.type) {
      case 'sent':
        return void (await takeHash(leg, report.hash))
      case 'refused':
        return void (await takeRefusal(leg))
      case 'stopped':
        return void (await stop(leg))
      default:
        return report satisfies never
    }
  }
}

function toStateError(leg: HolderLeg, wanted: string): HolderLegStateError {
  return new HolderLegStateError({ legId: leg.id, state: leg.state, wanted })
}
