import type { AssetDelta, IntentRecord, Receipt } from '@behest/spec'
import { toDecimal } from '@behest/spec'
import { renderProposal } from './renderOrder.js'
import { renderPreview } from './renderPreview.js'

/** Writes where an intent stands: its receipt, its answer, or what it needs. */
export function renderRecord(record: IntentRecord): string {
  const receipt = record.artifacts.receipt?.receipt
  const head = `intent ${record.id}  ${record.status}`
  if (receipt) return `${head}\n\n${renderReceipt(receipt)}`
  if (record.answer) return record.answer.text
  if (record.problem) return `${record.problem.code}: ${record.problem.detail}`
  if (record.status === 'needs-answer')
    return `${head}\n\n${(record.questions ?? []).map(({ text }) => `? ${text}`).join('\n')}\n\nAnswer with: behest resume ${record.id}`
  if (record.status === 'needs-approval' && record.preview)
    return `${head}\n\n${renderPreview(record.preview)}\n\nApprove with: behest resume ${record.id}`
  if (record.order)
    return record.status === 'done'
      ? `${record.order.headline}\n\nFollow it with: behest orders show ${record.id}`
      : `${head}\n\n${renderProposal(record.order)}\n\nApprove with: behest resume ${record.id}`
  return `${head}  at stage ${record.stage}`
}

/** Writes a receipt: promised beside realised, step by step. */
export function renderReceipt(receipt: Receipt): string {
  const lines = [`Receipt: ${receipt.outcome}`]
  for (const step of receipt.steps) {
    lines.push(
      '',
      `  ${step.id} ${step.action} by ${step.agent}: ${step.verdict}`,
    )
    if (step.why) lines.push(`     ${step.why}`)
    for (const delta of step.realised)
      lines.push(row(delta, step.promised, receipt.account))
    for (const position of step.positions)
      lines.push(
        `     ${position.kind} at ${position.venue}  ${position.decimal} ${position.symbol}`,
      )
    for (const hash of step.transactions) lines.push(`     ${hash}`)
  }
  for (const { venue, before, after } of receipt.health)
    lines.push(
      '',
      `  health at ${venue}   ${before ?? 'no debt'} → ${after ?? 'no debt'}`,
    )
  lines.push(
    '',
    `  gas  ${toDecimal(receipt.gasWei, 18)} of the chain's coin`,
    ...receipt.steps.flatMap(({ agent, fees = [] }) =>
      fees.map(
        ({ decimal, symbol, account }) =>
          `  fee  ${decimal} ${symbol} of ${agent}, to ${account}`,
      ),
    ),
    // From the operator's key, not from the account.
    ...(receipt.payments ?? []).map(
      ({ agent, decimal, symbol, state, transaction }) =>
        `  paid for a quote of ${agent}  ${decimal} ${symbol}, ${transaction ?? state}, by the operator`,
    ),
    `  plan ${receipt.planHash}`,
    ...receipt.signatures.map(({ by }) => {
      const step = receipt.steps.find(
        ({ agentAddress }) => agentAddress.toLowerCase() === by.toLowerCase(),
      )
      return `  signed by ${step?.agent ?? 'the engine'} ${by}`
    }),
  )
  return lines.join('\n')
}

function row(
  delta: AssetDelta,
  promised: readonly AssetDelta[],
  account: string,
): string {
  const bound = promised.find(
    (entry) =>
      entry.token.toLowerCase() === delta.token.toLowerCase() &&
      entry.account.toLowerCase() === delta.account.toLowerCase(),
  )
  const sign = delta.units > 0n ? '+' : ''
  const limit = bound
    ? bound.units < 0n
      ? `at most ${bound.decimal.slice(1)}`
      : `at least ${bound.decimal}`
    : ''
  const whose =
    delta.account.toLowerCase() === account.toLowerCase()
      ? ''
      : ` (${delta.account})`
  return `     ${`${sign}${delta.decimal} ${delta.symbol}`.padEnd(36)} ${limit}${whose}`
}
