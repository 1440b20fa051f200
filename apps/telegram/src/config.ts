import { BehestError } from '@behest/spec'
import * as z from 'zod'

const port = z.coerce.number().int().min(0).max(65_535)

const environmentSchema = z.object({
  BEHEST_TELEGRAM_TOKEN: z
    .string({ error: 'it is missing; @BotFather gives one' })
    .regex(/^\d+:[\w-]{20,}$/, 'it is no token of a bot'),
  BEHEST_TELEGRAM_API_ROOT: z
    .url({ protocol: /^https?$/ })
    .default('https://api.telegram.org'),
  /** Who may speak for the server's first account without a signed link. */
  BEHEST_TELEGRAM_USERS: z
    .string()
    .regex(/^\s*\d{1,20}(?:\s*,\s*\d{1,20})*\s*$/, 'numbers, with commas')
    .optional(),
  BEHEST_TELEGRAM_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  BEHEST_TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[\w-]{16,256}$/, 'it must be 16 to 256 letters, digits, _ or -')
    .optional(),
  BEHEST_TELEGRAM_PORT: port.default(4200),
  BEHEST_HOST: z.string().default('127.0.0.1'),
  BEHEST_INTENT_PORT: port.default(4000),
  BEHEST_INTENT_URL: z.url().optional(),
  BEHEST_REGISTRY_URL: z.url().default('http://127.0.0.1:4100'),
  /** For a server where people sign in: its operator's, for the bot is theirs. */
  BEHEST_INTENT_OPERATOR_TOKEN: z.string().optional(),
  BEHEST_DATA: z.string().default('.behest'),
  BEHEST_LOG_LEVEL: z.string().default('info'),
})

/** How the bot is set up; every value comes from the environment. */
export type Config = {
  readonly token: string
  readonly apiRoot: string
  readonly trustedUsers: readonly number[]
  /** Absent: the bot asks Telegram for what was said (long polling). */
  readonly webhook?: {
    readonly url: string
    readonly secret?: string
    readonly host: string
    readonly port: number
  }
  readonly intentUrl: string
  readonly operatorToken?: string
  readonly registryUrl: string
  readonly dataFolder: string
  readonly logLevel: string
}

/**
 * Reads the configuration.
 *
 * @throws {TelegramConfigError} when a variable makes no sense.
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
    throw new TelegramConfigError({
      variable: issue?.path.join('.') ?? 'environment',
      problem: issue?.message ?? 'invalid',
    })
  }
  const values = parsed.data
  const host = values.BEHEST_HOST
  return {
    token: values.BEHEST_TELEGRAM_TOKEN,
    apiRoot: values.BEHEST_TELEGRAM_API_ROOT.replace(/\/+$/, ''),
    trustedUsers: (values.BEHEST_TELEGRAM_USERS ?? '')
      .split(',')
      .filter((user) => user.trim() !== '')
      .map(Number),
    ...(values.BEHEST_TELEGRAM_WEBHOOK_URL === undefined
      ? {}
      : {
          webhook: {
            url: values.BEHEST_TELEGRAM_WEBHOOK_URL,
            ...(values.BEHEST_TELEGRAM_WEBHOOK_SECRET === undefined
              ? {}
              : { secret: values.BEHEST_TELEGRAM_WEBHOOK_SECRET }),
            host,
            port: values.BEHEST_TELEGRAM_PORT,
          },
        }),
    intentUrl:
      values.BEHEST_INTENT_URL ?? `http://${host}:${values.BEHEST_INTENT_PORT}`,
    ...(values.BEHEST_INTENT_OPERATOR_TOKEN === undefined
      ? {}
      : { operatorToken: values.BEHEST_INTENT_OPERATOR_TOKEN }),
    registryUrl: values.BEHEST_REGISTRY_URL,
    dataFolder: values.BEHEST_DATA,
    logLevel: values.BEHEST_LOG_LEVEL,
  }
}

/** Thrown when an environment variable of the bot makes no sense. */
export class TelegramConfigError extends BehestError {
  readonly code = 'TELEGRAM_CONFIG'
  readonly retry = 'never'

  constructor(facts: { variable: string; problem: string }) {
    super(
      `Environment variable ${facts.variable} is not usable: ${facts.problem}. Correct it and start again.`,
      { facts },
    )
  }
}
