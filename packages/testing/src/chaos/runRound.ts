import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { devnetAccounts } from '@behest/devnet'
import {
  createIdempotency,
  createOutbox,
  createPool,
  type DatabaseConnection,
  type EmbeddedPostgres,
  idempotencySchema,
  isSettled,
  journalSchema,
  LegConflictError,
  runMigrations,
  toConnectionString,
} from '@behest/journal'
import { BehestError, type LegOrder } from '@behest/spec'
import { type Hex, hexToBigInt, keccak256, toHex } from 'viem'
import { chaosSchema } from './chaosSchema.js'
import { type ChaosChain, createChaosChain } from './createChaosChain.js'
import { createInspector, retry, type Violation } from './createInspector.js'
import { createRandom, type Random } from './createRandom.js'
import {
  calm,
  createRpcProxy,
  type FaultRates,
  type RpcFault,
  type RpcProxy,
} from './createRpcProxy.js'
import { createWorkers } from './createWorkers.js'
import { type Mutant, rewriteStatements } from './mutants.js'
import {
  buildPaymentPlan,
  buildSupplyPlan,
  buildSwapPlan,
  capWei,
  type Plan,
} from './payments.js'

/** What a round is like. */
export type RoundOptions = {
  readonly seed: string
  /** From `bundleWorker`. */
  readonly workerFile: string
  /** A server with `fsync`, which the round kills now and then. */
  readonly server: EmbeddedPostgres
  readonly plans: number
  /** How long things go wrong at least, in ms. */
  readonly chaosMs: number
  /**
   * Goes on until there were so many faults and the round has its coverage, but
   * not past `chaosMs` × 6.
   */
  readonly leastFaults?: number
  /** Whether another chain with the same id answers for some seconds at the end. */
  readonly otherChain: 'visits' | 'never'
  /**
   * `storm`: besides the usual, two blocks in five are taken back, as deep as may be
   * without touching what is final. `outage`: processes are ended several times a
   * second, also before they have begun.
   */
  readonly weather: 'usual' | 'storm' | 'outage'
  /** How often the database is killed, per round. */
  readonly databaseKills: number
  /** How often each crash point was met in the rounds before this one. */
  readonly killsBefore: Readonly<Record<string, number>>
  /** How long the end of every payment is waited for after the faults, in ms. */
  readonly settleWithinMs: number
  readonly mutant?: Mutant
}

/** What was seen in one round. */
export type RoundReport = {
  readonly seed: string
  readonly weather: string
  readonly legs: number
  readonly states: Readonly<Record<string, number>>
  readonly faults: number
  readonly rpcFaults: Readonly<Record<RpcFault, number>>
  readonly rpcRequests: number
  readonly kills: number
  readonly killsAt: Readonly<Record<string, number>>
  readonly reorgs: number
  /** Mined, written down, and then taken back by a reorg. */
  readonly takenBack: number
  /** Broadcasts that were applied and whose answer was lost. */
  readonly appliedAndLost: number
  readonly dropped: number
  readonly feeJumps: number
  readonly clockJumps: number
  readonly databaseKills: number
  readonly asked: number
  readonly ticks: number
  readonly doubled: number
  readonly lost: number
  /** Payments without an end when the faults ended. */
  readonly openAtCalm: number
  /** Processes that wanted a processor, in the last minute of it, and processors. */
  readonly load: number
  readonly processors: number
  /** The whole round, its chain and its database included, in ms. */
  readonly tookMs: number
  /** From the end of the faults until everything was settled, in ms. */
  readonly settledMs: number
  readonly workerReadyMs: number
  /**
   * From the start of new workers, after all were ended at once, to the first thing
   * that one did for an open payment, in ms; nothing where none was open.
   */
  readonly pickedUpMs: number | undefined
  readonly violations: readonly Violation[]
  /** What workers said of failures, most frequent first. */
  readonly failures: readonly string[]
}

const depth = 4
const tickMs = 120
const trouble: FaultRates = {
  requestLost: 0.08,
  replyLost: 0.08,
  doubled: 0.04,
  tooMany: 0.03,
  unavailable: 0.03,
  delayed: 0.05,
  hung: 0.002,
  lagging: 0.07,
  wrongChain: 0.03,
  phantom: 0.02,
}
const normalBaseFeeWei = 1_000_000_000n

