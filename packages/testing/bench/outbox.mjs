// `npm run bench -- outbox`: payments through the outbox on the local chain, every commit
// flushed to the disk, beside plain sends of the same payments with nothing written down.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { devnetAccounts, start } from '@behest/devnet'
import {
  createChainClient,
  createLegSigner,
  createOutboxChain,
  toLocalDeployment,
} from '@behest/evm'
import {
  createOutbox,
  createOutboxWorker,
  createPool,
  createSender,
  journalSchema,
  runMigrations,
  startPostgres,
} from '@behest/journal'
import { keccak256, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

const payments = Number(process.argv[2] ?? 400)
const runs = 3
const accountsUsed = [1, 8]
/** Payments that are under way at once, for all accounts together. */
const atOnce = 64

const folder = mkdtempSync(join(tmpdir(), 'behest-bench-outbox-'))
const [devnet, server] = await Promise.all([
  start(),
  startPostgres({ dataFolder: folder, idleStopSeconds: 5 }),
])
const deployment = toLocalDeployment(devnet.addresses)
const client = createChainClient({ rpcUrl: devnet.url, deployment })
const pool = createPool({ connection: server.connection, max: 10 })
const target = '0x00000000000000000000000000000000000000b2'
let plans = 0

try {
  await runMigrations(pool, journalSchema)
  const { rows } = await pool.query('show fsync')
  const flushMs = await measureFlush()
  console.log(
    `${cpus()[0]?.model}, ${cpus().length} processors, load ${loadavg()[0].toFixed(1)}; fsync ${rows[0].fsync}, one commit ${flushMs.toFixed(1)} ms`,
  )
  const results = []
  for (const accounts of accountsUsed) {
    const senders = devnetAccounts.slice(1, 1 + accounts).map((account) => {
      const signer = privateKeyToAccount(account.privateKey)
      return { address: account.address, account: signer }
    })
    for (const [way, run] of [
      ['plain sends', sendPlain],
      ['outbox', sendByOutbox],
    ]) {
      const measured = []
      for (let n = 0; n < runs; n++) measured.push(await run(senders))
      measured.sort((a, b) => a.perSecond - b.perSecond)
      const middle = measured[Math.floor(runs / 2)]
      results.push({ way, accounts, payments, ...middle })
      console.log(
        `${way.padEnd(12)} ${String(accounts).padStart(2)} account(s): ${middle.perSecond.toFixed(0).padStart(5)} payments/s, p50 ${middle.p50Ms.toFixed(0)} ms, p99 ${middle.p99Ms.toFixed(0)} ms`,
      )
    }
  }
  console.log(JSON.stringify({ load: loadavg()[0], flushMs, results }))
} finally {
  await pool.end()
  await server.stop()
  await devnet.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** Runs all payments, so many at once, and measures. */
async function measure(senders, pay) {
  const times = []
  let next = 0
  const startedMs = performance.now()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (;;) {
        const n = next++
        if (n >= payments) return
        const beganMs = performance.now()
        await pay(senders[n % senders.length])
        times.push(performance.now() - beganMs)
      }
    }),
  )
  const tookMs = performance.now() - startedMs
  times.sort((a, b) => a - b)
  return {
    perSecond: (payments / tookMs) * 1_000,
    p50Ms: times[Math.floor(times.length / 2)],
    p99Ms: times[Math.floor(times.length * 0.99)],
  }
}

/** The floor: a counter in memory, one broadcast, and the receipt. */
async function sendPlain(senders) {
  const nonces = new Map()
  for (const { address } of senders)
    nonces.set(
      address,
      await client.getTransactionCount({ address, blockTag: 'pending' }),
    )
  return measure(senders, async ({ address, account }) => {
    const nonce = nonces.get(address)
    nonces.set(address, nonce + 1)
    const raw = await account.signTransaction({
      chainId: deployment.chainId,
      type: 'eip1559',
      to: target,
      value: 1n,
      gas: 21_000n,
      nonce,
      maxFeePerGas: 20_000_000_000n,
      maxPriorityFeePerGas: 1_000_000_000n,
    })
    const hash = await client.request({
      method: 'eth_sendRawTransaction',
      params: [raw],
    })
    for (;;) {
      const receipt = await client.request({
        method: 'eth_getTransactionReceipt',
        params: [hash],
      })
      if (receipt !== null) return
      await sleep(5)
    }
  })
}

/** The product's way: approval, leg, nonce and bytes are stored before they are used. */
async function sendByOutbox(senders) {
  const outbox = createOutbox({ pool })
  const signers = new Map(
    senders.map(({ address, account }) => [
      address.toLowerCase(),
      createLegSigner({ account, chainId: deployment.chainId }),
    ]),
  )
  const worker = await createOutboxWorker({
    outbox,
    pool,
    chain: createOutboxChain({ client, deployment }),
    sign: (transaction) =>
      signers.get(transaction.from.toLowerCase()).sign(transaction),
  })
  const sender = createSender({ outbox, workers: [worker] })
  const head = await client.getBlock()
  try {
    return await measure(senders, async ({ address }) => {
      const n = ++plans
      const planHash = keccak256(toHex(`plan ${n}`))
      const intentId = `intent ${n}`
      await pool.query(
        `insert into approval (plan_hash, intent_id, by) values ($1, $2, '\\x00')`,
        [Buffer.from(planHash.slice(2), 'hex'), intentId],
      )
      const result = await sender.carryOut(
        {
          legId: keccak256(toHex(`leg ${n}`)),
          intentId,
          planHash,
          stepId: 's1',
          callIndex: 0,
          chainId: deployment.chainId,
          account: address,
          to: target,
          valueWei: 1n,
          data: '0x',
          gasLimit: 21_000n,
          maxFeePerGasWei: 100_000_000_000n,
          deadlineUnixSeconds: Number(head.timestamp) + 86_400,
        },
        { waitMs: 60_000 },
      )
      if (result.type !== 'succeeded')
        throw new TypeError(`a payment ended as ${result.type}`)
    })
  } finally {
    await worker.stop()
  }
}

/** What the disk asks for one commit, in ms. */
async function measureFlush() {
  const times = []
  for (let n = 0; n < 50; n++) {
    const beganMs = performance.now()
    await pool.query('insert into halt (scope, reason) values ($1, $2)', [
      `bench:${n}`,
      'a commit',
    ])
    times.push(performance.now() - beganMs)
  }
  await pool.query(`delete from halt where scope like 'bench:%'`)
  return times.sort((a, b) => a - b)[25]
}
