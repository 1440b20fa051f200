import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createIntentClient, type IntentClient } from '@behest/client'
import type { StackConfig } from './stackConfig.js'

/**
 * Creates a client of the stack's intent API. Where people have to sign in, it
 * speaks for the operator, by the token that only they can read.
 */
export function createStackClient(
  config: Pick<StackConfig, 'intentUrl' | 'runFolder'>,
): IntentClient {
  const token = readOperatorToken(config)
  return createIntentClient({
    baseUrl: config.intentUrl,
    ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
  })
}

/** The operator's token of the intent API, where people have to sign in. */
export function readOperatorToken({
  runFolder,
}: Pick<StackConfig, 'runFolder'>): string | undefined {
  const given = process.env.BEHEST_INTENT_OPERATOR_TOKEN
  if (given) return given
  try {
    return readFileSync(join(runFolder, 'intent-operator.token'), 'utf8').trim()
  } catch {
    return undefined // nobody signs in there, or it is not ours to read
  }
}