/** Runs payments through two workers while everything goes wrong, then audits. */
export async function runRound(options: RoundOptions): Promise<RoundReport> {
  const random = createRandom(options.seed)
  const { mutant, server } = options
  const beganAtMs = performance.now()
  const database = await createRoundDatabase(options)
  const pool = createPool({ connection: database, max: 6 })
  const chain = await createChaosChain({ depth })
  const closers: (() => Promise<unknown>)[] = [
    () => pool.end(),
    () => chain.stop(),
  ]
  try {
    const senders = await prepareSenders(chain)
    let isVisited = false
    const inspector = createInspector({
      pool,
      chain,
      depth,
      senders,
      isOtherChainExpected: () => isVisited,
    })
    const identityBlock = Number(chain.deployment.identityBlock ?? 0n)
    const toProxy = (label: string) =>
      createRpcProxy({
        targetUrl: chain.url,
        random: random.fork(label),
        getHead: chain.getHead,
        identityBlock,
        onRaw: inspector.onRaw,
      })
    const [proxy, witness] = await Promise.all([
      toProxy('node'),
      toProxy('witness'),
    ])
    closers.push(proxy.stop, witness.stop)
    proxy.rates = trouble
    witness.rates = {
      ...calm,
      requestLost: 0.05,
      replyLost: 0.05,
      delayed: 0.05,
      unavailable: 0.03,
    }

    const workers = createWorkers({
      file: options.workerFile,
      count: options.weather === 'outage' ? 6 : 4,
      mercy: options.weather === 'outage' ? 'little' : 'some',
      random: random.fork('workers'),
      killsBefore: options.killsBefore,
      faults: 'at-points',
      clockSkewsMs: [-3_600_000, 0, 3_600_000],
      order: {
        databaseUrl: toConnectionString(database),
        rpcUrl: proxy.url,
        witnessUrl: witness.url,
        addresses: chain.devnet.addresses,
        depth,
        privateKeys: senders.map(({ privateKey }) => privateKey),
        ...(mutant?.breakWorker === undefined ? {} : { mutant: mutant.name }),
      },
    })
    closers.push(workers.stop)

    const restore =
      mutant?.breakClient === undefined
        ? () => {}
        : rewriteStatements(mutant.breakClient)
    closers.push(async () => restore())

    const chaos = new AbortController()
    const counts = {
      reorgs: 0,
      dropped: 0,
      feeJumps: 0,
      clockJumps: 0,
      databaseKills: 0,
      ticks: 0,
      asked: 0,
    }
    const weather = startWeather({
      options,
      pool,
      chain,
      proxy,
      random,
      chaos: chaos.signal,
      counts,
      workers,
      server,
    })
    const client = createClient({
      pool,
      chain,
      inspector,
      random: random.fork('client'),
      counts,
    })
    const countRpcFaults = () =>
      Object.fromEntries(
        (Object.keys(calm) as RpcFault[]).map((fault) => [
          fault,
          proxy.faults[fault] + witness.faults[fault],
        ]),
      ) as Record<RpcFault, number>
    const countKills = () =>
      workers.killsAtRandom() + sum(Object.values(workers.killsAt))
    const countFaults = () => {
      const { ticks, asked, ...happened } = counts
      return (
        countKills() +
        sum(Object.values(countRpcFaults())) +
        sum(Object.values(happened))
      )
    }
    const startedAtMs = Date.now()
    const isOver = () => {
      if (mutant !== undefined && inspector.violations.length > 0) return true
      const tookMs = Date.now() - startedAtMs
      if (tookMs >= options.chaosMs * 6) return true
      if (tookMs < options.chaosMs) return false
      const { leastFaults } = options
      if (leastFaults === undefined) return true
      return (
        countFaults() >= leastFaults &&
        inspector.takenBack() > 0 &&
        proxy.appliedAndLost() > 0 &&
        Object.values(workers.killsAt).filter((kills) => kills > 0).length > 2
      )
    }
    const watching = watch(inspector, counts)
    closers.push(weather.stop, watching.stop)
    await client.ask({
      count: options.plans,
      senders,
      withinMs: options.chaosMs * 0.7,
      isOver,
      options,
    })
    while (!isOver()) await sleep(50)

    // Calm: what is left must come to its end.
    chaos.abort()
    proxy.rates = calm
    witness.rates = calm
    workers.calm()
    await weather.calm()
    let calmAtMs = Date.now()
    const openAtCalm = client.asked() - (await countSettled(pool))
    const isGivenUp = () =>
      Date.now() - calmAtMs > options.settleWithinMs ||
      (mutant !== undefined && inspector.violations.length > 0)
    /** Waits until nothing is open any more; gives how long that took, in ms. */
    const settle = async () => {
      while (!(await isAllSettled(pool, client.asked())) && !isGivenUp())
        await sleep(50)
      return Date.now() - calmAtMs
    }
    const pickedUpMs = await measurePickUp(workers, async () =>
      isAllSettled(pool, client.asked()),
    )
    let settledMs = await settle()
    if (options.otherChain === 'visits') {
      isVisited = true
      const visit = {
        chain,
        proxies: [proxy, witness],
        inspector,
        pool,
        workers,
      }
      const other = await createChaosChain({ depth })
      try {
        await weather.pause(async () => {
          await client.ask({
            count: 6,
            senders,
            withinMs: 300,
            isOver: () => false,
            options,
            kind: 'late',
          })
          await visitOtherChain({ ...visit, other })
        })
      } finally {
        await other.stop()
      }
      calmAtMs = Date.now()
      settledMs = Math.max(settledMs, await settle())
    }
    await watching.stop()
    const isDone = await isAllSettled(pool, client.asked())
    if (isDone) await retry(inspector.audit)
    else if (inspector.violations.length === 0)
      inspector.report({
        invariant: 'stuck',
        what: `not settled ${options.settleWithinMs} ms after the faults: ${await describeStuck(pool, chain)}; workers said ${[...workers.failures].slice(-3).join(', ')}`,
      })
    await weather.stop()
    const { doubled, lost } = await inspector.countEffects()
    const { ticks, asked, ...happened } = counts
    return {
      seed: options.seed,
      weather: options.weather,
      legs: client.asked(),
      states: await readStates(pool),
      faults: countFaults(),
      rpcFaults: countRpcFaults(),
      rpcRequests: proxy.requests() + witness.requests(),
      kills: countKills(),
      killsAt: workers.killsAt,
      takenBack: inspector.takenBack(),
      appliedAndLost: proxy.appliedAndLost(),
      ...happened,
      asked,
      ticks,
      doubled,
      lost,
      openAtCalm,
      load: loadavg()[0] ?? 0,
      processors: availableParallelism(),
      tookMs: Math.round(performance.now() - beganAtMs),
      settledMs,
      workerReadyMs: toMedian(workers.readyMs),
      pickedUpMs,
      violations: inspector.violations,
      failures: [...workers.failures]
        .sort((a, b) => b[1] - a[1])
        .slice(0, 8)
        .map(([reason, count]) => `${count} × ${reason}`),
    }
  } finally {
    for (const close of closers.reverse()) await close().catch(() => {})
    await dropRoundDatabase(options.server, database)
  }
}

