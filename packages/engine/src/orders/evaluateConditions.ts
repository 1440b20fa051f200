import {
  type Address,
  type Block,
  type ChainPort,
  type Condition,
  isSameAddress,
  type OrderObservation,
  toDecimal,
} from '@behest/spec'

const scale = 18

/** The conditions of an order as the chain answers them at one block. */
export type Evaluation = {
  readonly holds: boolean
  readonly observed: readonly OrderObservation[]
  readonly block: Block
}

/**
 * Asks the chain whether an order's conditions hold. `and` binds closer than
 * `or`, as in the sentence.
 *
 * What nobody can tell does not hold: an order never runs on a guess.
 *
 * @param options.block - The block that is asked, recorded with the answer.
 * @returns Each condition with the value that the chain gave.
 */
export async function evaluateConditions(options: {
  readonly conditions: readonly Condition[]
  readonly account: Address
  readonly chain: ChainPort
  readonly block: Block
}): Promise<Evaluation> {
  const { conditions, block } = options
  const observed: OrderObservation[] = []
  let any = false
  let all = true
  for (const [index, condition] of conditions.entries()) {
    const value = await observe(condition, options)
    const holds = value !== null && compare(value, condition)
    if (index > 0 && condition.join === 'or') {
      any ||= all
      all = true
    }
    all &&= holds
    observed.push({
      text: sayCondition(condition),
      ...(value === null ? {} : { value: toDecimal(value, scale) }),
      holds,
    })
  }
  return { holds: any || all, observed, block }
}

/** A condition in one form: `ETH < 2000 usd`. */
export function sayCondition(condition: Condition): string {
  const { subject, comparator, value, unit } = condition
  const name = subject.token
    ? 'symbol' in subject.token
      ? subject.token.symbol
      : subject.token.address
    : subject.text
  const [what, counted] = (() => {
    switch (subject.kind) {
      case 'health':
        return [
          subject.venue === undefined
            ? 'your health factor'
            : `your health factor at ${subject.venue}`,
          '',
        ]
      case 'gas':
        return ['the gas price', unit]
      case 'balance':
        return [`your balance of ${name}`, '']
      default:
        return [
          subject.kind === 'price' ? name : `${subject.kind} ${name}`.trim(),
          unit,
        ]
    }
  })()
  return `${what.replace(/^(\w+) \1$/i, '$1')} ${comparator} ${value} ${counted}`
    .trim()
    .slice(0, 600)
}

/** Tells whether the chain can be asked about a condition at all. */
export function isObservable(condition: Condition): boolean {
  const { subject, unit, value } = condition
  if (!/^\d{1,30}(?:\.\d{1,18})?$/.test(value)) return false
  switch (subject.kind) {
    case 'price':
      return subject.token !== undefined && unit === 'usd'
    case 'gas':
      return unit === 'gwei'
    case 'balance':
      return subject.token !== undefined && unit === 'token'
    case 'health':
      return unit === 'ratio'
    case 'apy':
    case 'marketCap':
    case 'other':
      return false
    default:
      return subject.kind satisfies never
  }
}

/** The value with 18 decimals; `null` where nobody can tell. */
async function observe(
  condition: Condition,
  options: {
    readonly account: Address
    readonly chain: ChainPort
    readonly block: Block
  },
): Promise<bigint | null> {
  const { subject } = condition
  const { account, chain, block } = options
  if (!isObservable(condition)) return null
  switch (subject.kind) {
    case 'price': {
      const token = await findOnly(condition, chain)
      if (!token) return null
      const priceE8 = await chain.readPriceUsdE8({
        token: token.address,
        blockNumber: block.number,
      })
      return priceE8 === null ? null : priceE8 * 10n ** 10n
    }
    case 'gas':
      return block.baseFeePerGasWei * 10n ** 9n
    case 'balance': {
      const token = await findOnly(condition, chain)
      if (!token) return null
      const units = await chain.readBalance({
        account,
        token: token.address,
        blockNumber: block.number,
      })
      return toE18(toDecimal(units, token.decimals))
    }
    case 'health': {
      const values = (await chain.readHealth({ account }))
        .filter(
          ({ venue }) =>
            subject.venue === undefined || isSameAddress(venue, subject.venue),
        )
        .flatMap(({ after }) => (after === undefined ? [] : [toE18(after)]))
      // The worst one counts; without a debt there is no health to speak of.
      return values.reduce<bigint | null>(
        (worst, value) => (worst === null || value < worst ? value : worst),
        null,
      )
    }
    case 'apy':
    case 'marketCap':
    case 'other':
      return null
    default:
      return subject.kind satisfies never
  }
}

async function findOnly(condition: Condition, chain: ChainPort) {
  const { token } = condition.subject
  if (!token) return null
  const [only, second] = await chain.findTokens(token)
  return only && !second ? only : null
}

function compare(value: bigint, condition: Condition): boolean {
  const bound = toE18(condition.value)
  switch (condition.comparator) {
    case '<':
      return value < bound
    case '<=':
      return value <= bound
    case '>':
      return value > bound
    case '>=':
      return value >= bound
    case '==':
      return value === bound
    default:
      return condition.comparator satisfies never
  }
}

/** A decimal with 18 places; digits past those are cut. */
function toE18(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'))
}
