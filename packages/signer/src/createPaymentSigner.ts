import {
  type Address,
  type CapReached,
  type Hex,
  isSameAddress,
  type PaymentCaps,
  type PaymentSignerPort,
  transferAuthorizationTypes,
} from '@behest/spec'
import { keccak256, stringToHex } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { SigningRefusedError } from './errors.js'
import type { PaymentBook } from './openPaymentBook.js'

// Longest that an agent may hold a signature before it takes the money.
const mostSeconds = 300

/** One token's EIP-712 domain, as the signer read it from its own node. */
export type SignedToken = {
  readonly chainId: number
  readonly address: Address
  readonly name: string
  readonly version: string
}

/** The chain as the payer key's guard asks it, through a node of its own. */
export type PaymentChain = {
  readonly readIdentity: () => Promise<string>
  readonly readHead: () => Promise<{ readonly timestampUnixSeconds: number }>
  /** Whether the token took an authorization. */
  readonly readIsTaken: (authorization: {
    readonly payer: Address
    readonly nonce: Hex
  }) => Promise<boolean>
}

/**
 * Creates the guard of the key that pays agents. It signs payments in one token,
 * for a few minutes each, and no more than the caps, counted in a book of its
 * own. The cap of a day holds against whoever asks; the one of an intent is as
 * good as the asker's word for which intent it is.
 *
 * @param options.token - The only token that it pays in.
 * @param options.readNowMs - Whose midnight (UTC) begins a day.
 */
export function createPaymentSigner(options: {
  readonly address: Address
  readonly unlock: () => Promise<PrivateKeyAccount>
  readonly token: SignedToken
  readonly caps: PaymentCaps
  readonly chain: PaymentChain
  readonly book: PaymentBook
  readonly readNowMs: () => number
  readonly readHalt?: () => string | null
  /** Told of every verdict. Holds no key and no signature. */
  readonly onVerdict?: (verdict: {
    readonly asked: string
    readonly about: string
    readonly verdict: 'signed' | 'refused'
    readonly rule?: string
  }) => void
}): PaymentSignerPort {
  const { address, token, caps, chain, book } = options
  const what = 'a payment'
  // One after the other: two at once must not both find the same room.
  let turn: Promise<unknown> = Promise.resolve()

  const refuse = (rule: string): never => {
    throw new SigningRefusedError({ what, rule })
  }

  /** What stands in the way, after looking again at what nobody took. */
  const findCap = async (
    identity: string,
    intentId: string,
    units: bigint,
    nowUnixSeconds: number,
  ): Promise<CapReached | null> => {
    const reached = readCap(identity, intentId, units)
    if (reached === null) return null
    for (const payment of book.list(identity)) {
      const { nonce, state, validBeforeUnixSeconds } = payment
      if (state !== 'signed' || validBeforeUnixSeconds > nowUnixSeconds)
        continue
      const isTaken = await chain.readIsTaken({ payer: address, nonce })
      book.add({
        type: 'ended',
        chain: identity,
        nonce,
        state: isTaken ? 'settled' : 'unspent',
      })
    }
    return readCap(identity, intentId, units)
  }

  const readCap = (
    identity: string,
    intentId: string,
    units: bigint,
  ): CapReached | null => {
    const now = options.readNowMs()
    const midnight = now - (now % 86_400_000)
    const counted = book
      .list(identity)
      .filter(({ state }) => state !== 'unspent')
    const sum = (payments: typeof counted): bigint =>
      payments.reduce((total, payment) => total + payment.units, 0n)
    const spent = {
      intent: sum(counted.filter((one) => one.intentId === intentId)),
      day: sum(counted.filter(({ atMs }) => atMs >= midnight)),
    }
    for (const [cap, capUnits] of [
      ['intent', caps.perIntentUnits],
      ['day', caps.perDayUnits],
    ] as const)
      if (spent[cap] + units > capUnits)
        return { cap, spentUnits: spent[cap], capUnits }
    return null
  }

  const sign: PaymentSignerPort['signPayment'] = async (asked) => {
    const { intentId, requestId, payTo, units } = asked
    const { validBeforeUnixSeconds } = asked
    const halt = options.readHalt?.() ?? null
    if (halt !== null) refuse(halt)
    if (asked.chainId !== token.chainId)
      refuse(`it is for chain ${asked.chainId}`)
    if (!isSameAddress(asked.token, token.address))
      refuse(
        `it is in ${asked.token}, not in the token that agents are paid in`,
      )
    if (units <= 0n) refuse('it pays nothing')
    if (isSameAddress(payTo, address)) refuse('it pays itself')
    const { timestampUnixSeconds: now } = await chain.readHead()
    if (validBeforeUnixSeconds <= now) refuse('its time is over')
    if (validBeforeUnixSeconds > now + mostSeconds)
      refuse(`it could be taken for more than ${mostSeconds} s`)
    const identity = await chain.readIdentity()
    // One payment for a request, whoever asks for it again.
    const nonce = keccak256(
      stringToHex(`behest payment ${address} ${requestId}`),
    )
    const before = book.find(identity, nonce)
    if (before !== null) {
      if (
        before.units !== units ||
        before.intentId !== intentId ||
        !isSameAddress(before.payTo, payTo)
      )
        refuse('its request was paid for on other terms')
      if (before.state !== 'signed')
        refuse(`its request's payment is ${before.state}`)
    } else {
      const reached = await findCap(identity, intentId, units, now)
      if (reached !== null) return { type: 'refused', ...reached }
    }
    const account = await options.unlock()
    book.add({
      type: 'signed',
      chain: identity,
      nonce,
      intentId,
      token: token.address,
      payTo,
      units,
      validBeforeUnixSeconds: Math.max(
        validBeforeUnixSeconds,
        before?.validBeforeUnixSeconds ?? 0,
      ),
      atMs: options.readNowMs(),
    })
    const signature = await account.signTypedData({
      domain: {
        name: token.name,
        version: token.version,
        chainId: token.chainId,
        verifyingContract: token.address,
      },
      types: transferAuthorizationTypes,
      primaryType: 'TransferWithAuthorization',
      message: {
        from: address,
        to: payTo,
        value: units,
        validAfter: 0n,
        validBefore: BigInt(validBeforeUnixSeconds),
        nonce,
      },
    })
    return { type: 'signed', nonce, signature }
  }

  return {
    address,
    signPayment: async (asked) => {
      const mine = turn.then(() => sign(asked))
      turn = mine.catch(() => {})
      const tell = (verdict: 'signed' | 'refused', rule?: string): void =>
        options.onVerdict?.({
          asked: 'payment',
          about: asked.requestId,
          verdict,
          ...(rule === undefined ? {} : { rule }),
        })
      try {
        const answer = await mine
        if (answer.type === 'signed') tell('signed')
        else tell('refused', `the cap per ${answer.cap} is reached`)
        return answer
      } catch (error) {
        tell(
          'refused',
          error instanceof SigningRefusedError
            ? (error.facts.rule ?? '')
            : 'it could not be checked',
        )
        throw error
      }
    },
  }
}
