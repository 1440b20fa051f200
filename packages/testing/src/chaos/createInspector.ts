/**
 * One file because it is one list: the invariants of the outbox, each a check
 * against the database and the chain.
 */
import type { LegState } from '@behest/journal'
import type { Address, Hex } from '@behest/spec'
import type pg from 'pg'
import { hexToBigInt, numberToHex, parseTransaction } from 'viem'
import type { ChaosChain } from './createChaosChain.js'
import type { SeenRaw } from './createRpcProxy.js'
import type { ExpectedLeg } from './payments.js'

/** A rule that did not hold. */
export type Violation = {
  readonly invariant: string
  readonly what: string
}

/** Looks at database and chain for broken rules. */
export type Inspector = {
  readonly expect: (legs: readonly ExpectedLeg[]) => void
  /** Checks I2 before the node is handed these bytes. */
  readonly onRaw: (seen: SeenRaw) => Promise<void>
  /**
   * Checks everything that can be checked while the work goes on. What every payment
   * did on the chain costs a question for each of them: `sometimes` looks once a
   * second, and less often where that would take the machine from the workers.
   */
  readonly inspect: (effects: 'now' | 'sometimes') => Promise<void>
  /** Checks what must hold when everything is settled, to the wei. */
  readonly audit: () => Promise<void>
  readonly report: (violation: Violation) => void
  readonly violations: readonly Violation[]
  /** Mined legs whose block was taken back after it was written down. */
  readonly takenBack: () => number
  readonly countEffects: () => Promise<{
    readonly doubled: number
    readonly lost: number
  }>
}

const settled: readonly LegState[] = [
  'FINAL',
  'REVERTED',
  'CANCELLED',
  'FOREIGN_NONCE',
  'CHAIN_GONE',
]

/** Every arrow that a leg may take while nobody else uses its account. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  QUEUED: ['SIGNED', 'CANCELLED'],
  SIGNED: ['SENT', 'CANCELLING', 'MINED'],
  SENT: ['CANCELLING', 'MINED'],
  CANCELLING: ['CANCELLING', 'MINED'],
  MINED: ['SENT', 'CANCELLING', 'FINAL', 'REVERTED', 'CANCELLED'],
}

const overlap = 300

type LegStateRow = {
  id: string
  state: LegState
  sender: Buffer
  nonce: string | null
  block_number: string | null
  block_hash: Buffer | null
  value_wei: string
  gas_wei: string
  kind: string | null
}

/**
 * Creates the inspector of one round.
 *
 * @param options.pool - On the round's database, past every fault.
 * @param options.senders - Accounts of the round, with nonce and balance at its
 *   start, in wei.
 */
