import { createHash } from 'node:crypto'
import {
  type AssetDelta,
  type Hex,
  type IntentRecord,
  isSameAddress,
  type OrderProposal,
  type Preview,
  type Question,
  type Receipt,
  toDecimal,
} from '@behest/spec'
import { encodeCallbackData } from './callbackData.js'
import { bold, code, joinLines, safe } from './html.js'

/** A message as it is sent. */
export type Card = {
  readonly html: string
  readonly rows?: readonly (readonly {
    readonly text: string
    readonly callback_data: string
  }[])[]
}

const longestLabel = 60

/** Draws where an intent stands: a question, the plan, the receipt, the answer. */
export function sayCard(record: IntentRecord, notice?: string): Card {
  const card = draw(record)
  return notice === undefined
    ? card
    : { ...card, html: joinLines([safe(notice), '', card.html]) }
}

function draw(record: IntentRecord): Card {
  const { receipt } = record.artifacts.receipt ?? {}
  if (receipt) return { html: sayReceipt(receipt) }
  if (record.answer)
    return { html: joinLines(record.answer.text.split('\n').map(safe)) }
  switch (record.status) {
    case 'needs-answer':
      return sayQuestion(record)
    case 'needs-approval':
      if (record.preview) return sayPreview(record, record.preview)
      return record.order
        ? sayProposal(record, record.order)
        : { html: 'A plan waits.' }
    case 'failed':
      return {
        html: joinLines([
          `Nothing was sent. ${safe(record.problem?.detail ?? 'It failed.')}`,
        ]),
      }
    case 'rejected':
      return { html: 'The plan was rejected. Nothing was sent.' }
    case 'cancelled':
      return { html: 'Cancelled. Nothing was sent.' }
    case 'unknown':
      return {
        html: 'It was sent, and the chain has not said yet how it ended. It is being asked; nothing is sent twice.',
      }
    case 'running':
      return { html: `At work: ${safe(record.stage)}.` }
    case 'done':
      return {
        html: record.order
          ? `The order stands: ${safe(record.order.headline)}`
          : 'Done.',
      }
    default:
      return record.status satisfies never
  }
}

function sayQuestion(record: IntentRecord): Card {
  const [question, ...more] = record.questions ?? []
  if (!question) return { html: 'Something is missing.' }
  const options = question.options ?? []
  const mark = markQuestion(question)
  return {
    html: joinLines([
      bold(question.text),
      ...(options.length > 0 ? ['', 'Choose, or say it in your words.'] : []),
      ...(more.length > 0 ? [`${more.length} more to answer after this.`] : []),
      '/cancel ends it.',
    ]),
    rows: options.slice(0, 8).map(({ label }, index) => [
      {
        text: toLabel(label),
        callback_data: encodeCallbackData({
          type: 'option',
          intentId: record.id,
          questionMark: mark,
          index,
        }),
      },
    ]),
  }
}

/** Which question this is, as it was shown. */
export function markQuestion(question: Question): string {
  return createHash('sha256')
    .update(
      JSON.stringify([
        question.slot,
        question.options?.map(({ label }) => label),
      ]),
    )
    .digest('base64url')
    .slice(0, 8)
}

function sayPreview(record: IntentRecord, preview: Preview): Card {
  const lines = [bold(preview.headline)]
  if (preview.follows !== undefined) lines.push('', safe(preview.follows))
  lines.push('')
  for (const side of preview.youGive)
    lines.push(
      `You give at most ${code(side.boundDecimal)} ${code(side.symbol)}`,
    )
  for (const side of preview.youGet)
    lines.push(
      `You get at least ${code(side.boundDecimal)} ${code(side.symbol)}${
        side.expectedUnits === side.boundUnits
          ? ''
          : ` (expected ${code(side.expectedDecimal)})`
      }`,
    )
  for (const side of preview.othersGet)
    lines.push(
      `${code(side.account)} gets ${code(side.boundDecimal)} ${code(side.symbol)}`,
    )
  for (const { kind, venue, decimal, symbol } of preview.positions)
    lines.push(
      `${safe(kind)} at ${code(venue)}: ${code(decimal)} ${code(symbol)}`,
    )
  for (const { venue, before, after } of preview.health)
    lines.push(
      `Health at ${code(venue)}: ${code(before ?? 'no debt')} → ${code(after ?? 'no debt')}`,
    )
  lines.push(
    `Gas at most ${code(preview.gas.atMostDecimal)} ${code(preview.gas.symbol)}`,
    preview.allowances.length === 0
      ? 'Allowances stay as they are'
      : `Allowances after: ${preview.allowances
          .map(
            ({ symbol, spender, afterUnits }) =>
              `${code(String(afterUnits))} units of ${code(symbol)} for ${code(spender)}`,
          )
          .join(', ')}`,
    `Good until ${code(new Date(preview.untilUnixSeconds * 1000).toISOString())} by the chain's clock`,
  )
  for (const warning of preview.warnings) lines.push('', `⚠ ${safe(warning)}`)
  for (const step of preview.steps) {
    lines.push('', `${safe(step.stepId)} by ${code(step.agentName)}`)
    for (const call of step.calls)
      lines.push(`· ${safe(call.purpose)}: ${safe(call.says)}`)
    if (step.certificate) lines.push(`· ${safe(step.certificate)}`)
    for (const { decimal, symbol, account } of step.fees ?? [])
      lines.push(
        `· its fee: ${code(decimal)} ${code(symbol)} to ${code(account)}`,
      )
  }
  lines.push('', `plan ${code(`${preview.planHash.slice(0, 18)}…`)}`)
  return { html: joinLines(lines), rows: toButtons(record, preview.planHash) }
}

