import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import type { IntentClient } from '@behest/client'
import {
  type Custody,
  custodies,
  getApprovalHash,
  type IntentRecord,
  intentRecordSchema,
  isNumbered,
  missedRunChoices,
} from '@behest/spec'
import * as z from 'zod'
import { exitCodes, UsageError } from '../exitCodes.js'
import { renderProposal } from '../show/renderOrder.js'
import { renderPreview } from '../show/renderPreview.js'
import { renderRecord } from '../show/renderRecord.js'
import { createStackClient } from '../stack/createStackClient.js'
import { openStack } from '../stack/openStack.js'
import { readStackConfig } from '../stack/stackConfig.js'

/** How a person is talked to while an intent is carried out. */
export type Conversation = {
  readonly yes: boolean
  readonly json: boolean
}

/** `behest do`: an intent carried out, stage by stage, to its receipt. */
export async function doCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: {
      yes: { type: 'boolean', short: 'y', default: false },
      json: { type: 'boolean', default: false },
      'idempotency-key': { type: 'string' },
      custody: { type: 'string' },
      missed: { type: 'string' },
    },
  })
  const utterance = positionals.join(' ')
  if (utterance.trim() === '')
    throw new UsageError('Give a sentence: behest do "swap 1 ETH for USDC".')
  const custody = readCustody(values.custody)
  const missedRuns = missedRunChoices.find((choice) => choice === values.missed)
  if (values.missed !== undefined && missedRuns === undefined)
    throw new UsageError(`--missed is ${missedRunChoices.join(' or ')}.`)
  const stack = await openStack({
    config: readStackConfig(process.env),
    onProgress: (message) => console.error(message),
  })
  try {
    const client = createStackClient(stack.config)
    const key = values['idempotency-key']
    const created = await client.create({
      utterance,
      ...(key === undefined ? {} : { idempotencyKey: key }),
      ...(custody === undefined ? {} : { custody }),
      ...(missedRuns === undefined ? {} : { missedRuns }),
      context: {
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC',
      },
    })
    return await follow(client, created.id, values)
  } finally {
    await stack.leave()
  }
}

function readCustody(given: string | undefined): Custody | undefined {
  const custody = custodies.find((one) => one === given)
  if (given !== undefined && custody === undefined)
    throw new UsageError(`--custody is ${custodies.join(' or ')}.`)
  return custody
}

/**
 * Follows an intent to its end, showing each stage, and asks where it must.
 *
 * @returns The exit code.
 */
export async function follow(
  client: IntentClient,
  id: string,
  conversation: Conversation,
): Promise<number> {
  let sequence = 0
  for (;;) {
    sequence = await watch(client, id, sequence)
    const record = await client.get(id)
    if (record.status === 'needs-approval') {
      const answer = await decide(client, record, conversation)
      if (answer === 'later') return finish(record, conversation)
      continue
    }
    if (record.status === 'needs-answer') {
      const isAnswered = await reply(client, record, conversation)
      if (!isAnswered) return finish(record, conversation)
      continue
    }
    return finish(record, conversation)
  }
}

/** Prints events until the intent ends or waits for somebody. */
async function watch(
  client: IntentClient,
  id: string,
  afterSequence: number,
): Promise<number> {
  let sequence = afterSequence
  const deadlineMs = Date.now() + 120_000
  for await (const event of client.events(id, { afterSequence })) {
    sequence = event.sequence
    console.error(`  ${event.stage.padEnd(11)} ${event.message}`)
    if (event.status !== 'running' && event.type !== 'progress') {
      // What was written while it waited may have been answered since.
      const { status } = await client.get(id)
      if (status !== 'running') break
    }
    if (Date.now() > deadlineMs) break
  }
  return sequence
}

async function decide(
  client: IntentClient,
  record: IntentRecord,
  conversation: Conversation,
): Promise<'decided' | 'later'> {
  const { preview, order } = record
  const planHash = getApprovalHash(record)
  if (planHash === undefined) return 'later'
  console.error(
    `\n${preview ? renderPreview(preview) : order ? renderProposal(order) : ''}\n`,
  )
  if (conversation.yes) {
    await client.approve(record.id, { planHash })
    return 'decided'
  }
  const answer = await ask('Do exactly this? [y/N] ')
  if (answer === null) return 'later'
  if (/^(?:y|yes)$/i.test(answer.trim()))
    await client.approve(record.id, { planHash })
  else await client.reject(record.id, { planHash })
  return 'decided'
}

async function reply(
  client: IntentClient,
  record: IntentRecord,
  conversation: Conversation,
): Promise<boolean> {
  const [question] = record.questions ?? []
  if (!question || conversation.json) return false
  console.error(`\n? ${question.text}`)
  for (const [index, option] of (question.options ?? []).entries())
    console.error(
      `    ${isNumbered(question) ? `${index + 1}.` : '-'} ${option.label}`,
    )
  const answer = await ask('> ')
  if (answer === null || answer.trim() === '') return false
  const chosen = isNumbered(question)
    ? question.options?.[Number(answer.trim()) - 1]
    : undefined
  const { reply: read } = await client.answer(
    record.id,
    chosen
      ? { answers: { [question.slot]: chosen.value } }
      : { utterance: answer },
  )
  if (read?.type === 'not-understood')
    console.error('That was not understood as an answer.')
  if (read?.type === 'aside') {
    await watch(client, read.intentId, 0)
    console.error(`\n${renderRecord(await client.get(read.intentId))}`)
  }
  return true
}

/** Asks on the terminal; `null` where nobody sits at one. */
export async function ask(prompt: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null
  const terminal = createInterface({
    input: process.stdin,
    output: process.stderr,
  })
  try {
    return await terminal.question(prompt)
  } catch {
    return null
  } finally {
    terminal.close()
  }
}

function finish(record: IntentRecord, conversation: Conversation): number {
  console.log(
    conversation.json
      ? JSON.stringify(z.encode(intentRecordSchema, record), null, 2)
      : `\n${renderRecord(record)}`,
  )
  return toExitCode(record)
}

/** Exit code of an intent as it stands. */
export function toExitCode(record: IntentRecord): number {
  switch (record.status) {
    case 'done': {
      const outcome = record.artifacts.receipt?.receipt.outcome
      return outcome === undefined || outcome === 'MET'
        ? exitCodes.done
        : exitCodes.failed
    }
    case 'needs-answer':
    case 'needs-approval':
      return exitCodes.needsUser
    case 'unknown':
    case 'running':
      return exitCodes.unknown
    case 'failed':
    case 'rejected':
    case 'cancelled':
      return exitCodes.failed
    default:
      return record.status satisfies never
  }
}
