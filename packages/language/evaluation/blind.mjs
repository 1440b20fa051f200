import { readFileSync } from 'node:fs'

/**
 * Sentences written from the specification alone, by one who had not seen the
 * parser, each with its meaning in the wire form. They were scored once unseen;
 * grammar was mended by all of them since.
 */
export const BLIND_SETS = [
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
]

/** Reads the sentences of one set: text, language, kind, context and gold. */
export function readBlind(set) {
  return readFileSync(new URL(`./blind/${set}.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line))
}

/** What differs between a result and the gold, argument by argument. */
export function compareBlind(gold, result) {
  if (gold.type !== result.type)
    return { right: false, actions: false, differs: [result.type] }
  if (gold.type !== 'intent') return { right: true, actions: true, differs: [] }
  const meant = gold.intent.steps.map((step) => flatten(step))
  const said = result.intent.steps.map((step) => flatten(step))
  const actions =
    meant.length === said.length &&
    meant.every((step, at) => step.action === said[at].action)
  const differs = []
  for (let at = 0; at < Math.max(meant.length, said.length); at += 1) {
    const one = said[at] ?? {}
    const other = meant[at] ?? {}
    for (const key of new Set([...Object.keys(one), ...Object.keys(other)]))
      if (String(one[key]) !== String(other[key])) differs.push(key)
  }
  return { right: differs.length === 0, actions, differs }
}

const PLAIN = ['chain', 'toChain', 'venue', 'pool', 'to', 'spender', 'account']

function flatten(step, prefix = '') {
  const flat = {}
  const put = (key, value) => {
    if (value !== undefined && value !== null) flat[prefix + key] = value
  }
  put('action', step.action)
  put('topic', step.topic)
  for (const name of ['sell', 'buy', 'collateral']) {
    put(`${name}.token`, tokenOf(step[name]?.token))
    put(`${name}.amount`, amountOf(step[name]?.amount))
  }
  put('token', tokenOf(step.token))
  put('amount', amountOf(step.amount))
  for (const key of PLAIN)
    if (step[key] !== undefined) put(key, String(step[key]).toLowerCase())
  put('leverage', decimalOf(step.leverage))
  put('maxSlippageBps', step.maxSlippageBps)
  step.when?.forEach((one, at) => {
    put(
      `when[${at}]`,
      [
        one.subject.kind,
        tokenOf(one.subject.token) ?? '',
        one.subject.venue ?? '',
        one.comparator,
        decimalOf(one.value),
        one.unit?.toLowerCase(),
        at > 0 ? (one.join ?? 'and') : '',
      ].join('|'),
    )
  })
  const { schedule } = step
  if (schedule?.start) put('start', new Date(schedule.start).toISOString())
  if (schedule?.end) put('end', new Date(schedule.end).toISOString())
  put('times', schedule?.times)
  if (schedule?.every)
    put('every', `${schedule.every.count} ${schedule.every.unit}`)
  return step.of === undefined
    ? flat
    : { ...flat, ...flatten(step.of, `${prefix}of.`) }
}

function tokenOf(token) {
  return token === undefined
    ? undefined
    : (token.symbol ?? token.address).toLowerCase()
}

function amountOf(amount) {
  switch (amount?.kind) {
    case undefined:
      return undefined
    case 'exact':
      return decimalOf(amount.decimal)
    case 'fiat':
      return `${amount.currency} ${decimalOf(amount.decimal)}`
    case 'share':
      return `${amount.bps} bps`
    case 'output':
      return `of ${amount.step}`
    default:
      return `all but ${decimalOf(amount.keep.decimal)}`
  }
}

/** `1.50` and `1.5` are one amount; nothing is rounded. */
function decimalOf(decimal) {
  const match = /^0*(\d+)(?:\.(\d*?)0*)?$/.exec(
    String(decimal ?? '').replace(/^\./, '0.'),
  )
  if (match === null) return decimal
  return match[2] ? `${match[1]}.${match[2]}` : match[1]
}
