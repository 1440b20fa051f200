import { BehestError } from '@behest/spec'

/** Everything that the environment decides. */
export type RegistryConfig = {
  readonly host: string
  readonly port: number
  readonly dataFolder: string
  readonly databaseUrl: string | undefined
  readonly rpcUrl: string
  /** Set where the chain cannot be asked. */
  readonly chainId: number | undefined
  /** Owners and operators of this house, in lower case. */
  readonly referenceAgents: ReadonlySet<string>
  /** Engines whose receipts count in full, in lower case. */
  readonly knownEngines: ReadonlySet<string>
  /** `host:port` on this machine that agents may be published at. */
  readonly loopbackAgents: readonly string[]
  /** Base addresses of registries that this one mirrors. */
  readonly mirrors: readonly string[]
  readonly operatorToken: string | undefined
  /** Number of proxies in front whose word about the source counts. */
  readonly trustedProxies: number
  readonly limits: RateLimits
  /** `use`: a sentence encoder in a worker; `none`: words and letters only. */
  readonly encoder: 'use' | 'none'
  /** Contracts of ERC-8004 that agents may be anchored at; off without. */
  readonly anchor: string | undefined
}

/** Requests a minute, from one source address unless told. 0 switches a limit off. */
export type RateLimits = {
  readonly searchPerMinute: number
  readonly writePerMinute: number
  readonly explainPerMinute: number
  /** Changes a minute that one key signs, from whatever address. */
  readonly keyPerMinute: number
}

/** Thrown when an environment variable cannot be read. */
export class ConfigInvalidError extends BehestError {
  readonly code = 'CONFIG_INVALID'
  readonly retry = 'never'

  constructor(facts: { variable: string; value: string; expected: string }) {
    super(
      `${facts.variable} is "${facts.value.slice(0, 100)}". Set it to ${facts.expected}.`,
      { facts: { variable: facts.variable, expected: facts.expected } },
    )
  }
}

/**
 * Reads the configuration. The only place that looks at the environment.
 *
 * @param environment - E.g. `process.env`.
 * @throws {ConfigInvalidError} when a variable has no usable value.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
): RegistryConfig {
  const number = (variable: string, fallback: number, most: number) => {
    const value = environment[variable]
    if (value === undefined || value === '') return fallback
    const parsed = Number(value)
    if (!Number.isInteger(parsed) || parsed < 0 || parsed > most)
      throw new ConfigInvalidError({
        variable,
        value,
        expected: `a whole number from 0 to ${most}`,
      })
    return parsed
  }
  const list = (variable: string) =>
    (environment[variable] ?? '')
      .split(',')
      .map((item) => item.trim().toLowerCase())
      .filter((item) => item !== '')
  const host =
    environment.BEHEST_REGISTRY_HOST || environment.BEHEST_HOST || '127.0.0.1'
  const isLocal = isLoopbackHost(host)
  const encoder = environment.BEHEST_ENCODER || 'use'
  if (encoder !== 'use' && encoder !== 'none')
    throw new ConfigInvalidError({
      variable: 'BEHEST_ENCODER',
      value: encoder,
      expected: 'use or none',
    })
  const chainId = number('BEHEST_CHAIN_ID', 0, Number.MAX_SAFE_INTEGER)
  const loopback = environment.BEHEST_LOOPBACK_AGENTS
  return {
    host,
    port: number('BEHEST_REGISTRY_PORT', 4100, 65_535),
    dataFolder: environment.BEHEST_DATA || '.behest',
    databaseUrl: environment.DATABASE_URL || undefined,
    rpcUrl:
      environment.BEHEST_RPC_URL ||
      `http://127.0.0.1:${number('BEHEST_RPC_PORT', 8545, 65_535)}`,
    chainId: chainId === 0 ? undefined : chainId,
    referenceAgents: new Set(list('BEHEST_REFERENCE_AGENTS')),
    knownEngines: new Set(list('BEHEST_KNOWN_ENGINES')),
    // A registry that only this machine reaches lists this machine's agents; one
    // that strangers reach must not call loopback for them.
    loopbackAgents:
      loopback !== undefined
        ? list('BEHEST_LOOPBACK_AGENTS').filter((item) => item !== 'none')
        : isLocal
          ? ['127.0.0.1:*', 'localhost:*', '[::1]:*']
          : [],
    mirrors: list('BEHEST_MIRRORS').map((url) => url.replace(/\/+$/, '')),
    operatorToken: environment.BEHEST_OPERATOR_TOKEN || undefined,
    trustedProxies: number('BEHEST_TRUSTED_PROXIES', 0, 10),
    limits: {
      // Whoever is on this machine is not a stranger.
      searchPerMinute: number(
        'BEHEST_SEARCH_PER_MINUTE',
        isLocal ? 0 : 600,
        1_000_000,
      ),
      writePerMinute: number(
        'BEHEST_WRITE_PER_MINUTE',
        isLocal ? 6_000 : 60,
        1_000_000,
      ),
      explainPerMinute: number(
        'BEHEST_EXPLAIN_PER_MINUTE',
        isLocal ? 0 : 60,
        1_000_000,
      ),
      // A hundred agents of one owner, renewed each third of ten minutes, are 30.
      keyPerMinute: number(
        'BEHEST_KEY_WRITES_PER_MINUTE',
        isLocal ? 0 : 60,
        1_000_000,
      ),
    },
    encoder,
    anchor: environment.BEHEST_ANCHOR || undefined,
  }
}

/** Tells whether a host is this machine alone. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}
