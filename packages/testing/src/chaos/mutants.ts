/**
 * One file because it is one list: every way to break the outbox that the
 * harness must notice. None of them is in the product: each wraps a port of the
 * worker, or rewrites a statement on its way to the database.
 */
import type {
  Leg,
  Outbox,
  OutboxChain,
  SignTransaction,
  UnsignedTransaction,
} from '@behest/journal'
import type { Hex } from '@behest/spec'
import pg from 'pg'
import { keccak256 } from 'viem'

/** The parts of a worker that a mutant may wrap. */
export type WorkerParts = {
  readonly outbox: Outbox
  readonly chain: OutboxChain
  readonly sign: SignTransaction
  readonly pool: pg.Pool
  /** The chain as one node tells it, without the second one that is asked. */
  readonly chainWithoutWitness: OutboxChain
}

/** One broken outbox. */
export type Mutant = {
  readonly name: string
  /** What is wrong with it. */
  readonly says: string
  readonly breakWorker?: (parts: WorkerParts) => WorkerParts
  /** Statements that take a guard out of the round's database. */
  readonly breakDatabase?: string
  /** Rewrites statements of the process that queues payments. */
  readonly breakClient?: (sql: string) => string
  /** What has to happen for it to show, besides the usual faults. */
  readonly needs?: 'storm' | 'other-chain' | 'skew' | 'spikes'
}

const mutateLegs = (
  parts: WorkerParts,
  change: (leg: Leg) => Leg,
): WorkerParts => ({
  ...parts,
  outbox: {
    ...parts.outbox,
    readOpenLegs: async (of) =>
      (await parts.outbox.readOpenLegs(of)).map(change),
  },
})

const mutateSign = (
  parts: WorkerParts,
  change: (
    transaction: UnsignedTransaction,
  ) => Promise<UnsignedTransaction> | UnsignedTransaction,
): WorkerParts => ({
  ...parts,
  sign: async (transaction) => parts.sign(await change(transaction)),
})

/**
 * Rewrites every statement that this process sends to a database.
 *
 * @returns Takes the change back.
 */
export function rewriteStatements(
  rewrite: (sql: string) => string,
): () => void {
  const prototype = pg.Client.prototype as unknown as {
    query: (...values: unknown[]) => unknown
  }
  const before = prototype.query
  prototype.query = function query(
    this: unknown,
    first: unknown,
    ...rest: unknown[]
  ) {
    return typeof first === 'string'
      ? before.call(this, rewrite(first), ...rest)
      : before.call(this, first, ...rest)
  }
  return () => {
    prototype.query = before
  }
}