type Counts = {
  reorgs: number
  dropped: number
  feeJumps: number
  clockJumps: number
  databaseKills: number
  ticks: number
  asked: number
}

async function createRoundDatabase(
  options: RoundOptions,
): Promise<DatabaseConnection> {
  const { server, mutant } = options
  const name = `chaos_${options.seed.replace(/[^a-z0-9]/gi, '_').toLowerCase()}`
  const admin = createPool({ connection: server.connection, max: 1 })
  try {
    await admin.query(`drop database if exists ${name} with (force)`)
    await admin.query(`create database ${name}`)
  } finally {
    await admin.end()
  }
  const connection = { ...server.connection, database: name }
  const pool = createPool({ connection, max: 1 })
  try {
    await runMigrations(pool, journalSchema)
    await runMigrations(pool, idempotencySchema)
    await pool.query(chaosSchema)
    if (mutant?.breakDatabase !== undefined)
      await pool.query(mutant.breakDatabase)
  } finally {
    await pool.end()
  }
  return connection
}

async function dropRoundDatabase(
  server: EmbeddedPostgres,
  connection: DatabaseConnection,
): Promise<void> {
  const admin = createPool({ connection: server.connection, max: 1 })
  try {
    await retry(() =>
      admin.query(
        `drop database if exists ${connection.database} with (force)`,
      ),
    )
  } finally {
    await admin.end()
  }
}

