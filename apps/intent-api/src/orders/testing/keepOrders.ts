/**
 * Keeps orders until it is killed: the victim of the crash test. Chain time is a
 * row; an intent of a run is a row, and making one is the effect that must
 * happen once. Arguments: database URL, name, how wrong its clock is in ms.
 */
import { createOrderStore, createPool } from '@behest/journal'
import {
  BehestError,
  type ChainPort,
  type IntentRecord,
  type OrderRunLink,
} from '@behest/spec'
import { createOrderKeeper } from '../createOrderKeeper.js'

const [databaseUrl = '', owner = '', skew = '0'] = process.argv.slice(2)
const realNow = Date.now
Date.now = () => realNow() + Number(skew)
const pool = createPool({ connection: databaseUrl })

class IntentMissingError extends BehestError {
  readonly code = 'INTENT_NOT_FOUND'
  readonly retry = 'never'

  constructor(facts: { intentId: string }) {
    super(`There is no intent ${facts.intentId}. Make it first.`, { facts })
  }
}

const chain = {
  readHead: async () => {
    const { rows } = await pool.query<{ unix: string }>(
      'select unix from chain_time',
    )
    return {
      number: 1n,
      hash: `0x${'0'.repeat(64)}`,
      timestampUnixSeconds: Number(rows[0]?.unix ?? 0),
      baseFeePerGasWei: 0n,
    }
  },
} as unknown as ChainPort // only its time is asked for

const engine = {
  startRun: async ({ id, run }: { id: string; run: OrderRunLink }) => {
    await pool.query(
      `with made as (
        insert into fake_intent (id) values ($1) on conflict do nothing returning id)
       insert into effect (order_id, period) select $2, $3 from made`,
      [id, run.orderId, run.period],
    )
    return { record: { id } as IntentRecord, created: true }
  },
  get: async (id: string) => {
    const { rows } = await pool.query<{ is_done: boolean }>(
      `select made_at < now() - interval '60 milliseconds' as is_done
       from fake_intent where id = $1`,
      [id],
    )
    if (!rows[0]) throw new IntentMissingError({ intentId: id })
    return {
      id,
      status: rows[0].is_done ? 'done' : 'running',
      artifacts: { receipt: { receipt: { outcome: 'MET' } } },
    } as unknown as IntentRecord // as far as the keeper looks
  },
  cancel: async () => ({}) as IntentRecord,
}

createOrderKeeper({
  store: createOrderStore({ pool }),
  engine,
  chain,
  owner,
  wake: () => {},
  pollEveryMs: 20,
  leaseSeconds: 1,
  onError: (error) => console.error(owner, String(error)),
})
console.log('keeping')
setInterval(() => {}, 1000)
