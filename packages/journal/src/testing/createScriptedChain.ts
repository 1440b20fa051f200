/**
 * One file because it is one thing: a chain in memory that does what tests tell
 * it to, with the rules of a node's pool, and without a node.
 */
import { createHash } from 'node:crypto'
import { type Address, BehestError, type Hex } from '@behest/spec'
import type {
  ChainHead,
  OutboxChain,
  OutboxReceipt,
  SignTransaction,
  UnsignedTransaction,
} from '../outbox/outboxChain.js'

/** Thrown by the chain in memory where a node would answer with an error. */
export class ScriptedChainError extends BehestError {
  readonly code = 'SCRIPTED_CHAIN'
  readonly retry = 'never'

  constructor(answer: string) {
    super(answer)
  }
}

type Pending = {
  readonly hash: Hex
  readonly transaction: UnsignedTransaction
}

type Block = {
  readonly number: bigint
  readonly hash: Hex
  readonly timestampUnixSeconds: number
  readonly baseFeePerGasWei: bigint
  readonly transactions: readonly Pending[]
}

/** What happens to one broadcast. */
export type SendFault =
  | 'none'
  /** The node never sees it. */
  | 'request-lost'
  /** The node takes it; the caller gets an error. */
  | 'reply-lost'
  /** The node takes it, and answers as if it had been there before. */
  | 'nonce-too-low'

/** A chain in memory, and the levers to make it misbehave. */
export type ScriptedChain = OutboxChain & {
  /** Mines what the pool holds into the next block. */
  readonly mine: () => void
  /** Takes the newest blocks back; their transactions return to the pool, or not. */
  readonly reorg: (options: {
    readonly depth: number
    readonly transactions: 'return' | 'vanish'
  }) => void
  /** Removes everything from the pool. */
  readonly dropPool: () => void
  /** Becomes another chain: nothing happened on it yet. */
  readonly restart: () => void
  /** Uses an account's next nonce for a transaction that is not the outbox's. */
  readonly sendForeign: (address: Address) => Hex
  /** How often each leg's own transaction is on the chain now. */
  readonly countEffects: () => ReadonlyMap<string, number>
  /** Every raw transaction that a node was handed, in order. */
  readonly offered: readonly { readonly raw: Hex; readonly hash: Hex }[]
  /** What tests change while it runs. */
  readonly levers: {
    automine: boolean
    baseFeePerGasWei: bigint
    secondsPerBlock: number
    sendFault: (transaction: UnsignedTransaction) => SendFault
    /** Called before a node takes a broadcast. */
    beforeSend: (hash: Hex) => Promise<void>
    /** So many receipts that are there are answered as missing. */
    hiddenReceipts: number
    /** Receipts of blocks that were taken back are told like the others. */
    keepsLostReceipts: boolean
    failReads: boolean
  }
}

/**
 * Creates a chain in memory.
 *
 * @param options.depth - Blocks after which a transaction is final. One unless told.
 * @returns The chain. It starts with one empty block.
 */
