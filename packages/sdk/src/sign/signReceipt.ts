import {
  type Address,
  BehestError,
  behestDomain,
  type Hex,
  isSameAddress,
  type JsonValue,
  quoteSchema,
  type Receipt,
  type ReceiptRequest,
  type ReceiptSignature,
  receiptRequestSchema,
  receiptSchema,
  receiptTypedDataTypes,
  toCanonicalJson,
} from '@behest/spec'
import { keccak256, recoverTypedDataAddress, stringToHex } from 'viem'
import * as z from 'zod'
import type { AgentSigner } from './AgentSigner.js'
import { toQuoteTypedData } from './toQuoteTypedData.js'

/**
 * Signs a receipt as an agent, if every step that names the agent rests on a
 * quote that the agent signed. It says that the promise on the receipt is its
 * own; what came true is the chain's to say.
 *
 * @param options.wire - A `behest.receipt-request` as parsed from JSON.
 *   Untrusted.
 * @param options.signer - The agent's key.
 * @returns The signature, EIP-712 with `receiptTypedDataTypes`.
 * @throws {ReceiptRequestMalformedError} when it is no request of this version.
 * @throws {ReceiptNotMineError} when the agent did not promise what it says.
 */
export async function signReceipt(options: {
  readonly wire: unknown
  readonly signer: AgentSigner
}): Promise<ReceiptSignature> {
  const { signer } = options
  const parsed = receiptRequestSchema.safeParse(options.wire)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new ReceiptRequestMalformedError({
      field: issue?.path.join('.') ?? '',
    })
  }
  const { requestId, receipt, quotes } = parsed.data
  await assertMine({ receipt, quotes, signer })
  const receiptHash = hashReceipt(receipt)
  return {
    type: 'behest.receipt-signature',
    version: 1,
    requestId,
    receiptHash,
    by: signer.address,
    signature: await signer.signTypedData(
      toReceiptTypedData(receipt, receiptHash),
    ),
  }
}

/**
 * Tells whether a signature over a receipt is that of who it names.
 *
 * @param options.by - Whose it must be.
 */
export async function isReceiptSignedBy(options: {
  readonly receipt: Receipt
  readonly by: Address
  readonly signature: Hex
}): Promise<boolean> {
  const { receipt, by, signature } = options
  const signer = await recoverTypedDataAddress({
    ...toReceiptTypedData(receipt, hashReceipt(receipt)),
    signature,
  }).catch(() => undefined)
  return signer !== undefined && isSameAddress(signer, by)
}

async function assertMine(options: {
  readonly receipt: Receipt
  readonly quotes: ReceiptRequest['quotes']
  readonly signer: AgentSigner
}): Promise<void> {
  const { receipt, quotes, signer } = options
  const steps = receipt.steps.filter(({ agentAddress }) =>
    isSameAddress(agentAddress, signer.address),
  )
  if (steps.length === 0)
    throw new ReceiptNotMineError({ reason: 'no step of it names this agent' })
  for (const step of steps) {
    const quote = quotes.find(
      (one) => hashWire(z.encode(quoteSchema, one)) === step.quoteHash,
    )
    if (quote === undefined)
      throw new ReceiptNotMineError({
        reason: `the quote of step ${step.id} is not with it`,
      })
    const { signature, ...unsigned } = quote
    const author = await recoverTypedDataAddress({
      ...toQuoteTypedData(unsigned),
      signature,
    }).catch(() => undefined)
    if (author === undefined || !isSameAddress(author, signer.address))
      throw new ReceiptNotMineError({
        reason: `the quote of step ${step.id} is not signed by this agent`,
      })
    if (
      quote.chainId !== receipt.chainId ||
      !isSameAddress(quote.account, receipt.account)
    )
      throw new ReceiptNotMineError({
        reason: `the quote of step ${step.id} is for another account or chain`,
      })
  }
}

/** What a receipt's signatures cover: everything but the signatures. */
function hashReceipt(receipt: Receipt): Hex {
  return hashWire(z.encode(receiptSchema, { ...receipt, signatures: [] }))
}

function hashWire(wire: unknown): Hex {
  return keccak256(stringToHex(toCanonicalJson(wire as JsonValue)))
}

function toReceiptTypedData(receipt: Receipt, receiptHash: Hex) {
  return {
    domain: { ...behestDomain, chainId: receipt.chainId },
    types: receiptTypedDataTypes,
    primaryType: 'Receipt',
    message: {
      receiptHash,
      intentHash: receipt.intentHash,
      planHash: receipt.planHash,
    },
  } as const
}

/** Thrown when what came is no request to sign a receipt. */
export class ReceiptRequestMalformedError extends BehestError {
  readonly code = 'RECEIPT_REQUEST_MALFORMED'
  readonly stage = 'receipt'
  readonly retry = 'never'

  constructor(facts: { field: string }) {
    super(
      `The request to sign a receipt is not understood at "${facts.field}". Send the receipt and the quotes that it names.`,
      { facts },
    )
  }
}

/** Thrown when an agent is asked to sign what it did not promise. */
export class ReceiptNotMineError extends BehestError {
  readonly code = 'RECEIPT_NOT_MINE'
  readonly stage = 'receipt'
  readonly retry = 'never'

  constructor(facts: { reason: string }) {
    super(
      `The agent does not sign this receipt: ${facts.reason}. Ask the agent that quoted.`,
      { facts },
    )
  }
}
