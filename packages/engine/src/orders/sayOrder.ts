import { type OrderTerms, type Step, toDecimal } from '@behest/spec'
import { sayCondition } from './evaluateConditions.js'

/** One sentence: what a run does, when, and within which bounds. */
export function sayOrder(terms: OrderTerms): string {
  const what = terms.steps.map(sayStep).join(', then ')
  return `${what} ${sayWhen(terms)}; ${sayBounds(terms)}.`.slice(0, 2000)
}

/** What a person should know before a yes, a line each. */
export function listOrderLines(terms: OrderTerms): string[] {
  const { schedule, bounds, maxRuns, missedRuns, custody } = terms
  const spends = bounds.map(({ token, perRunUnits, totalUnits }) =>
    maxRuns === 1
      ? `It takes at most ${toDecimal(totalUnits, token.decimals)} ${token.symbol}.`
      : `Each run takes at most ${toDecimal(perRunUnits, token.decimals)} ${token.symbol}; all ${maxRuns} together ${toDecimal(totalUnits, token.decimals)} ${token.symbol}.`,
  )
  return [
    schedule
      ? `It runs first at ${toIso(schedule.startUnixSeconds)}${schedule.every ? `, then every ${schedule.every.count === 1 ? '' : `${schedule.every.count} `}${schedule.every.unit}${schedule.every.count === 1 ? '' : 's'} (${schedule.timeZone})` : ''}.`
      : 'It runs once, at the first block at which its condition holds.',
    ...(terms.conditions.length > 0
      ? [
          `It runs only when ${terms.conditions.map((condition, index) => `${index === 0 ? '' : `${condition.join ?? 'and'} `}${sayCondition(condition)}`).join(' ')}, as the chain says.`,
        ]
      : []),
    ...spends,
    `It ends at ${toIso(terms.expiresUnixSeconds)} at the latest, and at once when you cancel it.`,
    ...(schedule
      ? [
          missedRuns === 'skip'
            ? 'A run that is missed is skipped.'
            : 'When runs were missed, one is caught up on.',
        ]
      : []),
    'Each run asks agents for new quotes, and is simulated and held to these bounds before anything is signed.',
    terms.batch
      ? `The chain itself refuses anything else: you sign exactly the ${terms.batch.calls.length === 1 ? 'call' : `${terms.batch.calls.length} calls`} of a run, which your own account makes on its own behalf${schedule?.every ? ', once in each period' : ''}; the executor holds nothing and pays the gas.`
      : custody === 'mandate'
        ? 'The chain itself refuses more: you sign a delegation with a limit for each period and for all of them, and the executor pays the gas.'
        : `This server, which signs for your account, refuses more; the chain does not${terms.whyDirect ? `, because ${terms.whyDirect}` : ''}.`,
  ]
}

function sayStep(step: Step): string {
  const amountOf = (amount: Step['amount']): string => {
    if (!amount) return ''
    switch (amount.kind) {
      case 'exact':
        return `${amount.decimal} `
      case 'fiat':
        return `${amount.decimal} ${amount.currency} of `
      case 'share':
        return `${amount.bps / 100} % of `
      case 'rest':
        return `all but ${amount.keep.decimal} `
      case 'output':
        return 'what comes of it in '
      default:
        return amount satisfies never
    }
  }
  const nameOf = (token: Step['token']): string =>
    token ? ('symbol' in token ? token.symbol : token.address) : 'everything'
  const at = step.venue === undefined ? '' : ` on ${step.venue}`
  if (step.action === 'swap')
    return `swap ${amountOf(step.sell?.amount)}${nameOf(step.sell?.token)} for ${nameOf(step.buy?.token)}${at}`
  if (step.action === 'transfer')
    return `send ${amountOf(step.amount)}${nameOf(step.token)} to ${step.to ?? 'somebody'}`
  const verb = step.action === 'supply' ? 'lend' : step.action
  return `${verb} ${amountOf(step.amount)}${nameOf(step.token)}${at}`
}

function sayWhen(terms: OrderTerms): string {
  const parts = [
    ...(terms.schedule ? [terms.schedule.text] : []),
    ...(terms.conditions.length > 0
      ? [
          `when ${terms.conditions.map((condition, index) => `${index === 0 ? '' : `${condition.join ?? 'and'} `}${sayCondition(condition)}`).join(' ')}`,
        ]
      : []),
  ]
  return parts.join(' ')
}

function sayBounds(terms: OrderTerms): string {
  const runs = terms.maxRuns === 1 ? 'once' : `at most ${terms.maxRuns} times`
  const spends = terms.bounds.map(
    ({ token, totalUnits }) =>
      `${toDecimal(totalUnits, token.decimals)} ${token.symbol}`,
  )
  return [
    runs,
    ...(spends.length > 0 ? [`at most ${spends.join(' and ')} in all`] : []),
    `until ${toIso(terms.expiresUnixSeconds).slice(0, 10)}`,
  ].join(', ')
}

function toIso(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().replace('.000Z', 'Z')
}
