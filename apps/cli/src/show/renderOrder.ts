import type { OrderProposal, OrderRecord } from '@behest/spec'

/** What a person is asked before an order stands. */
export function renderProposal(proposal: OrderProposal): string {
  return [
    proposal.headline,
    ...proposal.lines.map((line) => `  · ${line}`),
    `  terms ${proposal.termsHash}`,
  ].join('\n')
}

/** One order with its runs. */
export function renderOrder(order: OrderRecord): string {
  const next = order.nextRunUnixSeconds
  return [
    `${order.status.toUpperCase()}  ${order.headline}`,
    `  said    ${order.utterance.replace(/\s+/g, ' ')}`,
    `  id      ${order.id}`,
    `  account ${order.account}`,
    `  bounded ${sayBound(order)}`,
    ...(next === undefined
      ? []
      : [`  next    ${new Date(next * 1000).toISOString()}`]),
    ...(order.why === undefined ? [] : [`  ended   ${order.why}`]),
    ...(order.runs.length === 0 ? ['  No runs yet.'] : []),
    ...order.runs.map((run) =>
      [
        `  run ${run.period.padEnd(6)}`,
        new Date(run.dueUnixSeconds * 1000).toISOString().slice(0, 16),
        run.outcome.padEnd(17),
        run.intentId ?? '',
        ...(run.observed ?? []).map(
          ({ text, value }) => `${text} (${value ?? 'unknown'})`,
        ),
        run.why ?? '',
      ]
        .join('  ')
        .trimEnd(),
    ),
  ].join('\n')
}

/** Who refuses more than was signed. */
function sayBound({ terms }: OrderRecord): string {
  if (terms.custody === 'direct')
    return `by this server, because ${terms.whyDirect ?? 'it signs for the account'}`
  return terms.batch
    ? 'by the chain: exactly the calls of a run, made by the account itself'
    : 'by the chain: so much in each period and in all, to the executor only'
}
