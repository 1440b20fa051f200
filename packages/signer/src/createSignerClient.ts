import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import type {
  LegTransaction,
  MandateSignRequest,
  SignMandate,
} from '@behest/evm'
import {
  type Address,
  type AttestorPort,
  BehestError,
  type ErrorFacts,
  type Hex,
  type PaymentSignerPort,
} from '@behest/spec'
import * as z from 'zod'
import type { Firewall, KeyName } from './createFirewall.js'
import { SignerUnreachableError, SigningRefusedError } from './errors.js'
import {
  type SignerPlace,
  type SignerRequest,
  signerAnswers,
  signerPlaceSchema,
  signerProblemSchema,
  signerRequestSchema,
} from './protocol.js'
import type { Dossier } from './readDossier.js'

/** The signer's process, as the others see it: questions, and signatures. */
export type SignerClient = {
  readonly readAddresses: () => Promise<
    Readonly<Record<KeyName, Address>> & {
      readonly payer?: Address
      /** Whose signature a yes needs; anybody's word counts if empty. */
      readonly approvers: readonly Address[]
    }
  >
  readonly signLeg: (
    transaction: LegTransaction,
  ) => Promise<{ readonly raw: Hex; readonly hash: Hex }>
  readonly signMandate: SignMandate
  readonly signReceipt: AttestorPort['signReceipt']
  readonly signPayment: PaymentSignerPort['signPayment']
  readonly signOrder: Firewall['signOrder']
  readonly signOrderMandate: Firewall['signOrderMandate']
  readonly signOrderBatch: Firewall['signOrderBatch']
  readonly signPolicy: Firewall['signPolicy']
  readonly close: () => void
}

const timeoutMs = 15_000
const firstWaitMs = 25
const mostWaitMs = 400

/**
 * Creates a client of the signer. It holds no key and no secret for long: where
 * the signer is and what it wants to hear is read from its file, which a restart
 * writes anew.
 *
 * @param options.placeFile - What the signer writes at each start.
 * @param options.readDossier - Gives the approved plan that a hash names.
 * @param options.waitMs - How long a signer that is not there is waited for.
 */