/** Accounts with known keys: each has its own line of nonces. */
async function prepareSenders(chain: ChaosChain) {
  const accounts = devnetAccounts.slice(1, 7)
  for (const { address } of accounts)
    await chain.devnet.deal({
      account: address,
      token: 'USDC',
      amountUnits: 1_000_000_000_000n,
    })
  return Promise.all(
    accounts.map(async (account) => {
      const [nonce, balance] = await chain.requestAll<Hex>([
        {
          method: 'eth_getTransactionCount',
          params: [account.address, 'latest'],
        },
        { method: 'eth_getBalance', params: [account.address, 'latest'] },
      ])
      return {
        ...account,
        nonce: Number(nonce),
        balanceWei: hexToBigInt(balance ?? '0x0'),
      }
    }),
  )
}

type Senders = Awaited<ReturnType<typeof prepareSenders>>

/**
 * Ends all workers at once and starts new ones. Gives how long it took until one of
 * them did something for an open payment, in ms.
 */
async function measurePickUp(
  workers: ReturnType<typeof createWorkers>,
  isAllDone: () => Promise<boolean>,
): Promise<number | undefined> {
  const before = workers.firstActMs.length
  await workers.replaceAll({ withinMs: 30_000 })
  while (workers.firstActMs.length === before && !(await isAllDone()))
    await sleep(20)
  const acts = workers.firstActMs.slice(before)
  return acts.length === 0 ? undefined : Math.round(Math.min(...acts))
}

/** Everything that goes wrong outside the network. */
function startWeather(world: {
  readonly options: RoundOptions
  readonly pool: ReturnType<typeof createPool>
  readonly chain: ChaosChain
  readonly proxy: RpcProxy
  readonly random: Random
  readonly chaos: AbortSignal
  readonly counts: Counts
  readonly workers: ReturnType<typeof createWorkers>
  readonly server: EmbeddedPostgres
}) {
  const { options, pool, chain, proxy, chaos, counts, workers, server } = world
  const isStorm = options.weather === 'storm'
  const random = world.random.fork('weather')
  const stopping = new AbortController()

  /** Whether something is under way that may not wait a minute. */
  const hasShortOne = () =>
    pool
      .query<{ found: boolean }>(
        `select exists (select 1 from leg where state in ('SIGNED', 'SENT')
          and deadline_unix_seconds < $1) as found`,
        [chain.getNewestTimestamp() + 55],
      )
      .then(
        ({ rows }) => rows[0]?.found === true,
        // The database is down right now.
        () => false,
      )

  let paused: Promise<unknown> = Promise.resolve()
  const miner = (async () => {
    let spikeLeft = 0
    while (!stopping.signal.aborted) {
      await sleep(random.between(100, 200))
      await paused
      await chain.mine()
      if (chaos.aborted) continue
      if (random.chance(isStorm ? 0.4 : 0.12)) {
        // Mostly aimed at a block that somebody has written a receipt of down.
        const written = random.chance(0.7)
          ? await findWrittenBlock(pool, chain)
          : undefined
        const aimed = written === undefined ? 0 : chain.getHead() - written + 1
        const { transactions } = await chain.reorg({
          depth:
            aimed > 0
              ? Math.min(aimed, depth - 1)
              : random.between(isStorm ? 2 : 1, depth - 1),
          fate: random.pick(['return', 'vanish', 'mixed']),
          random,
        })
        if (transactions > 0) counts.reorgs++
      }
      if (random.chance(0.1))
        counts.dropped += await chain.drop({ share: 0.5, random })
      // A node that stays with its lie: only the second one knows better.
      if (random.chance(0.01)) proxy.pretend(random.between(1_000, 4_000))
      if (random.chance(0.02)) {
        await chain.skipSeconds(random.between(5, 30))
        counts.clockJumps++
      }
      if (spikeLeft > 0 && --spikeLeft === 0)
        await chain.setBaseFee(normalBaseFeeWei)
      else if (spikeLeft === 0 && random.chance(0.05)) {
        // Half of them are dearer than what was approved: then the rule is to wait.
        await chain.setBaseFee(
          random.chance(0.5) ? capWei / 3n : (capWei * 3n) / 2n,
        )
        spikeLeft = random.between(4, 12)
        counts.feeJumps++
      }
      if (spikeLeft === 0 && random.chance(0.1) && (await hasShortOne())) {
        // Too dear for anybody, and then too late: those are taken back.
        await chain.setBaseFee((capWei * 3n) / 2n)
        await chain.skipSeconds(60)
        spikeLeft = random.between(8, 14)
        counts.feeJumps++
        counts.clockJumps++
      }
    }
  })()

  const killer = (async () => {
    while (!chaos.aborted) {
      await sleep(
        options.weather === 'outage'
          ? random.between(30, 150)
          : random.between(60, 300),
      )
      if (!chaos.aborted && random.chance(0.8)) workers.killOne()
    }
  })()

  const powerCuts = (async () => {
    for (let n = 0; n < options.databaseKills; n++) {
      await sleep(options.chaosMs / (options.databaseKills + 1))
      if (chaos.aborted) return
      const { processId } = server
      process.kill(processId, 'SIGKILL')
      counts.databaseKills++
      while (server.processId === processId && !stopping.signal.aborted)
        await sleep(20)
    }
  })()

  return {
    calm: async () => {
      await Promise.all([killer, powerCuts])
      await chain.setBaseFee(normalBaseFeeWei)
    },
    /** No block is made while `work` runs. */
    pause: async (work: () => Promise<unknown>) => {
      // The block that is being made right now is still made.
      const working = sleep(500).then(work)
      paused = working.catch(() => {})
      await working
    },
    stop: async () => {
      stopping.abort()
      await miner
    },
  }
}

