import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { findWaiting, type IntentClient, sayNext } from '@behest/client'
import {
  addressSchema,
  BehestError,
  type Hex,
  type IntentRecord,
  intentRecordSchema,
  isNumbered,
} from '@behest/spec'
import * as z from 'zod'
import { exitCodes, UsageError } from '../exitCodes.js'
import { renderPreview } from '../show/renderPreview.js'
import { renderRecord } from '../show/renderRecord.js'
import { createStackClient } from '../stack/createStackClient.js'
import { openStack } from '../stack/openStack.js'
import { readStackConfig } from '../stack/stackConfig.js'
import { toExitCode } from './doCommand.js'

const yes = /^(?:y|yes|approve|はい)[.!]*$/i
const no = /^(?:n|no|reject|いいえ)[.!]*$/i
const leave = /^(?:exit|quit|bye|:q)$/i

/**
 * `behest chat`: one conversation, line by line, on a terminal or from a pipe. A
 * plain yes approves the plan that this very conversation showed last.
 */
export async function chatCommand(): Promise<number> {
  const stack = await openStack({
    config: readStackConfig(process.env),
    onProgress: (message) => console.error(message),
  })
  try {
    const client = createStackClient(stack.config)
    const { accounts } = await client.accounts()
    const account = addressSchema.parse(accounts[0]?.address)
    const prompt = (): void => {
      if (process.stdin.isTTY) process.stderr.write('> ')
    }
    let shown: Shown | undefined
    const open = await findWaiting({ client, account })
    if (open) shown = show(open)
    else if (process.stdin.isTTY)
      console.error('Say what you want; "exit" leaves.')
    prompt()
    // Only now: lines that come before somebody listens are lost.
    for await (const line of createInterface({ input: process.stdin })) {
      const text = line.trim()
      if (leave.test(text)) break
      if (text !== '')
        try {
          shown = await turn({ client, account, text, shown })
        } catch (error) {
          if (!BehestError.isInstance(error)) throw error
          console.log(error.shortMessage)
        }
      prompt()
    }
    return exitCodes.done
  } finally {
    await stack.leave()
  }
}

/**
 * `behest say "<words>"`: the next words of the conversation, and nothing more.
 * Approves nothing: a plan is approved by `behest resume`, which shows it.
 */
export async function sayCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const text = positionals.join(' ').trim()
  if (text === '')
    throw new UsageError(
      'Give the words: behest say "do that again with 2 ETH".',
    )
  const stack = await openStack({
    config: readStackConfig(process.env),
    onProgress: (message) => console.error(message),
  })
  try {
    const client = createStackClient(stack.config)
    const { accounts } = await client.accounts()
    const said = await sayNext({
      client,
      account: addressSchema.parse(accounts[0]?.address),
      text,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC',
    })
    if (said.type === 'not-understood')
      console.error('That was not understood; nothing was changed.')
    const record =
      said.type === 'not-understood'
        ? said.record
        : await watch(client, said.record)
    if (values.json)
      console.log(JSON.stringify(z.encode(intentRecordSchema, record), null, 2))
    else {
      show(record)
      if (record.status === 'needs-approval')
        console.log(`\nbehest resume ${record.id} approves it, or not.`)
    }
    return toExitCode(record)
  } finally {
    await stack.leave()
  }
}

/** The plan that was put before the person's eyes last, where one was. */
type Shown = { readonly intentId: string; readonly planHash?: Hex }

async function turn(options: {
  readonly client: IntentClient
  readonly account: `0x${string}`
  readonly text: string
  readonly shown: Shown | undefined
}): Promise<Shown> {
  const { client, account, text, shown } = options
  if (shown?.planHash !== undefined && (yes.test(text) || no.test(text))) {
    const { intentId, planHash } = shown
    const record = yes.test(text)
      ? await client.approve(intentId, { planHash })
      : await client.reject(intentId, { planHash })
    return show(await watch(client, record))
  }
  const said = await sayNext({
    client,
    account,
    text: await toWords(client, account, text),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC',
  })
  switch (said.type) {
    case 'started':
    case 'answered':
      return show(await watch(client, said.record))
    case 'not-understood':
      console.log('That was not understood; nothing was changed.')
      return show(said.record)
    case 'aside':
      show(await watch(client, said.record))
      return show(await client.get(said.waiting.id))
    default:
      return said satisfies never
  }
}

/** The number of an option stands for its words, where numbers pick options. */
async function toWords(
  client: IntentClient,
  account: `0x${string}`,
  text: string,
): Promise<string> {
  if (!/^\d$/.test(text)) return text
  const [question] = (await findWaiting({ client, account }))?.questions ?? []
  if (!question || !isNumbered(question)) return text
  return question.options?.[Number(text) - 1]?.label ?? text
}

/** Tells each stage until the intent rests. */
async function watch(
  client: IntentClient,
  record: IntentRecord,
): Promise<IntentRecord> {
  const since = Date.parse(record.updatedAt)
  const signal = AbortSignal.timeout(120_000)
  try {
    for await (const event of client.events(record.id, { signal })) {
      if (Date.parse(event.at) >= since)
        console.error(`  ${event.stage.padEnd(11)} ${event.message}`)
      if (event.status === 'running' || event.status === 'unknown') continue
      const current = await client.get(record.id)
      if (current.status !== 'running') return current
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return client.get(record.id)
}

function show(record: IntentRecord): Shown {
  const { id, status, preview, questions } = record
  if (status === 'needs-approval' && preview) {
    console.log(
      `\n${renderPreview(preview)}\n\n"yes" does exactly this, "no" leaves it; or say what should be different.`,
    )
    return { intentId: id, planHash: preview.planHash }
  }
  if (status === 'needs-answer') {
    const [question] = questions ?? []
    console.log(`\n? ${question?.text ?? 'Something is missing.'}`)
    for (const [index, { label }] of (question?.options ?? []).entries())
      console.log(
        `    ${question && isNumbered(question) ? `${index + 1}.` : '-'} ${label}`,
      )
    return { intentId: id }
  }
  console.log(`\n${renderRecord(record)}`)
  return { intentId: id }
}
