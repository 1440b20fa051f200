/**
 * Asks one agent for a quote and pays for it, as the engine does, until it is
 * killed, by itself if it is told where: a victim of the crash tests. Argument:
 * its setup as JSON. Says which quote it has.
 */
import { readAddresses } from '@behest/devnet'
import { createChainPort, toLocalDeployment } from '@behest/evm'
import { createPool } from '@behest/journal'
import { createA2aAgentPort, createGuardedFetch } from '@behest/sdk'
import { createSignerClient } from '@behest/signer'
import { BehestError, type Candidate, quoteRequestSchema } from '@behest/spec'
import { openPayments, type PaymentLimits } from '../openPayments.js'

/** How a payer of the crash tests is set up. */
export type PayerSetup = {
  readonly databaseUrl: string
  readonly rpcUrl: string
  readonly placeFile: string
  readonly limits: PaymentLimits
  readonly candidate: Candidate
  /** In wire form. */
  readonly request: unknown
  readonly killAt?: PayerMoment
}
/** After which step it is killed. */
export type PayerMoment =
  | 'signed'
  | 'reserved'
  | 'answered'
  | 'kept'
  | 'confirmed'

const setup = JSON.parse(process.argv[2] ?? '') as PayerSetup
const { candidate } = setup
const passed = (moment: PayerMoment): void => {
  if (moment === setup.killAt) process.kill(process.pid, 'SIGKILL')
}

const deployment = toLocalDeployment(readAddresses())
const signer = createSignerClient({
  placeFile: setup.placeFile,
  readDossier: async () => null,
  waitMs: 10_000,
})
const { payer: address } = await signer.readAddresses()
const pool = createPool({ connection: setup.databaseUrl })
const { payer } = await openPayments({
  limits: setup.limits,
  pool,
  chain: createChainPort({ rpcUrl: setup.rpcUrl, deployment }),
  deployment,
  ...(address === undefined
    ? {}
    : {
        signer: {
          address,
          signPayment: async (asked) => {
            const signed = await signer.signPayment(asked)
            passed('signed')
            return signed
          },
        },
      }),
})
if (payer === undefined) throw new RangeError('it is there to pay')
const port = createA2aAgentPort({
  fetch: createGuardedFetch({ allowedLoopbackHosts: ['127.0.0.1:*'] }),
  payer: {
    ...payer,
    pay: async (call) => {
      const payment = await payer.pay(call)
      passed('reserved')
      return payment
    },
    keepAnswer: async (payment, answer) => {
      passed('answered')
      await payer.keepAnswer(payment, answer)
      passed('kept')
    },
    confirm: async (payment, transaction) => {
      await payer.confirm(payment, transaction)
      passed('confirmed')
    },
  },
})
const asked = quoteRequestSchema.parse(setup.request)
try {
  const request =
    (await payer.recallRequest({ candidate, request: asked })) ?? asked
  const answer = await port.requestQuote({
    candidate,
    request,
    timeoutMs: 15_000,
  })
  console.log('quoteId' in answer ? answer.quoteId : answer.code)
} catch (error) {
  console.log(BehestError.isInstance(error) ? error.code : String(error))
}
signer.close()
await pool.end()
