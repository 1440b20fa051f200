import { BehestError, toDecimal, toUnits } from '@behest/spec'
import * as z from 'zod'
import { isLoopbackHost } from './http/assertOwnHost.js'

const anyAddress = ['0.0.0.0', '[::]']

const port = z.coerce.number().int().min(0).max(65_535)

const usdcDecimals = 6
const usdc = z
  .string()
  .regex(/^\d{1,9}(?:\.\d{1,6})?$/, 'it must be a decimal such as 0.05')
const environmentSchema = z.object({
  BEHEST_INTENT_PORT: port.default(4000),
  BEHEST_HOST: z.string().default('127.0.0.1'),
  /** Where people reach it, if not at its host and port. */
  BEHEST_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Whether people sign in with their wallets; they do unless it is local. */
  BEHEST_SIGN_IN: z.enum(['required', 'none']).optional(),
  /** Whoever has it is not asked to sign in; a new one at each start if absent. */
  BEHEST_INTENT_OPERATOR_TOKEN: z.string().min(32).max(200).optional(),
  BEHEST_DATA: z.string().default('.behest'),
  BEHEST_RPC_URL: z.url().default('http://127.0.0.1:8545'),
  /** Where signed transactions are offered, and only there. */
  BEHEST_PRIVATE_RPC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** A second node: a block counts only where both have it. */
  BEHEST_WITNESS_RPC_URL: z.url({ protocol: /^https?$/ }).optional(),
  BEHEST_REGISTRY_URL: z.url().default('http://127.0.0.1:4100'),
  /** Which chain the RPC must serve; whichever it is unless told. */
  BEHEST_CHAIN: z.string().optional(),
  BEHEST_PASSWORD_FILE: z.string().optional(),
  DATABASE_URL: z.string().optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: z.string().optional(),
  BEHEST_MODEL: z.string().optional(),
  BEHEST_MODEL_TOKENS_PER_DAY: z.coerce.number().int().min(1).optional(),
  BEHEST_MODEL_TOKENS_PER_DAY_PER_ACCOUNT: z.coerce
    .number()
    .int()
    .min(1)
    .optional(),
  BEHEST_MODEL_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(60_000)
    .optional(),
  BEHEST_WEB_FOLDER: z.string().optional(),
  /** Sites that may frame the page, separated by spaces or commas. */
  BEHEST_EMBED_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''))
    .pipe(z.array(z.url({ protocol: /^https?$/ }))),
  /** What agents may be paid for quotes, in USDC; 0 never pays. */
  BEHEST_PAY_PER_INTENT: usdc.default('0'),
  BEHEST_PAY_PER_DAY: usdc.default('0'),
  /** For one account; a tenth of the day where people sign in, unless given. */
  BEHEST_PAY_PER_ACCOUNT_PER_DAY: usdc.optional(),
  BEHEST_LOG_LEVEL: z.string().default('info'),
  /** Where traces go, as other programs name it; none without it. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
})

/** How this process is set up; every value comes from the environment. */
export type Config = {
  readonly port: number
  readonly host: string
  /** Where people reach it. */
  readonly publicUrl: string
  readonly signIn: 'required' | 'none'
  readonly operatorToken?: string
  readonly dataFolder: string
  readonly rpcUrl: string
  /** A private node for sending; the RPC's own mempool if absent. */
  readonly privateRpcUrl?: string
  /** A second node of the same chain, against one that lies or lags. */
  readonly witnessRpcUrl?: string
  readonly registryUrl: string
  readonly chain?: string
  readonly passwordFile?: string
  readonly databaseUrl?: string
  /** A language model beside the embedded parser. */
  readonly model?: {
    readonly apiKey: string
    readonly baseUrl: string
    readonly model: string
    /** What it may cost, and how long it may take; see `createModelParser`. */
    readonly tokensPerDay?: number
    readonly tokensPerDayPerAccount?: number
    readonly timeoutMs?: number
  }
  readonly webFolder?: string
  /** Origins of the sites that may show the page in a frame. */
  readonly embedOrigins: readonly string[]
  readonly logLevel: string
  /** What agents may be paid for quotes, as decimals of USDC. */
  readonly payments: {
    readonly perIntent: string
    readonly perDay: string
    /** For one account; absent where all of them are the operator's. */
    readonly perAccountPerDay?: string
  }
  /** Base address of an OTLP/HTTP collector; no traces without one. */
  readonly traceEndpoint?: string
}

/**
 * Reads the configuration.
 *
 * @throws {ConfigInvalidError} when a variable makes no sense.
 */
