import {
  type Amount,
  amountSchema,
  type TokenRef,
  tokenRefSchema,
} from '@behest/spec'

export function render(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number')
    return String(value)
  const amount = amountSchema.safeParse(value)
  if (amount.success) return renderAmount(amount.data)
  const token = tokenRefSchema.safeParse(value)
  if (token.success) return renderToken(token.data)
  return undefined
}

function renderAmount(amount: Amount): string {
  switch (amount.kind) {
    case 'exact':
      return amount.decimal
    case 'fiat':
      return `${amount.decimal} ${amount.currency}`
    case 'share':
      return amount.bps === 10_000 ? 'all' : `${amount.bps / 100}%`
    case 'output':
      return `what ${amount.step} gives`
    case 'rest':
      return `all but ${amount.keep.decimal}`
  }
}

function renderToken(token: TokenRef): string {
  return 'symbol' in token ? token.symbol : token.address
}
