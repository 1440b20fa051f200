import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { dirname } from 'node:path'
import { BehestError, type PaymentSignerPort } from '@behest/spec'
import * as z from 'zod'
import type { Firewall } from './createFirewall.js'
import { SignerRequestError, SigningRefusedError } from './errors.js'
import { placeSocket } from './placeSocket.js'
import {
  mostRequestBytes,
  type SignerPlace,
  type SignerRequest,
  signerAnswers,
  signerRequestSchema,
} from './protocol.js'

/**
 * Serves a firewall on a socket that only this user can reach, to whoever has the
 * secret of this start.
 *
 * @param options.payments - Signs what agents are paid, where they are.
 * @param options.placeFile - Where socket and secret are written, mode 0600.
 * @returns The place, and the way to stop.
 */
export async function serveSigner(options: {
  readonly firewall: Firewall
  /** The guard of the key that pays agents; none is paid without it. */
  readonly payments?: PaymentSignerPort
  readonly placeFile: string
}): Promise<{
  readonly place: SignerPlace
  readonly stop: () => Promise<void>
}> {
  const { placeFile } = options
  const secret = randomBytes(32).toString('hex')
  const socket = placeSocket(placeFile, 'signer')
  mkdirSync(dirname(placeFile), { recursive: true, mode: 0o700 })
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 })
  rmSync(socket, { force: true })
  const server = createServer(
    { requestTimeout: 20_000 },
    (request, response) => {
      answer(options, secret, request)
        .then(({ status, body }) => {
          response.writeHead(status, { 'content-type': 'application/json' })
          response.end(JSON.stringify(body))
        })
        .catch(() => response.destroy())
    },
  )
  server.keepAliveTimeout = 60_000
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(socket, () => done())
  })
  chmodSync(socket, 0o600)
  const place = { socket, secret, processId: process.pid }
  // Whole or not at all: a reader never sees half a secret.
  const fresh = `${placeFile}.${process.pid}.new`
  writeFileSync(fresh, `${JSON.stringify(place)}\n`, { mode: 0o600 })
  renameSync(fresh, placeFile)
  return {
    place,
    stop: async () => {
      rmSync(placeFile, { force: true })
      const closed = new Promise<void>((done) => server.close(() => done()))
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), 2000).unref()
      await closed
      rmSync(socket, { force: true })
    },
  }
}

type Keys = {
  readonly firewall: Firewall
  readonly payments?: PaymentSignerPort
}

async function answer(
  keys: Keys,
  secret: string,
  request: IncomingMessage,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const given = request.headers.authorization ?? ''
  if (!isSame(given, `Bearer ${secret}`))
    return {
      status: 401,
      body: { code: 'SIGNER_SECRET_WRONG', message: 'No.', facts: {} },
    }
  try {
    const asked = await readRequest(request)
    return { status: 200, body: await work(keys, asked) }
  } catch (error) {
    const isOurs = BehestError.isInstance(error)
    return {
      status: isOurs ? 403 : 500,
      body: isOurs
        ? {
            code: error.code,
            message: error.shortMessage,
            facts: error.facts,
          }
        : {
            code: 'SIGNER_FAILED',
            message: 'The signer failed and signed nothing.',
            facts: {},
          },
    }
  }
}

async function work(
  { firewall, payments }: Keys,
  request: SignerRequest,
): Promise<unknown> {
  switch (request.type) {
    case 'addresses':
      return {
        ...firewall.addresses,
        approvers: firewall.approvers,
        ...(payments === undefined ? {} : { payer: payments.address }),
      }
    case 'payment': {
      if (payments === undefined)
        throw new SigningRefusedError({
          what: 'a payment',
          rule: 'agents are never paid here',
        })
      const { type: _type, ...asked } = request
      return z.encode(signerAnswers.payment, await payments.signPayment(asked))
    }
    case 'leg': {
      const { authorization, ...transaction } = request.transaction
      return firewall.signLeg({
        ...(request.dossier === undefined ? {} : { dossier: request.dossier }),
        transaction: {
          ...transaction,
          ...(authorization === undefined ? {} : { authorization }),
        },
      })
    }
    case 'mandate': {
      const { type: _type, authorizationNonce, ...rest } = request
      return firewall.signMandate({
        ...rest,
        ...(authorizationNonce === undefined ? {} : { authorizationNonce }),
      })
    }
    case 'receipt': {
      const { type: _type, ...receipt } = request
      return { signature: await firewall.signReceipt(receipt) }
    }
    case 'order-mandate': {
      const { type: _type, authorizationNonce, approval, ...rest } = request
      return firewall.signOrderMandate({
        ...rest,
        ...(approval === undefined ? {} : { approval }),
        ...(authorizationNonce === undefined ? {} : { authorizationNonce }),
      })
    }
    case 'order-batch': {
      const { type: _type, authorizationNonce, approval, ...rest } = request
      return firewall.signOrderBatch({
        ...rest,
        ...(approval === undefined ? {} : { approval }),
        ...(authorizationNonce === undefined ? {} : { authorizationNonce }),
      })
    }
    case 'order': {
      const { type: _type, approval, ...rest } = request
      return {
        signature: await firewall.signOrder({
          ...rest,
          ...(approval === undefined ? {} : { approval }),
        }),
      }
    }
    case 'policy':
      return { signature: await firewall.signPolicy(request.policy) }
    case 'typed-data':
      return { signature: await firewall.signTypedData(request) }
    default:
      return request satisfies never
  }
}

async function readRequest(request: IncomingMessage): Promise<SignerRequest> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostRequestBytes)
      throw new SignerRequestError({ problem: 'it is too long' })
    chunks.push(chunk)
  }
  let body: unknown
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new SignerRequestError({ problem: 'it is not JSON' })
  }
  const parsed = z.safeDecode(signerRequestSchema, body as never)
  if (!parsed.success)
    throw new SignerRequestError({
      problem: z.prettifyError(parsed.error).slice(0, 300),
    })
  return parsed.data
}

function isSame(given: string, expected: string): boolean {
  const hash = (value: string): Buffer =>
    createHash('sha256').update(value).digest()
  return timingSafeEqual(hash(given), hash(expected))
}
