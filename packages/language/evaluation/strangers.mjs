import { readFileSync } from 'node:fs'

/**
 * Sentences as strangers write them, each with its meaning in short form:
 * `swap 1:ETH :USDC on=base when=price:ETH:<:2000:usd`. `*` is all of it, `>1`
 * what the first step gives, `~2` all but 2, `-` no order, `?` a question, and
 * `||` separates readings that are all right.
 */
export const SETS = ['first', 'second', 'third', 'fourth']

/** Reads the sentences of one set. */
export function readStrangers(set) {
  const lines = readFileSync(
    new URL(`./strangers/${set}.txt`, import.meta.url),
    'utf8',
  ).split('\n')
  return lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.lastIndexOf(' => ')
      return {
        utterance: line.slice(0, at),
        golds: line
          .slice(at + 4)
          .split('||')
          .map((gold) => gold.trim()),
      }
    })
}

/** Tells whether a result is one of the readings that are right. */
export function isRight(golds, result) {
  return golds.some((gold) => {
    if (gold === '-') return result.type === 'none'
    if (gold.startsWith('?'))
      return (
        result.type === 'clarify' &&
        gold
          .slice(1)
          .split(',')
          .every(
            (slot) =>
              slot === '' ||
              result.questions.some((question) => question.slot === slot),
          )
      )
    return (
      result.type === 'intent' &&
      toCanon(render(result.intent.steps)) === toCanon(gold)
    )
  })
}

/** Writes steps in the short form. */
export function render(steps) {
  return steps.map(renderStep).join(' + ')
}

const KEYS = [
  ['chain', 'on'],
  ['toChain', 'toc'],
  ['venue', 'via'],
  ['pool', 'pool'],
  ['to', 'to'],
  ['spender', 'spender'],
  ['leverage', 'lev'],
  ['maxSlippageBps', 'slip'],
  ['account', 'acct'],
]

function renderStep(step) {
  const out = [step.action]
  if (step.topic) out.push(step.topic)
  if (step.sell || step.buy) out.push(renderLeg(step.sell), renderLeg(step.buy))
  else if (step.token || step.amount) out.push(renderLeg(step))
  if (step.collateral) out.push(`col=${renderLeg(step.collateral)}`)
  for (const [key, short] of KEYS)
    if (step[key] !== undefined) out.push(`${short}=${step[key]}`)
  for (const { join, subject, comparator, value, unit } of step.when ?? []) {
    const mark = { or: '|', and: '&' }[join] ?? ''
    out.push(
      `when=${mark}${subject.kind}:${subject.token?.symbol ?? ''}:${comparator}:${value}:${unit}`,
    )
  }
  const { schedule } = step
  if (schedule?.every)
    out.push(`every=${schedule.every.count}${schedule.every.unit}`)
  for (const key of ['start', 'end', 'times'])
    if (schedule?.[key] !== undefined)
      out.push(`${key}=${String(schedule[key]).replace(':00.000Z', '')}`)
  if (step.of) out.push(`{${renderStep(step.of)}}`)
  return out.join(' ')
}

function renderLeg(leg) {
  return `${renderAmount(leg?.amount)}:${leg?.token?.symbol ?? leg?.token?.address ?? ''}`
}

function renderAmount(amount) {
  switch (amount?.kind) {
    case undefined:
      return ''
    case 'exact':
      return amount.decimal
    case 'share':
      return amount.bps === 10_000 ? '*' : `${amount.bps / 100}%`
    case 'fiat':
      return `${amount.currency === 'USD' ? '$' : amount.currency}${amount.decimal}`
    case 'output':
      return `>${amount.step.slice(1)}`
    default:
      return `~${amount.keep.decimal}`
  }
}

/** The order of named arguments says nothing; that of conditions does. */
function toCanon(text) {
  return text
    .split(' + ')
    .map((step) => {
      const inner = /\{(.*)\}/.exec(step)?.[1]
      const words = step
        .replace(/\{.*\}/, '')
        .trim()
        .split(/\s+/)
      const named = (word) => /^\w+=/.test(word)
      return [
        ...words.filter((word) => !named(word)),
        ...words.filter((word) => word.startsWith('when=')),
        ...words
          .filter((word) => named(word) && !word.startsWith('when='))
          .sort(),
        ...(inner === undefined ? [] : [`{${toCanon(inner)}}`]),
      ].join(' ')
    })
    .join(' + ')
    .toLowerCase()
}
