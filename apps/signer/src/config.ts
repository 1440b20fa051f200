import { addressSchema, BehestError } from '@behest/spec'
import * as z from 'zod'

const usdc = z
  .string()
  .regex(/^\d{1,9}(?:\.\d{1,6})?$/, 'it must be a decimal such as 0.05')

const environmentSchema = z.object({
  BEHEST_DATA: z.string().default('.behest'),
  BEHEST_RPC_URL: z.url().default('http://127.0.0.1:8545'),
  /** A node of the signer's own; the RPC of the others if absent. */
  BEHEST_SIGNER_RPC_URL: z.url().optional(),
  BEHEST_CHAIN: z.string().optional(),
  BEHEST_PASSWORD_FILE: z.string().optional(),
  /** Whose signed approvals count, separated by commas; anybody's word if absent. */
  BEHEST_APPROVERS: z
    .string()
    .default('')
    .transform((list) => list.split(',').filter((one) => one !== ''))
    .pipe(z.array(addressSchema)),
  /** The most that agents are paid for quotes, in USDC; 0 never pays. */
  BEHEST_PAY_PER_INTENT: usdc.default('0'),
  BEHEST_PAY_PER_DAY: usdc.default('0'),
  /** How long a key stays open after its last use. */
  BEHEST_KEY_HOLD_SECONDS: z.coerce.number().int().min(1).default(900),
})

/** How the signer is set up; every value comes from the environment. */
export type Config = {
  readonly dataFolder: string
  readonly rpcUrl: string
  readonly chain: string | undefined
  readonly passwordFile: string | undefined
  readonly approvers: readonly `0x${string}`[]
  readonly payments: { readonly perIntent: string; readonly perDay: string }
  readonly keyHoldMs: number
}

/**
 * Reads the configuration.
 *
 * @throws {SignerConfigError} when a variable makes no sense.
 */
export function parseConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Config {
  const parsed = environmentSchema.safeParse(
    Object.fromEntries(
      Object.entries(environment).filter(([, value]) => value !== ''),
    ),
  )
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new SignerConfigError({
      variable: issue?.path.join('.') ?? 'environment',
      problem: issue?.message ?? 'invalid',
    })
  }
  const { data } = parsed
  return {
    dataFolder: data.BEHEST_DATA,
    rpcUrl: data.BEHEST_SIGNER_RPC_URL ?? data.BEHEST_RPC_URL,
    chain: data.BEHEST_CHAIN,
    passwordFile: data.BEHEST_PASSWORD_FILE,
    approvers: data.BEHEST_APPROVERS,
    payments: {
      perIntent: data.BEHEST_PAY_PER_INTENT,
      perDay: data.BEHEST_PAY_PER_DAY,
    },
    keyHoldMs: data.BEHEST_KEY_HOLD_SECONDS * 1000,
  }
}

/** Thrown when an environment variable of the signer makes no sense. */
export class SignerConfigError extends BehestError {
  readonly code = 'SIGNER_CONFIG_INVALID'
  readonly retry = 'never'

  constructor(facts: { variable: string; problem: string }) {
    super(
      `Environment variable ${facts.variable} is not usable: ${facts.problem}. Correct it and start the signer again.`,
      { facts },
    )
  }
}
