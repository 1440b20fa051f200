/**
 * What twenty patterns make of a sentence: the least that a parser has to beat. It
 * knows the verbs, numbers in front of names, `to`, `on` and `every`, and no more.
 */
export function parseBaseline(utterance) {
  const text = utterance.toLowerCase()
  const steps = text
    .split(/\s+(?:and then|then|and|,)\s+/)
    .flatMap((clause) => readClause(clause))
    .map((step, at) => ({ id: `s${at + 1}`, spans: {}, ...step }))
  if (steps.length === 0)
    return { type: 'none', reason: 'not-understood', message: '' }
  const missing = steps.some((step) =>
    step.action === 'swap'
      ? !step.sell || !step.buy
      : step.action !== 'ask' && step.action !== 'claim' && !step.amount,
  )
  const intent = { version: 1, utterance, language: 'en', steps }
  return missing
    ? { type: 'clarify', draft: intent, questions: [] }
    : { type: 'intent', intent }
}

const VERBS = [
  ['ask', /^(?:what|how|which|show|check)\b/],
  ['swap', /\b(?:swap|exchange|trade|convert|sell|buy)\b/],
  ['bridge', /\bbridge\b/],
  ['transfer', /\b(?:send|transfer|pay)\b/],
  ['supply', /\b(?:lend|supply)\b/],
  ['deposit', /\bdeposit\b/],
  ['withdraw', /\bwithdraw\b/],
  ['borrow', /\bborrow\b/],
  ['repay', /\brepay\b/],
  ['unstake', /\bunstake\b/],
  ['stake', /\bstake\b/],
  ['claim', /\bclaim\b/],
  ['long', /\blong\b/],
  ['short', /\bshort\b/],
  ['close', /\bclose\b/],
  ['approve', /\bapprove\b/],
  ['revoke', /\brevoke\b/],
]
const CHAIN = 'ethereum|arbitrum|optimism|base|polygon|avalanche|gnosis'

function readClause(clause) {
  const action = VERBS.find(([, pattern]) => pattern.test(clause))?.[0]
  if (action === undefined) return []
  const counted = /(\d[\d,.]*)\s*([a-z]{2,6})\b/.exec(clause)
  const goal = /\b(?:to|for|into|with)\s+([a-z]{2,6})\b/.exec(clause)
  const chain = new RegExp(`\\bon (${CHAIN})\\b`).exec(clause)?.[1]
  const leg =
    counted === null
      ? undefined
      : {
          token: { symbol: counted[2].toUpperCase() },
          amount: { kind: 'exact', decimal: counted[1].replaceAll(',', '') },
        }
  const place = chain === undefined ? {} : { chain }
  if (action === 'ask') return [{ action, topic: 'price', ...place }]
  if (action === 'swap') {
    const other =
      goal === null ? undefined : { token: { symbol: goal[1].toUpperCase() } }
    return [
      /\bbuy\b/.test(clause)
        ? {
            action,
            ...(other && { sell: other }),
            ...(leg && { buy: leg }),
            ...place,
          }
        : {
            action,
            ...(leg && { sell: leg }),
            ...(other && { buy: other }),
            ...place,
          },
    ]
  }
  const to = /\bto (\S+\.eth|0x[0-9a-f]{40})\b/i.exec(clause)?.[1]
  const toChain = new RegExp(`\\bto (${CHAIN})\\b`).exec(clause)?.[1]
  return [
    {
      action,
      ...leg,
      ...(to === undefined ? {} : { to }),
      ...(toChain === undefined || action !== 'bridge' ? {} : { toChain }),
      ...place,
    },
  ]
}
