import { BehestError } from '@behest/spec'
import { BaseError, RpcRequestError, TimeoutError } from 'viem'

/** Thrown when a node does not answer, or not in time. */
export class ChainUnreachableError extends BehestError {
  readonly code = 'CHAIN_UNREACHABLE'
  readonly retry = 'same-input'

  constructor(facts: {
    readonly method: string
    readonly reason: string
    readonly cause: unknown
  }) {
    super(
      `The node did not answer ${facts.method}: ${facts.reason}. Check that it runs, then try again.`,
      { facts: { method: facts.method }, cause: facts.cause },
    )
  }
}

/** Thrown when a node answers a read with an error. */
export class ChainReadError extends BehestError {
  readonly code = 'CHAIN_READ_FAILED'
  readonly retry = 'same-input'

  constructor(facts: {
    readonly method: string
    readonly reason: string
    readonly cause?: unknown
  }) {
    super(
      `The node refused ${facts.method}: ${facts.reason}. Try again; if it stays, use another node: this needs eth_simulateV1 and state overrides.`,
      { facts: { method: facts.method }, cause: facts.cause },
    )
  }
}

/** Thrown when a node's answer cannot be what the contract returned. */
export class ChainAnswerMalformedError extends BehestError {
  readonly code = 'CHAIN_ANSWER_MALFORMED'
  readonly retry = 'same-input'

  constructor(facts: {
    readonly functionName: string
    readonly bytes: number
    readonly cause: unknown
  }) {
    super(
      `The node's answer to ${facts.functionName} is not what the contract can return: its ${facts.bytes} bytes do not decode. Try again; if it stays, use another node.`,
      {
        facts: { function: facts.functionName, bytes: `${facts.bytes}` },
        cause: facts.cause,
      },
    )
  }
}

/** Thrown when a node has dropped the state of a block that is asked for. */
export class StateGoneError extends BehestError {
  readonly code = 'STATE_GONE'
  readonly retry = 'new-quote'

  constructor(facts: {
    readonly method: string
    readonly blockNumber: string
    readonly cause: unknown
  }) {
    super(
      `The node no longer has the state of block ${facts.blockNumber}. Use a newer block, or a node that keeps old state.`,
      {
        facts: { method: facts.method, blockNumber: facts.blockNumber },
        cause: facts.cause,
      },
    )
  }
}

const stateGone =
  /missing trie node|BlockOutOfRange|out of range|state (?:is )?not available|historical state|header not found|unknown block|block not found|pruned|state .*unavailable/i

/** Turns what viem throws into one of ours; our own pass through. */
export function toChainError(
  error: unknown,
  facts: { readonly method: string; readonly blockNumber?: bigint },
): BehestError {
  if (BehestError.isInstance(error)) return error
  const { method } = facts
  const reason = readDetails(error)
  if (stateGone.test(reason))
    return new StateGoneError({
      method,
      blockNumber: facts.blockNumber?.toString() ?? 'latest',
      cause: error,
    })
  return isRpcAnswer(error)
    ? new ChainReadError({ method, reason, cause: error })
    : new ChainUnreachableError({
        method,
        reason: isTimeout(error) ? 'it took too long' : 'no connection',
        cause: error,
      })
}

/** Tells whether a node answered, if only with an error. */
export function isRpcAnswer(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk((one) => one instanceof RpcRequestError) !== null
  )
}

function isTimeout(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk((one) => one instanceof TimeoutError) !== null
  )
}

/** The node's own words, at most 200 letters; never the request, which names the URL. */
export function readDetails(error: unknown): string {
  if (!(error instanceof BaseError)) return 'it failed in an unknown way'
  const answer = error.walk((one) => one instanceof RpcRequestError)
  const text =
    answer instanceof RpcRequestError ? answer.details : error.details
  return (text === '' ? error.name : text)
    .replace(/https?:\/\/\S+/g, '(address left out)')
    .slice(0, 200)
}
