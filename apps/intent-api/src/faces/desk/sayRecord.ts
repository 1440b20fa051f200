import {
  type AssetDelta,
  type IntentEvent,
  type IntentRecord,
  isNumbered,
  isSameAddress,
  type OrderProposal,
  type Preview,
  type Receipt,
  toDecimal,
} from '@behest/spec'

type Side = Preview['youGive'][number]

/**
 * Says where an intent stands, for a chat: what is asked, the plan that waits,
 * the answer, the receipt, or what went wrong. The same record always gives the
 * same words, so that a later turn can be held against what was shown.
 *
 * @returns Markdown. Names that others chose are on one line and link nowhere.
 */
export function sayRecord(record: IntentRecord): string {
  const { receipt } = record.artifacts.receipt ?? {}
  if (receipt) return sayReceipt(receipt)
  if (record.answer) return record.answer.text.split('\n').map(plain).join('\n')
  switch (record.status) {
    case 'needs-answer':
      return sayQuestions(record)
    case 'needs-approval':
      if (record.preview) return sayPreview(record.preview)
      return record.order ? sayProposal(record.order) : 'A plan waits.'
    case 'failed':
      return `Nothing was sent. ${plain(record.problem?.detail ?? 'It failed.')}`
    case 'rejected':
      return 'The plan was rejected. Nothing was sent.'
    case 'cancelled':
      return 'Cancelled. Nothing was sent.'
    case 'unknown':
      return 'It was sent, and the chain has not said yet how it ended. It is being asked; nothing is sent twice.'
    case 'running':
      return `It is at work, at stage ${record.stage}. Ask again in a moment.`
    case 'done':
      return record.order
        ? `The order stands: ${plain(record.order.headline)}`
        : 'Done.'
    default:
      return record.status satisfies never
  }
}

/** Says one event on one line. */
export function sayEvent(event: IntentEvent): string {
  return `${event.stage}: ${plain(event.message)}`
}

/**
 * Puts what others wrote on one line without anything that a chat would draw as
 * a link, a picture or markup.
 */
export function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .replaceAll('[', '(')
    .replaceAll(']', ')')
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll('`', "'")
}

/** One question at a time; what else is open is asked after its answer. */
function sayQuestions(record: IntentRecord): string {
  const [question] = record.questions ?? []
  if (question === undefined) return 'Something is missing.'
  return [
    plain(question.text),
    ...(question.options ?? []).map(
      ({ label }, index) =>
        `${isNumbered(question) ? `${index + 1}.` : '-'} ${plain(label)}`,
    ),
  ].join('\n')
}

function sayProposal(order: OrderProposal): string {
  return [
    `**${plain(order.headline)}**`,
    '',
    ...order.lines.map((line) => `- ${plain(line)}`),
  ].join('\n')
}

function sayPreview(preview: Preview): string {
  const lines = [
    `**${plain(preview.headline)}**`,
    ...(preview.follows === undefined ? [] : ['', plain(preview.follows)]),
    '',
    ...preview.youGive.map(
      (side) => `- you give at most ${side.boundDecimal} ${plain(side.symbol)}`,
    ),
    ...preview.youGet.map(
      (side) =>
        `- you get at least ${side.boundDecimal} ${plain(side.symbol)}${sayExpected(side)}`,
    ),
    ...preview.othersGet.map(
      (side) =>
        `- ${side.account} gets ${side.boundDecimal} ${plain(side.symbol)}`,
    ),
    ...preview.positions.map(
      ({ kind, venue, decimal, symbol }) =>
        `- ${kind} at ${plain(venue)}: ${decimal} ${plain(symbol)}`,
    ),
    ...preview.health.map(
      ({ venue, before, after }) =>
        `- health at ${plain(venue)}: ${before ?? 'no debt'} → ${after ?? 'no debt'}`,
    ),
    `- gas at most ${preview.gas.atMostDecimal} ${plain(preview.gas.symbol)}`,
    preview.allowances.length === 0
      ? '- allowances stay as they are'
      : `- allowances after: ${preview.allowances
          .map(
            ({ symbol, spender, afterUnits }) =>
              `${afterUnits} units of ${plain(symbol)} for ${spender}`,
          )
          .join(', ')}`,
    `- good until ${new Date(preview.untilUnixSeconds * 1000).toISOString()} by the chain's clock`,
  ]
  for (const step of preview.steps) {
    lines.push(
      '',
      `${step.stepId}. ${plain(step.headline)}, by ${plain(step.agentName)}`,
      ...step.calls.map((call) => `   - ${call.purpose}: ${plain(call.says)}`),
    )
    if (step.certificate) lines.push(`   - ${plain(step.certificate)}`)
    for (const { decimal, symbol, account } of step.fees ?? [])
      lines.push(`   - its fee: ${decimal} ${plain(symbol)} to ${account}`)
  }
  for (const warning of preview.warnings)
    lines.push('', `Beware: ${plain(warning)}`)
  return lines.join('\n')
}

function sayExpected(side: Side): string {
  return side.expectedUnits === side.boundUnits
    ? ''
    : ` (expected ${side.expectedDecimal})`
}

function sayReceipt(receipt: Receipt): string {
  const lines = [`**Receipt: ${receipt.outcome}**`]
  for (const step of receipt.steps) {
    lines.push('', `${step.id}. ${step.action}: ${step.verdict}`)
    if (step.why) lines.push(`   - ${plain(step.why)}`)
    for (const delta of step.realised)
      lines.push(`   - ${sayDelta(delta, step.promised, receipt.account)}`)
    for (const { kind, venue, decimal, symbol } of step.positions)
      lines.push(`   - ${kind} at ${plain(venue)}: ${decimal} ${plain(symbol)}`)
    for (const hash of step.transactions) lines.push(`   - ${hash}`)
  }
  lines.push('', `Gas paid: ${toDecimal(receipt.gasWei, 18)}`)
  for (const { agent, fees = [] } of receipt.steps)
    for (const { decimal, symbol, account } of fees)
      lines.push(
        `Fee of ${plain(agent)}: ${decimal} ${plain(symbol)} to ${account}`,
      )
  for (const payment of receipt.payments ?? [])
    lines.push(
      `Paid by the operator for a quote of ${plain(payment.agent)}: ${payment.decimal} ${plain(payment.symbol)}, ${payment.transaction ?? payment.state}`,
    )
  return lines.join('\n')
}

function sayDelta(
  delta: AssetDelta,
  promised: readonly AssetDelta[],
  account: string,
): string {
  const bound = promised.find(
    (entry) =>
      entry.token.toLowerCase() === delta.token.toLowerCase() &&
      isSameAddress(entry.account, delta.account),
  )
  const sign = delta.units > 0n ? '+' : ''
  const limit = bound
    ? bound.units < 0n
      ? ` (at most ${bound.decimal.slice(1)} was promised)`
      : ` (at least ${bound.decimal} was promised)`
    : ''
  const whose =
    delta.account.toLowerCase() === account.toLowerCase()
      ? ''
      : ` for ${delta.account}`
  return `${sign}${delta.decimal} ${plain(delta.symbol)}${limit}${whose}`
}