export function createSignerClient(options: {
  readonly placeFile: string
  /** `null` where a leg belongs to no plan. */
  readonly readDossier: (planHash: Hex) => Promise<Dossier | null>
  readonly waitMs: number
}): SignerClient {
  const { placeFile, readDossier } = options
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })

  /** Asking again is safe: the same leg gives the same bytes. */
  const ask = async <Schema extends z.ZodType>(
    asked: SignerRequest,
    schema: Schema,
  ): Promise<z.output<Schema>> => {
    const body = JSON.stringify(z.encode(signerRequestSchema, asked))
    const until = performance.now() + options.waitMs
    for (
      let waitMs = firstWaitMs;
      ;
      waitMs = Math.min(waitMs * 2, mostWaitMs)
    ) {
      try {
        const { status, text } = await send(agent, readPlace(placeFile), body)
        // A secret of the start before: the file is about to be written anew.
        if (status === 401)
          throw new SignerUnreachableError({ reason: 'it has started anew' })
        const answer: unknown = JSON.parse(text)
        if (status === 200) return schema.parse(answer)
        throw new SignerAnswerError(signerProblemSchema.parse(answer))
      } catch (error) {
        if (!(error instanceof SignerUnreachableError)) throw error
        if (performance.now() + waitMs > until) throw error
        await new Promise((resolve) => setTimeout(resolve, waitMs))
      }
    }
  }

  return {
    readAddresses: async () => {
      const { payer, ...addresses } = await ask(
        { type: 'addresses' },
        signerAnswers.addresses,
      )
      return { ...addresses, ...(payer === undefined ? {} : { payer }) }
    },
    signLeg: async ({ authorization, ...transaction }) => {
      const dossier = await readDossier(transaction.planHash)
      return ask(
        {
          type: 'leg',
          ...(dossier === null ? {} : { dossier }),
          transaction: {
            ...transaction,
            ...(authorization === undefined ? {} : { authorization }),
          },
        },
        signerAnswers.leg,
      )
    },
    signMandate: async (asked: MandateSignRequest) => {
      const dossier = await readDossier(asked.planHash)
      if (dossier === null)
        throw new SigningRefusedError({
          what: 'a mandate',
          rule: 'no approved plan is with it',
        })
      return toMandate(
        await ask(
          { type: 'mandate', dossier, ...asked },
          signerAnswers.mandate,
        ),
      )
    },
    // Field by field: the wire takes what it knows, and callers have more.
    signOrderMandate: async ({
      terms,
      termsHash,
      approval,
      delegation,
      authorizationNonce,
    }) =>
      toMandate(
        await ask(
          {
            type: 'order-mandate',
            terms,
            termsHash,
            delegation,
            ...(approval === undefined ? {} : { approval }),
            ...(authorizationNonce === undefined ? {} : { authorizationNonce }),
          },
          signerAnswers.mandate,
        ),
      ),
    signOrderBatch: async ({
      terms,
      termsHash,
      approval,
      authorizationNonce,
    }) => {
      const { gateSignature, ...signed } = await ask(
        {
          type: 'order-batch',
          terms,
          termsHash,
          ...(approval === undefined ? {} : { approval }),
          ...(authorizationNonce === undefined ? {} : { authorizationNonce }),
        },
        signerAnswers.batch,
      )
      return {
        ...toMandate(signed),
        ...(gateSignature === undefined ? {} : { gateSignature }),
      }
    },
    signPayment: ({
      chainId,
      token,
      intentId,
      requestId,
      payTo,
      units,
      validBeforeUnixSeconds,
    }) =>
      ask(
        {
          type: 'payment',
          chainId,
          token,
          intentId,
          requestId,
          payTo,
          units,
          validBeforeUnixSeconds,
        },
        signerAnswers.payment,
      ),
    signReceipt: async (receipt) =>
      (await ask({ type: 'receipt', ...receipt }, signerAnswers.signature))
        .signature,
    signOrder: async ({ terms, termsHash, approval }) =>
      (
        await ask(
          {
            type: 'order',
            terms,
            termsHash,
            ...(approval === undefined ? {} : { approval }),
          },
          signerAnswers.signature,
        )
      ).signature,
    signPolicy: async (policy) =>
      (await ask({ type: 'policy', policy }, signerAnswers.signature))
        .signature,
    close: () => agent.destroy(),
  }
}

function toMandate({
  signature,
  authorization,
}: z.output<typeof signerAnswers.mandate>): Awaited<ReturnType<SignMandate>> {
  return authorization === undefined
    ? { signature }
    : { signature, authorization }
}

function readPlace(file: string): SignerPlace {
  try {
    return signerPlaceSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new SignerUnreachableError({ reason: 'it does not run yet', cause })
  }
}

function send(
  agent: Agent,
  { socket, secret }: SignerPlace,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(
        new SignerUnreachableError({
          reason: cause instanceof Error ? cause.message : 'no answer',
          cause,
        }),
      )
    const call = request(
      {
        agent,
        socketPath: socket,
        method: 'POST',
        path: '/',
        timeout: timeoutMs,
        headers: {
          authorization: `Bearer ${secret}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', fail)
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    call.once('error', fail)
    call.once('timeout', () =>
      call.destroy(new SignerUnreachableError({ reason: 'it took too long' })),
    )
    call.end(body)
  })
}

/** Thrown when the signer says no; code and words are its own. */
export class SignerAnswerError extends BehestError {
  readonly code: string
  readonly stage = 'execution'
  readonly retry = 'never'

  constructor(problem: {
    readonly code: string
    readonly message: string
    readonly facts: ErrorFacts
  }) {
    super(problem.message, { facts: problem.facts })
    this.code = problem.code
  }
}
