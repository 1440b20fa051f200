import { BehestError } from '@behest/spec'

/** Thrown when the local chain answers a request with an error. */
export class DevnetRequestError extends BehestError {
  readonly code = 'DEVNET_REQUEST_FAILED'
  readonly retry = 'never'

  constructor(facts: {
    readonly method: string
    readonly reason: string
    readonly cause?: unknown
  }) {
    super(
      `The local chain refused "${facts.method}": ${facts.reason}. Check the request, and that the chain still runs.`,
      {
        facts: { method: facts.method, reason: facts.reason },
        ...(facts.cause === undefined ? {} : { cause: facts.cause }),
      },
    )
  }
}

/**
 * Sends one JSON-RPC request to a local chain.
 *
 * @param url - Where the chain listens.
 * @param method - The method's name.
 * @param params - The method's parameters.
 * @returns The `result` of the answer; the caller knows its shape.
 * @throws {DevnetRequestError} when nothing answers, or the answer is an error.
 */
export async function requestRpc<Result>(
  url: string,
  method: string,
  params: readonly unknown[] = [],
): Promise<Result> {
  let answer: { result?: Result; error?: { message?: string } }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    answer = (await response.json()) as typeof answer
  } catch (cause) {
    throw new DevnetRequestError({
      method,
      reason: 'no JSON-RPC answer came',
      cause,
    })
  }
  if (answer.error !== undefined)
    throw new DevnetRequestError({
      method,
      reason: answer.error.message ?? 'an error without a message',
    })
  return answer.result as Result
}