export const mutants: readonly Mutant[] = [
  {
    name: 'broadcast-before-commit',
    says: 'Bytes are offered as soon as they are signed.',
    breakWorker: (parts) => ({
      ...parts,
      sign: async (transaction) => {
        const signed = await parts.sign(transaction)
        await parts.chain.sendRaw(signed.raw).catch(() => '')
        return signed
      },
    }),
  },
  {
    name: 'no-sender-lock',
    says: 'Every worker believes that it holds the lock on every sender.',
    breakWorker: (parts) => {
      rewriteStatements((sql) => {
        if (sql.includes('pg_try_advisory_lock'))
          return 'select true as taken, pg_backend_pid() as backend, $1::bigint'
        if (sql.includes('from pg_locks'))
          return 'select 1 where $1::bigint + $2::bigint + $3::int is not null'
        return sql
      })
      return parts
    },
  },
  {
    name: 'bump-takes-new-nonce',
    says: 'A replacement is signed with a nonce of its own.',
    breakWorker: (parts) =>
      mutateSign(parts, (one) =>
        one.purpose === 'bump' ? { ...one, nonce: one.nonce + 20 } : one,
      ),
    needs: 'spikes',
  },
  {
    name: 'nonce-from-latest',
    says: 'The nonce is what the node says, not what the row says.',
    breakWorker: (parts) =>
      mutateSign(parts, async (one) => ({
        ...one,
        nonce: await parts.chain.readNonce({
          address: one.from,
          include: 'mined',
        }),
      })),
  },
  {
    name: 'retry-on-timeout',
    says: 'No answer is taken for not sent: the payment is signed again.',
    breakWorker: (parts) => {
      const signed = new Map<Hex, UnsignedTransaction>()
      return {
        ...parts,
        sign: async (transaction) => {
          const result = await parts.sign(transaction)
          signed.set(result.raw, transaction)
          return result
        },
        chain: {
          ...parts.chain,
          sendRaw: async (raw) => {
            try {
              return await parts.chain.sendRaw(raw)
            } catch {
              const before = signed.get(raw)
              if (before === undefined) return 'lost'
              const again = await parts.sign({
                ...before,
                nonce: before.nonce + 1,
              })
              return parts.chain.sendRaw(again.raw)
            }
          },
        },
      }
    },
  },
  {
    name: 'send-error-means-failed',
    says: 'An answer of refusal, or none, puts the payment back into the queue.',
    breakWorker: (parts) => ({
      ...parts,
      chain: {
        ...parts.chain,
        sendRaw: async (raw) => {
          const answer = await parts.chain.sendRaw(raw).catch(() => 'lost')
          if (!answer.startsWith('accepted'))
            await parts.pool.query(
              `update leg set state = 'QUEUED', nonce = null
               where id = (select leg_id from attempt where hash = $1)
                and state in ('SIGNED', 'SENT')`,
              [Buffer.from(keccak256(raw).slice(2), 'hex')],
            )
          return answer
        },
      },
    }),
  },
  {
    name: 'send-ok-means-final',
    says: 'A node that takes the bytes is believed to have done the payment.',
    breakWorker: (parts) => ({
      ...parts,
      outbox: {
        ...parts.outbox,
        recordOffers: async (offers) => {
          await parts.outbox.recordOffers(offers)
          await parts.pool.query(
            `update leg set state = 'FINAL', settled_at = now()
             where id = any($1) and state = 'SENT'`,
            [
              offers
                .filter(({ answer }) => answer.startsWith('accepted'))
                .map(({ legId }) => legId),
            ],
          )
        },
      },
    }),
  },
  {
    name: 'only-newest-watched',
    says: 'Only the receipt of the newest attempt is looked for.',
    breakWorker: (parts) => {
      const only = mutateLegs(parts, (leg) => ({
        ...leg,
        attempts: leg.attempts.slice(-1),
      }))
      return {
        ...only,
        outbox: {
          ...only.outbox,
          signReplacement: async (order) => {
            const leg = await parts.outbox.readLeg(order.leg.id)
            return parts.outbox.signReplacement({
              ...order,
              leg: leg ?? order.leg,
            })
          },
        },
      }
    },
    needs: 'spikes',
  },
  {
    name: 'final-at-depth-0',
    says: 'A payment counts as done as soon as it is in a block.',
    breakWorker: (parts) => mutateLegs(parts, (leg) => ({ ...leg, depth: 1 })),
    needs: 'storm',
  },
  {
    name: 'skip-genesis-check',
    says: 'Any chain behind the address is taken for the one that was signed for.',
    breakWorker: (parts) => ({
      ...parts,
      chain: {
        ...parts.chain,
        readIdentity: async () => {
          const { rows } = await parts.pool.query<{ chain: string }>(
            'select chain from leg limit 1',
          )
          return rows[0]?.chain ?? parts.chain.readIdentity()
        },
      },
    }),
    needs: 'other-chain',
  },
  {
    name: 'trust-process-clock',
    says: 'Deadlines are measured by the clock of the process.',
    breakWorker: (parts) => ({
      ...parts,
      chain: {
        ...parts.chain,
        readHead: async () => ({
          ...(await parts.chain.readHead()),
          timestampUnixSeconds: Math.floor(Date.now() / 1_000),
        }),
      },
    }),
    needs: 'skew',
  },
  {
    name: 'drop-unique-index',
    says: 'The database takes a nonce twice.',
    breakDatabase: 'drop index leg_nonce',
  },
  {
    name: 'consume-approval-twice',
    says: 'One approval pays for the same step under two names.',
    breakDatabase:
      'alter table leg drop constraint leg_plan_hash_step_id_call_index_key',
    breakClient: (sql) =>
      sql.replace(
        'where id = $1 or (plan_hash = $2 and step_id = $3 and call_index = $4)',
        'where id = $1 and ($2::bytea, $3::text, $4::int) is not null',
      ),
  },
  {
    name: 'ignore-fee-cap',
    says: 'Fees may be a thousand times what was approved.',
    breakWorker: (parts) => {
      const loose = mutateLegs(parts, (leg) => ({
        ...leg,
        maxFeeCapWei: leg.maxFeeCapWei * 1_000n,
      }))
      return {
        ...loose,
        outbox: {
          ...loose.outbox,
          signNext: (order) =>
            parts.outbox.signNext({
              ...order,
              getFees: (capWei) => order.getFees(capWei * 1_000n),
            }),
        },
      }
    },
    needs: 'spikes',
  },
  {
    name: 'one-node-is-enough',
    says: 'The second node is not asked whether it has the block.',
    breakWorker: (parts) => ({ ...parts, chain: parts.chainWithoutWitness }),
  },
]
