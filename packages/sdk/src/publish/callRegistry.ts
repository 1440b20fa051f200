import { BehestError } from '@behest/spec'
import * as z from 'zod'
import type { Fetch } from '../call/createGuardedFetch.js'
import { readBoundedBody } from '../call/readBoundedBody.js'
import { toPrintable } from '../text/toPrintable.js'

const timeoutMs = 10_000
const maxBytes = 262_144

const problemSchema = z.looseObject({
  code: z.string().max(64).optional(),
  detail: z.string().optional(),
  title: z.string().optional(),
})

/** Sends one signed body to a registry. */
export async function callRegistry(options: {
  readonly registryUrl: string
  readonly path: string
  readonly method: 'POST' | 'DELETE'
  readonly body: unknown
  readonly fetch: Fetch
}): Promise<void> {
  const { registryUrl, path, method, body, fetch } = options
  const url = `${registryUrl.replace(/\/+$/, '')}${path}`
  const signal = AbortSignal.timeout(timeoutMs)
  let response: Response
  let text: string
  try {
    response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    })
    text = new TextDecoder().decode(
      await readBoundedBody(response, { maxBytes, url }),
    )
  } catch (cause) {
    throw new RegistryUnreachableError({ url }, cause)
  }
  if (response.ok) return
  if (response.status >= 500)
    throw new RegistryUnreachableError({ url, status: response.status })
  const problem = problemSchema.safeParse(parseJson(text))
  throw new RegistryRefusedError({
    url,
    status: response.status,
    reason: toPrintable(problem.data?.code ?? 'UNKNOWN', 64),
    detail: toPrintable(problem.data?.detail ?? problem.data?.title ?? '', 300),
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no problem document: the status says enough
  }
}

/** Thrown when a registry did not answer, or not sensibly. */
export class RegistryUnreachableError extends BehestError {
  readonly code = 'REGISTRY_UNREACHABLE'
  readonly retry = 'same-input'

  constructor(facts: { url: string; status?: number }, cause?: unknown) {
    super(
      `The registry at ${facts.url} cannot be reached. Check the address; keepPublished tries again by itself.`,
      { facts, cause },
    )
  }
}

/** Thrown when a registry refused what was sent. */
export class RegistryRefusedError extends BehestError {
  readonly code = 'REGISTRY_REFUSED'
  readonly retry = 'never'

  constructor(facts: {
    url: string
    status: number
    reason: string
    detail: string
  }) {
    super(
      `The registry refused with ${facts.status} ${facts.reason}. ${facts.detail || 'Correct the agent and publish it again.'}`,
      { facts },
    )
  }
}
