/** What a result and its gold have in common, argument by argument. */
export function scoreCase(testCase, result) {
  const { expect } = testCase
  const kind = expect.none ? 'none' : expect.need ? 'clarify' : 'intent'
  const steps =
    result.type === 'intent'
      ? result.intent.steps
      : result.type === 'clarify'
        ? result.draft.steps
        : []
  const flat = steps.map(flatten)
  const gold = expect.steps?.map(flattenGold) ?? []
  const actions =
    kind !== 'intent' ||
    (flat.length === gold.length &&
      flat.every((step, at) => step.action === gold[at].action))
  const right = result.type === kind
  const slots = []
  if (kind === 'intent') {
    for (let at = 0; at < Math.max(flat.length, gold.length); at += 1) {
      const mine = flat[at] ?? {}
      const theirs = gold[at] ?? {}
      for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)]))
        slots.push({ key, said: mine[key], meant: theirs[key] })
    }
  }
  const asked =
    kind !== 'clarify' ||
    (result.type === 'clarify' &&
      expect.need.every((slot) =>
        result.questions.some((question) => question.slot === slot),
      ))
  return {
    kind,
    got: result.type,
    actions: kind === 'intent' ? right && actions : right,
    exact: right && asked && slots.every((slot) => same(slot.said, slot.meant)),
    slots,
    invented: findInvented(testCase, result),
    steps: gold.length,
  }
}

const KEYS = [
  'chain',
  'toChain',
  'venue',
  'pool',
  'to',
  'spender',
  'leverage',
  'maxSlippageBps',
  'topic',
]

function flatten(step) {
  const flat = { action: step.action }
  for (const key of KEYS)
    if (step[key] !== undefined) flat[key] = String(step[key]).toLowerCase()
  for (const name of ['sell', 'buy', 'collateral'])
    addLeg(flat, `${name}.`, step[name])
  addLeg(flat, '', step)
  if (step.of)
    for (const [key, value] of Object.entries(flatten(step.of)))
      flat[`of.${key}`] = value
  step.when?.forEach((one, at) => {
    flat[`when${at}`] = [
      one.subject?.kind ?? one.kind,
      name(one.subject?.token ?? one.token),
      one.comparator,
      one.value,
      one.unit,
      one.join ?? '',
    ].join('|')
  })
  if (step.schedule)
    for (const key of ['start', 'end', 'times'])
      if (step.schedule[key] !== undefined)
        flat[`schedule.${key}`] = String(step.schedule[key])
  if (step.schedule?.every)
    flat['schedule.every'] =
      `${step.schedule.every.count} ${step.schedule.every.unit}`
  return flat
}

const flattenGold = flatten

function name(token) {
  return token === undefined
    ? ''
    : (token.symbol ?? token.address).toLowerCase()
}

function addLeg(flat, prefix, leg) {
  if (leg?.token) flat[`${prefix}token`] = name(leg.token)
  if (leg?.amount) flat[`${prefix}amount`] = JSON.stringify(leg.amount)
}

function same(one, other) {
  return one === other
}

/** Arguments that stand nowhere in the words: there must be none at all. */
function findInvented(testCase, result) {
  if (result.type === 'none') return []
  const steps =
    result.type === 'intent' ? result.intent.steps : result.draft.steps
  const invented = []
  for (const step of steps) {
    const legs = [
      ['sell.', step.sell],
      ['buy.', step.buy],
      ['collateral.', step.collateral],
      ['', step],
    ]
    for (const [prefix, leg] of legs) {
      const derived = leg?.amount?.kind === 'output'
      if (leg?.amount && !derived && !step.spans[`${prefix}amount`])
        invented.push(`${prefix}amount`)
      if (
        leg?.token &&
        !derived &&
        !step.spans[`${prefix}token`] &&
        !steps.some((other) => other !== step && mentions(other, leg.token))
      )
        invented.push(`${prefix}token`)
    }
    for (const key of [
      'to',
      'spender',
      'toChain',
      'venue',
      'chain',
      'maxSlippageBps',
      'leverage',
      'pool',
    ])
      if (step[key] !== undefined && !step.spans[key]) invented.push(key)
    for (const [path, [start, end]] of Object.entries(step.spans))
      if (!(start >= 0 && end > start && end <= testCase.utterance.length))
        invented.push(`span ${path}`)
  }
  return invented
}

function mentions(step, token) {
  return [step.token, step.sell?.token, step.buy?.token].some(
    (each) => each && name(each) === name(token),
  )
}