/**
 * Finds the lowest block that may still be taken back and that a payment is written
 * down in; waits for one for a moment, while no block is made.
 */
async function findWrittenBlock(
  pool: ReturnType<typeof createPool>,
  chain: ChaosChain,
): Promise<number | undefined> {
  for (let tries = 0; tries < 30; tries++) {
    const rows = await pool
      .query<{ block: number | null }>(
        `select min(attempt.block_number)::int as block
         from leg join attempt on attempt.leg_id = leg.id
         where leg.state = 'MINED' and attempt.block_number > $1`,
        [chain.getHead() - (depth - 1)],
      )
      .then(
        (result) => result.rows,
        // The database is down right now.
        () => [],
      )
    const block = rows[0]?.block
    if (block !== undefined && block !== null) return block
    await sleep(50)
  }
  return undefined
}

/** Whoever asks for payments: more than once, and sometimes for the wrong thing. */
function createClient(world: {
  readonly pool: ReturnType<typeof createPool>
  readonly chain: ChaosChain
  readonly inspector: ReturnType<typeof createInspector>
  readonly random: Random
  readonly counts: Counts
}) {
  const { pool, chain, inspector, random, counts } = world
  const outbox = createOutbox({ pool })
  const idempotency = createIdempotency({ pool })
  let legs = 0

  async function queue(plan: Plan, identity: string): Promise<void> {
    const orders = plan.legs.map(({ order }) => order)
    inspector.expect(plan.legs)
    legs += orders.length
    await retry(() =>
      pool.query(
        `insert into approval (plan_hash, intent_id, by) values ($1, $2, '\\x00')
         on conflict do nothing`,
        [Buffer.from(plan.planHash.slice(2), 'hex'), plan.intentId],
      ),
    )
    const ask = (asked: readonly LegOrder[]) =>
      outbox.queueLegs({ chain: identity, depth, legs: asked })
    const times = random.chance(0.2) ? random.between(2, 5) : 1
    counts.asked += times
    // Together: the same plan from several callers at once is one plan.
    await Promise.all(
      Array.from({ length: times }, () => retry(() => ask(orders))),
    )
    const first = orders[0]
    if (first === undefined || !random.chance(0.15)) return
    const wrong: LegOrder = random.chance(0.5)
      ? { ...first, to: '0x00000000000000000000000000000000000000ee' }
      : { ...first, legId: keccak256(toHex(`again ${first.legId}`)) }
    counts.asked++
    await assertRefused(() => ask([wrong]), first.legId)
  }

  async function assertRefused(
    work: () => Promise<unknown>,
    legId: string,
  ): Promise<void> {
    const outcome = await retry(async () => {
      try {
        await work()
        return 'taken'
      } catch (error) {
        // Anything else is the database, which may be gone right now.
        if (error instanceof LegConflictError) return 'refused'
        throw error
      }
    })
    if (outcome === 'taken')
      inspector.report({
        invariant: 'I8',
        what: `leg ${legId.slice(0, 10)}: another one was taken under its name`,
      })
  }

  /** One key, many callers: the work is done once and all hear the same. */
  async function askWithOneKey(key: string): Promise<void> {
    let worked = 0
    const ask = (bodyHash: Hex) =>
      idempotency.answerOnce({ principal: 'p', key, bodyHash }, async () => {
        worked++
        await sleep(5)
        return { status: 201, body: `answer ${key}` }
      })
    const body = keccak256(toHex(key))
    const answers = await Promise.allSettled(
      Array.from({ length: 5 }, () => ask(body)),
    )
    const other = await ask(keccak256(toHex(`${key} other`))).then(
      () => 'taken',
      (error: unknown) =>
        BehestError.isInstance(error) ? error.code : 'database',
    )
    counts.asked += 6
    const bodies = answers.flatMap((one) =>
      one.status === 'fulfilled' ? [one.value.body] : [],
    )
    if (worked > 1 || bodies.some((one) => one !== `answer ${key}`))
      inspector.report({
        invariant: 'I8',
        what: `key ${key}: ${worked} answers`,
      })
    if (other === 'taken')
      inspector.report({ invariant: 'I8', what: `key ${key}: two bodies` })
  }

  return {
    asked: () => legs,
    ask: async (work: {
      readonly count: number
      readonly senders: Senders
      readonly withinMs: number
      readonly isOver: () => boolean
      readonly options: RoundOptions
      /** `late`: single payments that nothing stands in the way of. */
      readonly kind?: 'late'
    }) => {
      const { count, senders, options } = work
      const block = await chain.request<{ hash: Hex }>('eth_getBlockByNumber', [
        toHex(chain.deployment.identityBlock ?? 0n),
        false,
      ])
      const identity = `${chain.deployment.chainId}:${block.hash}`
      for (let n = 0; n < count && !work.isOver(); n++) {
        const sender = random.pick(senders)
        const parts = {
          name: `${options.seed}/${work.kind ?? ''}${n}`,
          deployment: chain.deployment,
          random,
          nowUnixSeconds: chain.getNewestTimestamp(),
        }
        // One real swap and one real deposit for each account, then payments.
        const own = senders[n % senders.length] ?? sender
        const units = BigInt(random.between(1_000_000, 50_000_000))
        const account = own.address
        const kind =
          work.kind === 'late' ? undefined : Math.floor(n / senders.length)
        const plan =
          kind === 1
            ? buildSwapPlan({ ...parts, account }, units)
            : kind === 3
              ? buildSupplyPlan(
                  {
                    ...parts,
                    account,
                    receiptToken:
                      chain.devnet.addresses.aaveV3.reserves.USDC.aToken,
                  },
                  units,
                )
              : buildPaymentPlan({ ...parts, account: sender.address })
        await queue(plan, identity)
        if (random.chance(0.05)) await askWithOneKey(`${options.seed}/${n}`)
        await sleep(work.withinMs / count)
      }
    },
  }
}

