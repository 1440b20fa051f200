import type { Preview, RouteHop } from '@behest/spec'
import { toDecimal } from '@behest/spec'

type Side = Preview['youGive'][number]

/** Writes what a person is asked to approve. */
export function renderPreview(preview: Preview): string {
  const lines = [`What will change: ${preview.headline}.`, '']
  for (const side of preview.youGive)
    lines.push(`  you give at most   ${side.boundDecimal} ${side.symbol}`)
  for (const side of preview.youGet)
    lines.push(
      `  you get at least   ${side.boundDecimal} ${side.symbol}${expected(side)}`,
    )
  for (const side of preview.othersGet)
    lines.push(
      `  goes to ${side.account}   ${side.boundDecimal} ${side.symbol}`,
    )
  for (const position of preview.positions)
    lines.push(
      `  ${position.kind} at ${position.venue}   ${position.decimal} ${position.symbol}`,
    )
  for (const { venue, before, after, liquidationPrices } of preview.health) {
    lines.push(
      `  health at ${venue}   ${before ?? 'no debt'} → ${after ?? 'no debt'}`,
    )
    for (const { symbol, priceUsd } of liquidationPrices ?? [])
      lines.push(`  liquidated when    ${symbol} is under $${priceUsd}`)
  }
  const { custody } = preview
  lines.push(
    `  gas                at most ${preview.gas.atMostDecimal} ${preview.gas.symbol}${
      custody?.executor ? ', paid by the executor' : ''
    }`,
    `  good until         ${new Date(preview.untilUnixSeconds * 1000).toISOString()} (chain time)`,
    `  allowances after   ${
      preview.allowances.length === 0
        ? 'as before'
        : preview.allowances
            .map(
              ({ symbol, spender, afterUnits }) =>
                `${afterUnits} units of ${symbol} for ${spender}`,
            )
            .join(', ')
    }`,
  )
  for (const step of preview.steps) {
    lines.push('', `  ${step.stepId} by ${step.agentName}: ${step.headline}`)
    if (step.route) lines.push(...renderRoute(step.route))
    if (step.certificate) lines.push(`     ${step.certificate}`)
    for (const { decimal, symbol, account } of step.fees ?? [])
      lines.push(`     its fee  ${decimal} ${symbol} to ${account}`)
    for (const call of step.calls)
      lines.push(`     ${call.purpose.padEnd(8)} ${call.says}`)
  }
  if (custody) {
    lines.push('', `  ${custody.type}: ${custody.says}`)
    for (const { stepIds, says } of custody.mandates)
      for (const bound of says)
        lines.push(`     ${stepIds.join('+')}  ${bound}`)
  }
  for (const { why } of preview.choice) if (why) lines.push('', `  ${why}`)
  if (preview.follows !== undefined) lines.push('', `  ${preview.follows}`)
  for (const warning of preview.warnings) lines.push('', `  ! ${warning}`)
  lines.push('', `  plan ${preview.planHash}`)
  return lines.join('\n')
}

/** Draws a route: one line a pool, in the order in which amounts flow. */
export function renderRoute(route: readonly RouteHop[]): string[] {
  return route.map(
    ({ tokenIn, tokenOut, amountInUnits, amountOutUnits, venue, feePips }) => {
      const from = `${short(amountInUnits, tokenIn.decimals)} ${tokenIn.symbol}`
      const to = `${short(amountOutUnits, tokenOut.decimals)} ${tokenOut.symbol}`
      return `     ${from.padStart(20)} ──▶ ${venue} ${feePips / 10_000} % ──▶ ${to}`
    },
  )
}

function expected(side: Side): string {
  return side.expectedUnits === side.boundUnits
    ? ''
    : ` (expected ${side.expectedDecimal})`
}

/** Six digits after the point are enough for a picture. */
function short(units: bigint, decimals: number): string {
  const [whole = '0', fraction = ''] = toDecimal(units, decimals).split('.')
  return fraction === '' ? whole : `${whole}.${fraction.slice(0, 6)}`
}