export function createInspector(options: {
  readonly pool: pg.Pool
  readonly chain: ChaosChain
  readonly depth: number
  /** Whether the chain is exchanged for another one, and back, on purpose. */
  readonly isOtherChainExpected: () => boolean
  readonly senders: readonly {
    readonly address: Address
    readonly nonce: number
    readonly balanceWei: bigint
  }[]
}): Inspector {
  const { pool, chain, depth, senders } = options
  const violations: Violation[] = []
  const told = new Set<string>()
  const expected = new Map<string, ExpectedLeg>()
  const seenChanges = new Set<string>()
  const seenAttempts = new Map<string, bigint>()
  const bestFees = new Map<string, { max: bigint; tip: bigint }>()
  let lastChange = 0n
  let lastAttempt = 0n
  let takenBack = 0
  let effectsDueAtMs = 0

  const report = (violation: Violation) => {
    const key = `${violation.invariant} ${violation.what}`
    if (told.has(key)) return
    told.add(key)
    violations.push(violation)
  }
  const broken = (invariant: string, what: string) =>
    report({ invariant, what })

  async function inspectChanges(): Promise<void> {
    type Row = {
      id: string
      at_ms: number
      leg_id: string
      from_state: string
      to_state: LegState
      from_nonce: string | null
      to_nonce: string | null
      block_number: string | null
      is_previous_final: boolean
      has_lock: boolean
    }
    // Rows become visible in the order of commits, not of their ids.
    const { rows } = await pool.query<Row>(
      `select *, (extract(epoch from at) * 1000)::float8 as at_ms
       from chaos_history where id > $1 order by id`,
      [(lastChange - BigInt(overlap)).toString()],
    )
    // Asked for after the rows, and not while a block is being made.
    const newest = await chain.hold(async () => chain.getNewestTimestamp())
    for (const row of rows) {
      if (seenChanges.has(row.id)) continue
      seenChanges.add(row.id)
      if (BigInt(row.id) > lastChange) lastChange = BigInt(row.id)
      const name = `leg ${row.leg_id.slice(0, 10)}`
      const leg = expected.get(row.leg_id)
      if (row.from_nonce !== null && row.from_nonce !== row.to_nonce)
        broken('I1', `${name}: nonce ${row.from_nonce} became ${row.to_nonce}`)
      const isMove = row.from_state !== row.to_state
      const isAside =
        (row.to_state === 'CHAIN_GONE' && row.from_state !== 'QUEUED') ||
        (row.from_state === 'CHAIN_GONE' && row.to_state === 'SENT')
      if (
        isMove &&
        !arrows[row.from_state]?.includes(row.to_state) &&
        !(isAside && options.isOtherChainExpected())
      )
        broken('I4', `${name}: ${row.from_state} became ${row.to_state}`)
      if (row.from_nonce === null && row.to_nonce !== null) {
        if (!row.has_lock) broken('I7', `${name}: signed without the lock`)
        if (!row.is_previous_final)
          broken('I9', `${name}: signed before the step before it was final`)
      }
      const isTakenBack =
        row.from_state === 'MINED' &&
        (row.to_state === 'SENT' || row.to_state === 'CANCELLING')
      if (isTakenBack) takenBack++
      if (
        row.from_state !== 'QUEUED' &&
        ['FINAL', 'REVERTED', 'CANCELLED'].includes(row.to_state)
      ) {
        const highest = chain.getHighestBlockAt(row.at_ms)
        const top = Number(row.block_number ?? Number.NaN) + depth - 1
        if (!(top <= highest))
          broken(
            'I12',
            `${name}: ${row.to_state} at block ${row.block_number ?? 'none'} under head ${highest}`,
          )
      }
      const gaveUp =
        (row.from_state === 'QUEUED' &&
          row.to_state === 'CANCELLED' &&
          row.is_previous_final) ||
        row.to_state === 'CANCELLING'
      if (
        gaveUp &&
        leg !== undefined &&
        leg.order.deadlineUnixSeconds >= newest
      )
        broken('I10', `${name}: given up before its deadline`)
    }
  }

  async function inspectAttempts(): Promise<void> {
    type Row = {
      position: string
      hash: Buffer
      leg_id: string
      kind: string
      raw: Buffer
      leg_nonce: string | null
    }
    const { rows } = await pool.query<Row>(
      `select attempt.position, attempt.hash, attempt.leg_id, attempt.kind,
        attempt.raw, leg.nonce as leg_nonce
       from attempt join leg on leg.id = attempt.leg_id
       where attempt.position > $1 order by attempt.position`,
      [(lastAttempt - BigInt(overlap)).toString()],
    )
    for (const row of rows) {
      const hash = row.hash.toString('hex')
      if (seenAttempts.has(hash)) continue
      seenAttempts.set(hash, BigInt(row.position))
      if (BigInt(row.position) > lastAttempt) lastAttempt = BigInt(row.position)
      const leg = expected.get(row.leg_id)?.order
      if (leg === undefined) continue
      const name = `leg ${row.leg_id.slice(0, 10)}`
      const signed = parseTransaction(`0x02${row.raw.toString('hex').slice(2)}`)
      const max = signed.maxFeePerGas ?? 0n
      const tip = signed.maxPriorityFeePerGas ?? 0n
      if (String(signed.nonce ?? 0) !== row.leg_nonce)
        broken(
          'I1',
          `${name}: signed with nonce ${signed.nonce ?? 0}, holds ${row.leg_nonce}`,
        )
      const isSame =
        signed.to?.toLowerCase() === leg.to.toLowerCase() &&
        (signed.value ?? 0n) === leg.valueWei &&
        (signed.data ?? '0x') === leg.data
      const isEmpty =
        signed.to?.toLowerCase() === leg.account.toLowerCase() &&
        (signed.value ?? 0n) === 0n &&
        (signed.data ?? '0x') === '0x'
      if (row.kind === 'cancel' ? !isEmpty : !isSame)
        broken('I3', `${name}: another call was signed`)
      if (max > leg.maxFeePerGasWei)
        broken('I3', `${name}: fee of ${max} wei, cap ${leg.maxFeePerGasWei}`)
      const before = bestFees.get(row.leg_id)
      if (before !== undefined && (max <= before.max || tip <= before.tip))
        broken('I3', `${name}: a replacement that pays no more`)
      bestFees.set(row.leg_id, { max, tip })
    }
  }

  async function inspectNonces(): Promise<void> {
    const { rows } = await pool.query<{
      sender: Buffer
      next_nonce: string
      given: number
      distinct_given: number
      halted: string | null
    }>(
      `select sender.address as sender, sender.next_nonce, sender.halted,
        count(leg.nonce)::int as given,
        count(distinct leg.nonce)::int as distinct_given
       from sender left join leg on leg.chain = sender.chain
        and leg.sender = sender.address
       group by sender.chain, sender.address, sender.next_nonce, sender.halted`,
    )
    for (const row of rows) {
      const address = `0x${row.sender.toString('hex')}`
      const first = senders.find(
        (one) => one.address.toLowerCase() === address,
      )?.nonce
      if (row.distinct_given !== row.given)
        broken('I1', `${address}: a nonce was given twice`)
      if (first !== undefined && Number(row.next_nonce) !== first + row.given)
        broken(
          'I6',
          `${address}: next nonce ${row.next_nonce}, ${row.given} given from ${first} on`,
        )
      if (row.halted !== null) broken('halted', `${address}: ${row.halted}`)
    }
  }

  const readLegs = async () =>
    (
      await pool.query<LegStateRow>(
        `select leg.id, leg.state, leg.sender, leg.nonce, leg.value_wei,
          attempt.block_number, attempt.block_hash, attempt.kind,
          coalesce(attempt.gas_used * attempt.gas_price_wei, 0) as gas_wei
         from leg left join attempt on attempt.leg_id = leg.id
          and attempt.block_hash is not null order by leg.position`,
      )
    ).rows

  /** Effects on the chain, as often as each of them happened. */
  async function readEffects(
    legs: readonly ExpectedLeg[],
  ): Promise<ReadonlyMap<string, number>> {
    const paying = legs.flatMap(({ order, effect }) =>
      effect.type === 'pays' ? [{ legId: order.legId, ...effect }] : [],
    )
    const trading = legs.flatMap(({ order, effect }) =>
      effect.type === 'trades' ? [{ legId: order.legId, ...effect }] : [],
    )
    const answers = await chain.requestAll<Hex>([
      ...paying.map(({ to }) => ({
        method: 'eth_getBalance',
        params: [to, 'latest'],
      })),
      ...trading.map(({ to, got }) => ({
        method: 'eth_call',
        params: [
          { to: got, data: `0x70a08231${to.slice(2).padStart(64, '0')}` },
          'latest',
        ],
      })),
    ])
    const effects = new Map<string, number>()
    for (const [index, { legId, valueWei }] of paying.entries()) {
      const balanceWei = hexToBigInt(answers[index] ?? '0x0')
      effects.set(legId, Number(balanceWei / valueWei))
      if (balanceWei % valueWei !== 0n)
        broken('I5', `leg ${legId.slice(0, 10)}: an odd amount arrived`)
    }
    for (const [index, { legId }] of trading.entries())
      effects.set(
        legId,
        hexToBigInt(answers[paying.length + index] ?? '0x0') > 0n ? 1 : 0,
      )
    return effects
  }

  async function inspectEffects(): Promise<void> {
    // The database first: what it calls final then must be there now.
    const rows = await readLegs()
    const legs = [...expected.values()]
    const { effects, hashes } = await chain.hold(async () => {
      const finals = rows.filter(({ block_hash }) => block_hash !== null)
      const blocks = await chain.requestAll<{ hash: Hex } | null>(
        finals
          .filter(({ state }) => state === 'FINAL')
          .map(({ block_number }) => ({
            method: 'eth_getBlockByNumber',
            params: [numberToHex(Number(block_number)), false],
          })),
      )
      return {
        effects: await readEffects(legs),
        hashes: blocks.map((block) => block?.hash),
      }
    })
    const finals = rows.filter(
      ({ state, block_hash }) => state === 'FINAL' && block_hash !== null,
    )
    for (const [index, { id, block_hash }] of finals.entries())
      if (hashes[index] !== `0x${block_hash?.toString('hex')}`)
        broken(
          'I4',
          `leg ${id.slice(0, 10)}: FINAL in a block that is not there`,
        )
    for (const { id, state } of rows) {
      const leg = expected.get(id)
      if (leg === undefined) {
        broken('I8', `leg ${id.slice(0, 10)}: nobody asked for it`)
        continue
      }
      const count = effects.get(id)
      if (count === undefined) continue
      if (count > 1)
        broken('I5', `leg ${id.slice(0, 10)}: happened ${count} times`)
      if (state === 'CHAIN_GONE' && options.isOtherChainExpected()) continue
      const must =
        state === 'FINAL' ? 1 : settled.includes(state) ? 0 : undefined
      if (must !== undefined && count !== must)
        broken(
          'I5',
          `leg ${id.slice(0, 10)}: ${state}, happened ${count} times`,
        )
    }
  }

  /** What is there without a row: a payment outside the outbox. */
  async function auditBalances(): Promise<void> {
    const rows = await readLegs()
    for (const sender of senders) {
      const own = rows.filter(
        (row) =>
          `0x${row.sender.toString('hex')}` === sender.address.toLowerCase(),
      )
      const spentWei = own.reduce(
        (sum, row) =>
          sum +
          BigInt(row.gas_wei) +
          (row.state === 'FINAL' ? BigInt(row.value_wei) : 0n),
        0n,
      )
      const [balance, nonce] = await chain.requestAll<Hex>([
        { method: 'eth_getBalance', params: [sender.address, 'latest'] },
        {
          method: 'eth_getTransactionCount',
          params: [sender.address, 'latest'],
        },
      ])
      const balanceWei = hexToBigInt(balance ?? '0x0')
      if (balanceWei !== sender.balanceWei - spentWei)
        broken(
          'I5',
          `${sender.address}: ${sender.balanceWei - spentWei - balanceWei} wei are missing`,
        )
      const used = rows.filter(
        (row) =>
          row.nonce !== null &&
          `0x${row.sender.toString('hex')}` === sender.address.toLowerCase(),
      ).length
      if (Number(hexToBigInt(nonce ?? '0x0')) !== sender.nonce + used)
        broken(
          'I6',
          `${sender.address}: ${Number(nonce)} nonces used, ${used} given`,
        )
    }
  }

  async function auditTokens(): Promise<void> {
    const rows = await readLegs()
    const states = new Map(rows.map(({ id, state }) => [id, state]))
    for (const { order, effect } of expected.values()) {
      if (effect.type !== 'trades') continue
      const [allowance] = await chain.requestAll<Hex>([
        {
          method: 'eth_call',
          params: [
            {
              to: effect.token,
              data: `0xdd62ed3e${order.account.slice(2).padStart(64, '0')}${order.to.slice(2).padStart(64, '0')}`,
            },
            'latest',
          ],
        },
      ])
      const left = hexToBigInt(allowance ?? '0x0')
      if (states.get(order.legId) === 'FINAL' && left !== 0n)
        broken('I9', `${order.account}: an allowance of ${left} is left over`)
    }
  }

  /** The guards of the database itself: a wrong program must not get past them. */
  async function auditGuards(): Promise<void> {
    const { rows } = await pool.query<{ id: string; other: string }>(
      `select min(id) as id, max(id) as other from leg where nonce is not null
       group by chain, sender having count(*) > 1 limit 1`,
    )
    const pair = rows[0]
    if (pair === undefined) return
    const client = await pool.connect()
    try {
      await client.query('begin')
      await client.query(
        'update leg set nonce = (select nonce from leg where id = $2) where id = $1',
        [pair.id, pair.other],
      )
      broken('I1', 'the database takes one nonce for two legs')
    } catch (error) {
      if ((error as { code?: string }).code !== '23505') throw error
    } finally {
      await client.query('rollback')
      client.release()
    }
  }

  return {
    violations,
    report,
    takenBack: () => takenBack,
    expect: (legs) => {
      for (const leg of legs) expected.set(leg.order.legId, leg)
    },
    onRaw: async ({ hash, raw }) => {
      chain.rememberRaw(hash, raw)
      const { rowCount } = await retry(() =>
        pool.query('select 1 from attempt where hash = $1', [
          Buffer.from(hash.slice(2), 'hex'),
        ]),
      )
      if (rowCount !== 1)
        broken(
          'I2',
          `transaction ${hash.slice(0, 10)} was offered before it was stored`,
        )
    },
    inspect: async (effects) => {
      await inspectChanges()
      await inspectAttempts()
      await inspectNonces()
      if (effects === 'sometimes' && performance.now() < effectsDueAtMs) return
      const startedAtMs = performance.now()
      await inspectEffects()
      const endedAtMs = performance.now()
      effectsDueAtMs =
        endedAtMs + Math.max(1_000, 4 * (endedAtMs - startedAtMs))
    },
    audit: async () => {
      await auditBalances()
      await auditTokens()
      await auditGuards()
    },
    countEffects: async () => {
      const effects = await readEffects([...expected.values()])
      const states = new Map(
        (await readLegs()).map(({ id, state }) => [id, state]),
      )
      let doubled = 0
      let lost = 0
      for (const [id, count] of effects) {
        const state = states.get(id)
        if (count > 1) doubled++
        const isDone = state !== undefined && settled.includes(state)
        if (!isDone || (state === 'FINAL' && count === 0)) lost++
      }
      return { doubled, lost }
    },
  }
}

/** The database is killed now and then: a look at it is tried again. */
export async function retry<Result>(
  work: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++)
    try {
      return await work()
    } catch (error) {
      if (tries >= 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
}