/** How long bytes may still be under way that were checked before, in ms. */
const graceMs = 1_500

/**
 * Puts another chain with the same id behind the address for some seconds: bytes
 * that were signed for this one must not go there.
 */
async function visitOtherChain(world: {
  readonly chain: ChaosChain
  readonly other: ChaosChain
  readonly proxies: readonly RpcProxy[]
  readonly inspector: ReturnType<typeof createInspector>
  readonly pool: ReturnType<typeof createPool>
  readonly workers: ReturnType<typeof createWorkers>
}): Promise<void> {
  const { chain, other, proxies, inspector, pool, workers } = world
  const until = Date.now() + 30_000
  const countUnsent = async () => {
    const { QUEUED = 0, SIGNED = 0 } = await readStates(pool)
    return QUEUED + SIGNED
  }
  while (Date.now() < until && (await countUnsent()) > 0) await sleep(50)
  // What was never signed would end as "not sent": a visit must cost nothing.
  if ((await countUnsent()) > 0) return
  for (const proxy of proxies) proxy.setTarget(other.url)
  const fromMs = Date.now() + graceMs
  await sleep(graceMs)
  // Those that begin now offer everything at once, if they do not look first.
  await workers.replaceAll({ withinMs: 30_000 })
  await sleep(1_000)
  for (const { hash, atMs } of proxies.flatMap(({ seen }) => seen))
    if (atMs > fromMs)
      inspector.report({
        invariant: 'genesis',
        what: `transaction ${hash.slice(0, 10)} was offered to another chain`,
      })
  for (const proxy of proxies) proxy.setTarget(chain.url)
}

