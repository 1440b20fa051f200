import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { IntentClient } from '@behest/client'
import { unlockKeystore } from '@behest/evm'
import {
  type Address,
  BehestError,
  buildPolicyTypedData,
  type Policy,
  type PolicyRecord,
  type PolicyRules,
  policyRecordSchema,
  policySchema,
  stoppedSchema,
} from '@behest/spec'
import * as z from 'zod'
import { exitCodes, UsageError } from '../exitCodes.js'
import { createStackClient } from '../stack/createStackClient.js'
import { openStack } from '../stack/openStack.js'
import { readStackConfig, type StackConfig } from '../stack/stackConfig.js'

const aYearSeconds = 366 * 86_400

/** What a file must say; the rest is filled in and shown before it is signed. */
const policyFileSchema = policySchema.partial({
  version: true,
  account: true,
  chainId: true,
  sequence: true,
  validUntilUnixSeconds: true,
  beyond: true,
  coolingOffSeconds: true,
})

/** `behest policy`: what an account lets happen, signed once. */
export async function policyCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      account: { type: 'string' },
      why: { type: 'string' },
      keystore: { type: 'string' },
      'password-file': { type: 'string' },
    },
  })
  const [verb = 'show', file, ...rest] = positionals
  if (!['show', 'set', 'kill'].includes(verb))
    throw new UsageError('Say behest policy show, set <file.json> or kill.')
  if (verb === 'set' && file === undefined)
    throw new UsageError('Which policy? behest policy set <file.json>.')
  const config = readStackConfig(process.env)
  const stack = await openStack({
    config,
    onProgress: (message) => console.error(message),
  })
  try {
    const client = createStackClient(stack.config)
    const { accounts, chainId } = await client.accounts()
    const account = (values.account ?? accounts[0]?.address ?? '0x') as Address
    const record = await (async () => {
      // Who is in a hurry forgets the quotes: every word that follows is the reason.
      if (verb === 'kill') {
        const why = [values.why, file, ...rest].filter(Boolean).join(' ')
        return client.kill(account, { why: why || 'asked for by hand' })
      }
      if (verb === 'show') return client.policy(account)
      const policy = fillIn(readPolicyFile(file ?? ''), {
        account,
        chainId,
        sequence: await nextSequence(client, account),
      })
      const signature = await sign({
        policy,
        config,
        keystore: values.keystore,
        passwordFile: values['password-file'],
      })
      return client.setPolicy({ policy, signature })
    })()
    console.log(
      values.json
        ? JSON.stringify(
            'policy' in record
              ? z.encode(policyRecordSchema, record)
              : z.encode(stoppedSchema, record),
            null,
            2,
          )
        : 'policy' in record
          ? renderPolicy(record)
          : `${record.account}  STOPPED at ${record.killedAt}${record.killedWhy ? `: ${record.killedWhy}` : ''}\n  It has no policy. Sign one with "behest policy set <file.json>" to start again.`,
    )
    return exitCodes.done
  } finally {
    await stack.leave()
  }
}

function fillIn(
  given: z.output<typeof policyFileSchema>,
  known: Pick<Policy, 'account' | 'chainId' | 'sequence'>,
): Policy {
  return {
    version: 1,
    validUntilUnixSeconds: Math.floor(Date.now() / 1000) + aYearSeconds,
    beyond: 'ask',
    coolingOffSeconds: 86_400,
    ...known,
    ...Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ),
    limits: given.limits,
  }
}

async function nextSequence(
  client: IntentClient,
  account: Address,
): Promise<number> {
  try {
    return (await client.policy(account)).policy.sequence + 1
  } catch (error) {
    if (BehestError.isInstance(error) && error.code === 'POLICY_MISSING')
      return 1
    throw error
  }
}

async function sign(options: {
  readonly policy: Policy
  readonly config: StackConfig
  readonly keystore: string | undefined
  readonly passwordFile: string | undefined
}) {
  const { policy, config } = options
  const folder = join(config.dataFolder, 'keys')
  const account = await unlockKeystore({
    path: options.keystore ?? join(folder, 'account.json'),
    password: readFileSync(
      options.passwordFile ?? join(folder, 'password'),
      'utf8',
    ).trim(),
    chainId: policy.chainId,
  })
  return account.signTypedData(buildPolicyTypedData(policy))
}

function readPolicyFile(file: string) {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new UsageError(`${file} is not a readable JSON file.`)
  }
  const parsed = policyFileSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UsageError(
    `${file} is no policy: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
  )
}

function renderPolicy(record: PolicyRecord): string {
  const { policy } = record
  return [
    `policy ${policy.sequence} of ${policy.account}${record.killedAt ? `  STOPPED at ${record.killedAt}: ${record.killedWhy ?? ''}` : ''}`,
    ...(record.killedAt
      ? [
          '  orders    every standing order is cancelled, and is being ended on the chain',
        ]
      : []),
    `  hash      ${record.policyHash}`,
    `  until     ${new Date(policy.validUntilUnixSeconds * 1000).toISOString()}`,
    `  spent     $${record.spentTodayUsd} in the last 24 hours`,
    ...renderRules('limits: never past these', policy.limits),
    ...(policy.automatic
      ? renderRules('automatic: nobody is asked within these', policy.automatic)
      : ['  a person is asked about every plan']),
    `  beyond    ${policy.beyond === 'ask' ? 'a person is asked' : 'refused'}`,
    ...Object.entries(record.recipientsFrom).map(
      ([recipient, from]) =>
        `  may pay   ${recipient} from ${new Date(from * 1000).toISOString()}`,
    ),
  ].join('\n')
}

function renderRules(title: string, rules: PolicyRules): string[] {
  return [
    `  ${title}`,
    `    at most $${rules.perTransactionUsd} a plan, $${rules.perDayUsd} a day`,
    `    actions ${rules.actions.join(' ')} · tokens ${rules.tokens.join(' ')} · protocols ${rules.venues.join(' ')}`,
    `    recipients ${rules.recipients.join(' ') || 'none'}`,
    `    price impact ${rules.maxPriceImpactBps} bps · slippage ${rules.maxSlippageBps} bps · health ${rules.minHealth}`,
  ]
}