export function createScriptedChain(
  options: { readonly depth?: number } = {},
): ScriptedChain {
  const levers: ScriptedChain['levers'] = {
    automine: true,
    baseFeePerGasWei: 1_000n,
    secondsPerBlock: 1,
    sendFault: () => 'none',
    beforeSend: async () => {},
    hiddenReceipts: 0,
    keepsLostReceipts: false,
    failReads: false,
  }
  let run = 1
  let forks = 0
  let blocks: Block[] = []
  const lost: Block[] = []
  let pool = new Map<Hex, Pending>()
  const offered: { raw: Hex; hash: Hex }[] = []

  function toBlock(transactions: readonly Pending[]): Block {
    const before = blocks.at(-1)
    const number = before === undefined ? 0n : before.number + 1n
    return {
      number,
      hash: toHash(`block ${run} ${forks} ${number}`),
      timestampUnixSeconds:
        (before?.timestampUnixSeconds ?? 1_000_000) + levers.secondsPerBlock,
      baseFeePerGasWei: levers.baseFeePerGasWei,
      transactions,
    }
  }

  const head = () => blocks.at(-1) as Block
  const mined = () => blocks.flatMap(({ transactions }) => transactions)
  const isFrom = (address: Address) => (pending: Pending) =>
    pending.transaction.from.toLowerCase() === address.toLowerCase()
  const minedNonce = (address: Address) =>
    mined().filter(isFrom(address)).length

  function mine(): void {
    const taken: Pending[] = []
    const candidates = [...pool.values()].sort(
      (a, b) => a.transaction.nonce - b.transaction.nonce,
    )
    for (const pending of candidates) {
      const { from, nonce, maxFeePerGasWei } = pending.transaction
      const next = minedNonce(from) + taken.filter(isFrom(from)).length
      if (nonce !== next || maxFeePerGasWei < levers.baseFeePerGasWei) continue
      taken.push(pending)
    }
    for (const { hash } of taken) pool.delete(hash)
    blocks.push(toBlock(taken))
    for (const [hash, { transaction }] of pool)
      if (transaction.nonce < minedNonce(transaction.from)) pool.delete(hash)
  }

  function accept(pending: Pending): void {
    const { hash, transaction } = pending
    const { from, nonce } = transaction
    if (pool.has(hash) || mined().some((other) => other.hash === hash))
      throw new ScriptedChainError('already known')
    if (nonce < minedNonce(from)) throw new ScriptedChainError('nonce too low')
    const rival = [...pool.values()].find(
      (other) => isFrom(from)(other) && other.transaction.nonce === nonce,
    )
    if (rival !== undefined) {
      const outbids = (fee: 'maxFeePerGasWei' | 'maxPriorityFeePerGasWei') =>
        transaction[fee] * 10n >= rival.transaction[fee] * 11n
      if (!outbids('maxFeePerGasWei') || !outbids('maxPriorityFeePerGasWei'))
        throw new ScriptedChainError('replacement transaction underpriced')
      pool.delete(rival.hash)
    }
    pool.set(hash, pending)
    if (levers.automine) mine()
  }

  function read<Result>(answer: () => Result): Promise<Result> {
    return levers.failReads
      ? Promise.reject(new ScriptedChainError('no answer'))
      : Promise.resolve(answer())
  }

  blocks.push(toBlock([]))

  return {
    chainId: 31_337,
    depth: options.depth ?? 1,
    levers,
    offered,
    mine,
    reorg: ({ depth, transactions }) => {
      const removed = blocks.splice(blocks.length - depth, depth)
      lost.push(...removed)
      forks++
      for (const block of removed)
        for (const pending of block.transactions)
          if (transactions === 'return') pool.set(pending.hash, pending)
      for (let n = 0; n < depth; n++) blocks.push(toBlock([]))
    },
    dropPool: () => {
      pool = new Map()
    },
    restart: () => {
      run++
      pool = new Map()
      blocks = []
      blocks = [toBlock([])]
    },
    sendForeign: (address) => {
      const transaction: UnsignedTransaction = {
        purpose: 'send',
        legId: 'foreign',
        planHash: '0x',
        chainId: 31_337,
        from: address,
        to: address,
        valueWei: 1n,
        data: '0x',
        nonce: minedNonce(address),
        gasLimit: 21_000n,
        maxFeePerGasWei: 10n ** 12n,
        maxPriorityFeePerGasWei: 10n ** 12n,
      }
      const hash = toHash(`foreign ${forks} ${transaction.nonce} ${run}`)
      for (const [rival, other] of pool)
        if (
          isFrom(address)(other) &&
          other.transaction.nonce === transaction.nonce
        )
          pool.delete(rival)
      pool.set(hash, { hash, transaction })
      mine()
      return hash
    },
    countEffects: () => {
      const counts = new Map<string, number>()
      for (const { transaction } of mined())
        if (transaction.purpose !== 'cancel')
          counts.set(
            transaction.legId,
            (counts.get(transaction.legId) ?? 0) + 1,
          )
      return counts
    },

    readIdentity: () => read(() => `31337:run-${run}`),
    readHead: () =>
      read((): ChainHead => {
        const { transactions: _, ...block } = head()
        return { ...block, baseFeePerGasWei: levers.baseFeePerGasWei }
      }),
    readBlockHash: (blockNumber) =>
      read(
        () => blocks.find(({ number }) => number === blockNumber)?.hash ?? null,
      ),
    readTipWei: () => read(() => 10n),
    readNonce: ({ address, include }) =>
      read(() => {
        let nonce = minedNonce(address)
        if (include === 'pending')
          while (
            [...pool.values()].some(
              (pending) =>
                isFrom(address)(pending) && pending.transaction.nonce === nonce,
            )
          )
            nonce++
        return nonce
      }),
    readReceipt: (hash) =>
      read((): OutboxReceipt | null => {
        const told = levers.keepsLostReceipts ? [...blocks, ...lost] : blocks
        const block = told.find(({ transactions }) =>
          transactions.some((pending) => pending.hash === hash),
        )
        if (block === undefined) return null
        if (levers.hiddenReceipts > 0) {
          levers.hiddenReceipts--
          return null
        }
        const found = block.transactions.find(
          (pending) => pending.hash === hash,
        )
        const isReverted = found?.transaction.data === '0xdead'
        return {
          hash,
          blockNumber: block.number,
          blockHash: block.hash,
          status: isReverted ? 'reverted' : 'success',
          gasUsed: 21_000n,
          effectiveGasPriceWei: block.baseFeePerGasWei + 10n,
          ...(isReverted ? { reason: 'told to' } : {}),
        }
      }),
    findTransactionByNonce: ({ address, nonce }) =>
      read(() => {
        for (const block of blocks)
          for (const pending of block.transactions)
            if (isFrom(address)(pending) && pending.transaction.nonce === nonce)
              return { hash: pending.hash, blockNumber: block.number }
        return null
      }),
    sendRaw: async (raw) => {
      const hash = toHash(raw)
      const transaction = fromRaw(raw)
      const fault = levers.sendFault(transaction)
      if (fault === 'request-lost') throw new ScriptedChainError('timeout')
      await levers.beforeSend(hash)
      offered.push({ raw, hash })
      accept({ hash, transaction })
      if (fault === 'reply-lost') throw new ScriptedChainError('timeout')
      if (fault === 'nonce-too-low')
        throw new ScriptedChainError('nonce too low')
      return 'ok'
    },
  }
}

/** Signs for the chain in memory: the bytes are the transaction's own text. */
export const signForScriptedChain: SignTransaction = async (transaction) => {
  const raw: Hex = `0x${Buffer.from(JSON.stringify(transaction, toText)).toString('hex')}`
  return { raw, hash: toHash(raw) }
}

function fromRaw(raw: Hex): UnsignedTransaction {
  const text = Buffer.from(raw.slice(2), 'hex').toString()
  return JSON.parse(text, fromText) as UnsignedTransaction
}

/** Writes amounts as text, for `JSON.stringify`. */
export function toText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}

/** Reads amounts back, for `JSON.parse`. */
export function fromText(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^[0-9]+n$/.test(value)
    ? BigInt(value.slice(0, -1))
    : value
}

function toHash(text: string): Hex {
  return `0x${createHash('sha256').update(text).digest('hex')}`
}