function sayProposal(record: IntentRecord, order: OrderProposal): Card {
  return {
    html: joinLines([
      bold(order.headline),
      '',
      ...order.lines.map((line) => `· ${safe(line)}`),
      '',
      `terms ${code(`${order.termsHash.slice(0, 18)}…`)}`,
    ]),
    rows: toButtons(record, order.termsHash),
  }
}

function toButtons(record: IntentRecord, hash: Hex) {
  const button = (type: 'approve' | 'reject', text: string) => ({
    text,
    callback_data: encodeCallbackData({
      type,
      intentId: record.id,
      planHashStart: hash,
    }),
  })
  return [[button('approve', 'Approve'), button('reject', 'Reject')]]
}

function sayReceipt(receipt: Receipt): string {
  const lines = [bold(`Receipt: ${receipt.outcome}`)]
  for (const step of receipt.steps) {
    lines.push(
      '',
      `${safe(step.id)} ${safe(step.action)}: ${safe(step.verdict)}`,
    )
    if (step.why) lines.push(`· ${safe(step.why)}`)
    for (const delta of step.realised)
      lines.push(`· ${sayDelta(delta, step.promised, receipt)}`)
    for (const { kind, venue, decimal, symbol } of step.positions)
      lines.push(
        `· ${safe(kind)} at ${code(venue)}: ${code(decimal)} ${code(symbol)}`,
      )
    for (const hash of step.transactions) lines.push(`· ${code(hash)}`)
  }
  lines.push('', `Gas paid: ${code(toDecimal(receipt.gasWei, 18))}`)
  for (const { agent, fees = [] } of receipt.steps)
    for (const { decimal, symbol, account } of fees)
      lines.push(
        `Fee of ${code(agent)}: ${code(decimal)} ${code(symbol)} to ${code(account)}`,
      )
  for (const payment of receipt.payments ?? [])
    lines.push(
      `Paid by the operator for a quote of ${code(payment.agent)}: ${code(payment.decimal)} ${code(payment.symbol)}, ${code(payment.transaction ?? payment.state)}`,
    )
  return joinLines(lines)
}

function sayDelta(
  delta: AssetDelta,
  promised: readonly AssetDelta[],
  receipt: Receipt,
): string {
  const bound = promised.find(
    (entry) =>
      entry.token.toLowerCase() === delta.token.toLowerCase() &&
      isSameAddress(entry.account, delta.account),
  )
  const amount = `${delta.units > 0n ? '+' : ''}${delta.decimal}`
  const limit =
    bound === undefined
      ? ''
      : bound.units < 0n
        ? ` (at most ${code(bound.decimal.replace(/^-/, ''))} was promised)`
        : ` (at least ${code(bound.decimal)} was promised)`
  const whose = isSameAddress(delta.account, receipt.account)
    ? ''
    : ` for ${code(delta.account)}`
  return `${code(amount)} ${code(delta.symbol)}${limit}${whose}`
}

/** Buttons have no markup: control characters and length are all there is. */
function toLabel(label: string): string {
  const plain =
    label
      .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, ' ')
      .trim() || '·'
  return plain.length > longestLabel
    ? `${plain.slice(0, longestLabel - 1)}…`
    : plain
}
