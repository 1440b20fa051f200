import { BehestError } from '@behest/spec'
import * as z from 'zod'

const readySchema = z.looseObject({ chainId: z.int().min(1) })

/**
 * Reads the chain of a registry's signing domain.
 *
 * @throws {RegistryAbsentError} when no registry answers, or not yet.
 */
export async function readRegistryChain(registryUrl: string): Promise<number> {
  try {
    const response = await fetch(new URL('/readyz', registryUrl), {
      signal: AbortSignal.timeout(5_000),
    })
    return readySchema.parse(await response.json()).chainId
  } catch (cause) {
    throw new RegistryAbsentError({ url: registryUrl, cause })
  }
}

/** Thrown when something needs a registry that runs, and none does. */
export class RegistryAbsentError extends BehestError {
  readonly code = 'REGISTRY_ABSENT'
  readonly retry = 'same-input'

  constructor(facts: { readonly url: string; readonly cause: unknown }) {
    super(
      `No registry is ready at ${facts.url}. Start one with "npm start", or name another with --registry <url>.`,
      { facts: { url: facts.url }, cause: facts.cause },
    )
  }
}