export function parseConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== ''),
  )
  const parsed = environmentSchema.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new ConfigInvalidError({
      variable: issue?.path.join('.') ?? 'environment',
      problem: issue?.message ?? 'invalid',
    })
  }
  const values = parsed.data
  const name = values.BEHEST_HOST.includes(':')
    ? `[${values.BEHEST_HOST}]`
    : values.BEHEST_HOST
  const publicUrl =
    values.BEHEST_PUBLIC_URL ?? `http://${name}:${values.BEHEST_INTENT_PORT}`
  // Behind a proxy of this machine it is reached from elsewhere all the same.
  const isLocal =
    isLoopbackHost(values.BEHEST_HOST) &&
    isLoopbackHost(new URL(publicUrl).hostname)
  const signIn = values.BEHEST_SIGN_IN ?? (isLocal ? 'none' : 'required')
  if (signIn === 'required' && anyAddress.includes(new URL(publicUrl).hostname))
    throw new ConfigInvalidError({
      variable: 'BEHEST_PUBLIC_URL',
      problem: `people sign in to a name, and ${values.BEHEST_HOST} is none; say the address that they type, such as https://behest.example`,
    })
  const hasModel =
    values.OPENAI_API_KEY !== undefined || values.OPENAI_BASE_URL !== undefined
  return {
    port: values.BEHEST_INTENT_PORT,
    host: values.BEHEST_HOST,
    publicUrl: new URL(publicUrl).origin,
    signIn,
    ...(values.BEHEST_INTENT_OPERATOR_TOKEN === undefined
      ? {}
      : { operatorToken: values.BEHEST_INTENT_OPERATOR_TOKEN }),
    dataFolder: values.BEHEST_DATA,
    rpcUrl: values.BEHEST_RPC_URL,
    registryUrl: values.BEHEST_REGISTRY_URL,
    ...(values.BEHEST_PRIVATE_RPC_URL === undefined
      ? {}
      : { privateRpcUrl: values.BEHEST_PRIVATE_RPC_URL }),
    ...(values.BEHEST_WITNESS_RPC_URL === undefined
      ? {}
      : { witnessRpcUrl: values.BEHEST_WITNESS_RPC_URL }),
    ...(values.BEHEST_CHAIN === undefined
      ? {}
      : { chain: values.BEHEST_CHAIN }),
    ...(values.BEHEST_PASSWORD_FILE === undefined
      ? {}
      : { passwordFile: values.BEHEST_PASSWORD_FILE }),
    logLevel: values.BEHEST_LOG_LEVEL,
    payments: {
      perIntent: values.BEHEST_PAY_PER_INTENT,
      perDay: values.BEHEST_PAY_PER_DAY,
      ...toPerAccount(values, signIn),
    },
    ...(values.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
      ? {}
      : { traceEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT }),
    embedOrigins: values.BEHEST_EMBED_ORIGINS.map((url) => new URL(url).origin),
    ...(values.DATABASE_URL === undefined
      ? {}
      : { databaseUrl: values.DATABASE_URL }),
    ...(values.BEHEST_WEB_FOLDER === undefined
      ? {}
      : { webFolder: values.BEHEST_WEB_FOLDER }),
    ...(hasModel
      ? {
          model: {
            model: values.BEHEST_MODEL ?? 'gpt-4o-mini',
            // Local servers want no key, and the client insists on one.
            apiKey: values.OPENAI_API_KEY ?? 'none',
            baseUrl: values.OPENAI_BASE_URL ?? 'https://api.openai.com/v1',
            ...(values.BEHEST_MODEL_TOKENS_PER_DAY === undefined
              ? {}
              : { tokensPerDay: values.BEHEST_MODEL_TOKENS_PER_DAY }),
            ...(values.BEHEST_MODEL_TOKENS_PER_DAY_PER_ACCOUNT === undefined
              ? {}
              : {
                  tokensPerDayPerAccount:
                    values.BEHEST_MODEL_TOKENS_PER_DAY_PER_ACCOUNT,
                }),
            ...(values.BEHEST_MODEL_TIMEOUT_MS === undefined
              ? {}
              : { timeoutMs: values.BEHEST_MODEL_TIMEOUT_MS }),
          },
        }
      : {}),
  }
}

/** Where strangers ask, none of them may use up the day of all the others. */
function toPerAccount(
  values: z.output<typeof environmentSchema>,
  signIn: 'required' | 'none',
): { readonly perAccountPerDay?: string } {
  const { BEHEST_PAY_PER_ACCOUNT_PER_DAY: given } = values
  if (given !== undefined) return { perAccountPerDay: given }
  if (signIn === 'none') return {}
  const tenth = toUnits(values.BEHEST_PAY_PER_DAY, usdcDecimals) / 10n
  const one = toUnits(values.BEHEST_PAY_PER_INTENT, usdcDecimals)
  return {
    perAccountPerDay: toDecimal(tenth > one ? tenth : one, usdcDecimals),
  }
}

/** Thrown when an environment variable makes no sense. */
export class ConfigInvalidError extends BehestError {
  readonly code = 'CONFIG_INVALID'
  readonly retry = 'never'

  constructor(facts: { variable: string; problem: string }) {
    super(
      `Environment variable ${facts.variable} is not usable: ${facts.problem}. Correct it and start again.`,
      { facts },
    )
  }
}
