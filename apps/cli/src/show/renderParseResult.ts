import type { Amount, ParseResult, Step, TokenRef } from '@behest/spec'

/** Writes what was understood, with the words that it was understood from. */
export function renderParseResult(
  result: ParseResult,
  utterance: string,
): string {
  switch (result.type) {
    case 'none':
      return `No request: ${result.reason}. ${result.message}`
    case 'clarify':
      return [
        ...result.draft.steps.map((step) => renderStep(step, utterance)),
        ...result.questions.flatMap((question) => [
          `? ${question.text}`,
          ...(question.options ?? []).map(
            (option, index) => `    ${index + 1}. ${option.label}`,
          ),
        ]),
      ].join('\n')
    case 'intent':
      return result.intent.steps
        .map((step) => renderStep(step, utterance))
        .join('\n')
    default:
      return result satisfies never
  }
}

function renderStep(step: Step, utterance: string): string {
  const { id, action, spans, of, sell, buy, collateral, ...rest } = step
  const lines = [`${id}  ${action}`]
  for (const [name, leg] of Object.entries({ sell, buy, collateral }))
    if (leg)
      lines.push(`    ${name}: ${sayAmount(leg.amount)} ${sayToken(leg.token)}`)
  for (const [name, value] of Object.entries(rest))
    lines.push(`    ${name}: ${sayValue(name, value)}`)
  if (of) lines.push(renderStep(of, utterance).replace(/^/gm, '    '))
  const words = Object.entries(spans).map(
    ([path, [start, end]]) => `${path} "${utterance.slice(start, end)}"`,
  )
  if (words.length > 0) lines.push(`    said: ${words.join(', ')}`)
  return lines.join('\n')
}

function sayValue(name: string, value: unknown): string {
  if (name === 'amount') return sayAmount(value as Amount)
  if (name === 'token') return sayToken(value as TokenRef)
  return typeof value === 'string' || typeof value === 'number'
    ? String(value)
    : JSON.stringify(value)
}

function sayToken(token: TokenRef | undefined): string {
  if (!token) return '?'
  return 'symbol' in token ? token.symbol : token.address
}

function sayAmount(amount: Amount | undefined): string {
  if (!amount) return ''
  switch (amount.kind) {
    case 'exact':
      return amount.decimal
    case 'fiat':
      return `${amount.decimal} ${amount.currency} worth of`
    case 'share':
      return amount.bps === 10_000 ? 'all' : `${amount.bps / 100} % of`
    case 'output':
      return `what ${amount.step} gives`
    case 'rest':
      return `all but ${amount.keep.decimal}`
    default:
      return amount satisfies never
  }
}
