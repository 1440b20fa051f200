/**
 * Sells quotes until it is killed, by itself if it is told where: a victim of the
 * crash tests. Argument: its setup as JSON. Says where it is, and each quote that
 * it makes.
 */
import { once } from 'node:events'
import { createPool, createReservationStore } from '@behest/journal'
import {
  createFacilitatorClient,
  createFileReservations,
  createPaymentReservations,
  defineAgent,
  type PaymentReservations,
  type QuotePrice,
  serveAgent,
} from '@behest/sdk'
import { privateKeyToAccount } from 'viem/accounts'

/** How a seller of the crash tests is set up. */
export type SellerSetup = {
  readonly price: Omit<QuotePrice, 'units'> & { readonly units: string }
  readonly facilitatorUrl: string
  readonly sellerKey: `0x${string}`
  readonly store:
    | { readonly type: 'database'; readonly url: string }
    | { readonly type: 'files'; readonly folder: string }
    | { readonly type: 'memory' }
  readonly killAt?: SellerMoment
  /** `when-told` makes a quote once something comes on its standard input. */
  readonly work: 'at-once' | 'when-told'
}
/** After which step it is killed. */
export type SellerMoment = 'reserve' | 'unsettled' | 'settle' | 'answered'

const setup = JSON.parse(process.argv[2] ?? '') as SellerSetup
const passed = (moment: string): void => {
  if (moment === setup.killAt) process.kill(process.pid, 'SIGKILL')
}

const kept = open()
const facilitator = createFacilitatorClient({
  url: setup.facilitatorUrl,
  settleTimeoutMs: 5_000,
})
const agent = defineAgent({
  name: 'paid',
  version: '1.0.0',
  summary: 'Sends the native coin, for a cent.',
  chainIds: [setup.price.chainId],
  serves: ['transfer'],
  limits: { spenders: [], maxValidForSeconds: 300 },
  pricePerQuote: { ...setup.price, units: BigInt(setup.price.units) },
  async quote({ amount, to }) {
    if (amount.type !== 'exact') return null
    console.log('quote')
    // Whoever else is asked meanwhile meets this one at work.
    if (setup.work === 'when-told') await once(process.stdin, 'data')
    return { calls: [{ to, valueWei: amount.units }] }
  },
})
const server = await serveAgent(agent, {
  signer: privateKeyToAccount(setup.sellerKey),
  // Who is killed is taken over from soon; who works slowly is not.
  reservationBusyMs: setup.work === 'when-told' ? 300_000 : 1_000,
  reservations: {
    ...kept,
    reserve: async (options) => {
      const result = await kept.reserve(options)
      if (result.type === 'reserved') passed('reserve')
      return result
    },
    move: async (options) => {
      const turn = await kept.move(options)
      passed(options.reservation.state)
      return turn
    },
  },
  facilitator: {
    verify: facilitator.verify,
    settle: async (request) => {
      const settled = await facilitator.settle(request)
      passed('settle')
      return settled
    },
  },
})
console.log(server.url)

function open(): PaymentReservations {
  switch (setup.store.type) {
    case 'database':
      return createReservationStore({
        pool: createPool({ connection: setup.store.url }),
      })
    case 'files':
      return createFileReservations({ folder: setup.store.folder })
    case 'memory':
      return createPaymentReservations()
    default:
      return setup.store satisfies never
  }
}
