/**
 * A worker of the chaos harness, in a process of its own so that SIGKILL is real.
 * It loads first and waits: its first line on stdin says what to do, and the end
 * of stdin ends it, so that it never outlives the harness.
 */
import { createInterface } from 'node:readline'
import {
  createChainClient,
  createLegSigner,
  createOutboxChain,
  toLocalDeployment,
} from '@behest/evm'
import {
  createFaultPoint,
  createOutbox,
  createOutboxWorker,
  createPool,
  type FaultPoint,
} from '@behest/journal'
import type { Address, Hex } from '@behest/spec'
import { privateKeyToAccount } from 'viem/accounts'
import type { ChaosWorkerOrder } from '../chaosWorkerOrder.js'
import { mutants, type WorkerParts } from '../mutants.js'

const say = (line: object) =>
  process.stdout.write(
    `${JSON.stringify(line, (_, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    )}\n`,
  )

process.stdout.on('error', () => process.exit(1))
const lines = createInterface({ input: process.stdin })
lines.once('line', (line) => {
  start(JSON.parse(line) as ChaosWorkerOrder).catch((error: unknown) => {
    say({ type: 'crashed', reason: toReason(error) })
    process.exit(1)
  })
})
/** Until the faults are over, this process ends itself at one moment. */
let endAt: FaultPoint = () => {}
lines.on('line', (line) => {
  if (line === 'calm') endAt = () => {}
})
lines.once('close', () => process.exit(0))
say({ type: 'loaded' })

async function start(order: ChaosWorkerOrder): Promise<void> {
  shiftClock(order.clockSkewMs)
  endAt = createFaultPoint(order.faultAt)
  let hasActed = false
  const deployment = {
    ...toLocalDeployment(order.addresses),
    finalityDepth: order.depth,
  }
  const signers = new Map(
    order.privateKeys.map((key) => {
      const signer = createLegSigner({
        account: privateKeyToAccount(key as Hex),
        chainId: deployment.chainId,
      })
      return [signer.address.toLowerCase(), signer] as const
    }),
  )
  const toClient = (rpcUrl: string) =>
    createChainClient({ rpcUrl, deployment, timeoutMs: 2_500 })
  const client = toClient(order.rpcUrl)
  const pool = createPool({ connection: order.databaseUrl, max: 6 })
  const whole: WorkerParts = {
    pool,
    outbox: createOutbox({ pool }),
    chain: createOutboxChain({
      client,
      deployment,
      witness: toClient(order.witnessUrl),
    }),
    chainWithoutWitness: createOutboxChain({ client, deployment }),
    sign: async (transaction) => {
      const signer = signers.get(transaction.from.toLowerCase())
      if (signer === undefined) throw new TypeError('No key for this sender.')
      return signer.sign(transaction)
    },
  }
  const mutant = mutants.find(({ name }) => name === order.mutant)
  const parts = mutant?.breakWorker?.(whole) ?? whole
  const { outbox, chain, sign } = parts
  // A worker that cannot start yet is started again, as a supervisor would.
  for (;;)
    try {
      await createOutboxWorker({
        outbox,
        pool,
        chain,
        sign,
        offerTimeoutMs: 1_500,
        canSign: (address: Address) => signers.has(address.toLowerCase()),
        faultPoint: (name) => endAt(name),
        onEvent: (event) => {
          if ('legId' in event || 'hash' in event) {
            if (!hasActed) say({ type: 'acted' })
            hasActed = true
          }
          if (event.type === 'failed')
            say({ type: 'failed', reason: toReason(event.error) })
          else if (event.type === 'halted' || event.type === 'chain-changed')
            say(event)
        },
      })
      break
    } catch (error) {
      say({ type: 'failed', reason: toReason(error) })
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  say({ type: 'ready' })
}

/** Sets this process's clock wrong; timers keep their pace. */
function shiftClock(skewMs: number): void {
  if (skewMs === 0) return
  const RealDate = Date
  const shifted = class extends RealDate {
    constructor(...values: [] | [number | string]) {
      if (values.length === 0) super(RealDate.now() + skewMs)
      else super(values[0])
    }
    static override now = () => RealDate.now() + skewMs
  }
  globalThis.Date = shifted as DateConstructor
}

function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: unknown }
  return `${typeof code === 'string' ? code : error.name}: ${error.message.slice(0, 160)}`
}