function watch(inspector: ReturnType<typeof createInspector>, counts: Counts) {
  const stopping = new AbortController()
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await retry(() => inspector.inspect('sometimes'))
      counts.ticks++
      await sleep(tickMs)
    }
    await retry(() => inspector.inspect('now'))
  })()
  return {
    stop: async () => {
      stopping.abort()
      await loop
    },
  }
}

async function isAllSettled(
  pool: ReturnType<typeof createPool>,
  legs: number,
): Promise<boolean> {
  return (await countSettled(pool)) >= legs
}

async function countSettled(
  pool: ReturnType<typeof createPool>,
): Promise<number> {
  return (
    Object.entries(await readStates(pool))
      // A chain that was away for a moment is back: what it had goes on.
      .filter(
        ([state]) =>
          state !== 'CHAIN_GONE' &&
          isSettled(state as Parameters<typeof isSettled>[0]),
      )
      .reduce((total, [, count]) => total + count, 0)
  )
}

/** Says what the oldest open leg of each account waits for. */
async function describeStuck(
  pool: ReturnType<typeof createPool>,
  chain: ChaosChain,
): Promise<string> {
  const { rows } = await pool.query<{
    id: string
    sender: string
    state: string
    nonce: string | null
    answer: string | null
    attempts: number
    locks: number
  }>(
    `select distinct on (sender) id, encode(sender, 'hex') as sender, state, nonce,
      (select last_answer from attempt where leg_id = leg.id
       order by position desc limit 1) as answer,
      (select count(*)::int from attempt where leg_id = leg.id) as attempts,
      (select count(*)::int from pg_locks
       where locktype = 'advisory' and objsubid = 1) as locks
     from leg where settled_at is null order by sender, leg.nonce nulls last`,
  )
  const block = await chain.request<{ number: Hex; baseFeePerGas: Hex }>(
    'eth_getBlockByNumber',
    ['latest', false],
  )
  const lines = await Promise.all(
    rows.map(async (row) => {
      const { rows: attempts } = await pool.query<{
        hash: string
        block: string | null
        kind: string
      }>(
        `select encode(hash, 'hex') as hash, kind,
          block_number || ' ' || encode(block_hash, 'hex') as block
         from attempt where leg_id = $1 order by position`,
        [row.id],
      )
      const receipts = await Promise.all(
        attempts.map(async ({ hash, kind, block: stored }) => {
          const receipt = await chain.request<{
            blockNumber: Hex
            blockHash: Hex
          } | null>('eth_getTransactionReceipt', [`0x${hash}`])
          const there =
            receipt &&
            (await chain.request<{ hash: Hex } | null>('eth_getBlockByNumber', [
              receipt.blockNumber,
              false,
            ]))
          return `${kind} stored ${stored ?? '-'} receipt ${receipt?.blockHash ?? '-'} block ${there?.hash ?? '-'}`
        }),
      )
      const used = await chain.request<Hex>('eth_getTransactionCount', [
        `0x${row.sender}`,
        'latest',
      ])
      return `${row.sender.slice(0, 6)} ${row.state} nonce ${row.nonce ?? '-'} of ${Number(used)}, ${row.attempts} attempts, "${row.answer ?? ''}", ${receipts.join(' and ')}`
    }),
  )
  return `block ${Number(block.number)}, base fee ${Number(block.baseFeePerGas)} wei, ${rows[0]?.locks ?? 0} locks; ${lines.join('; ')}`
}

async function readStates(
  pool: ReturnType<typeof createPool>,
): Promise<Record<string, number>> {
  const { rows } = await retry(() =>
    pool.query<{ state: string; count: number }>(
      'select state, count(*)::int as count from leg group by state',
    ),
  )
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0)
}

function toMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)
}
