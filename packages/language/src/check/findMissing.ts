import type { Step, TokenRef } from '@behest/spec'

/** Lists the arguments that a step still needs before anything can be done. */
export function findMissing(step: Step): string[] {
  const missing: string[] = []
  const need = (slot: string, value: unknown) => {
    if (value === undefined) missing.push(slot)
  }
  switch (step.action) {
    case 'swap':
      need('sell.token', step.sell?.token)
      need('buy.token', step.buy?.token)
      if (step.sell?.amount === undefined && step.buy?.amount === undefined)
        missing.push('sell.amount')
      break
    case 'bridge':
      need('token', step.token)
      need('amount', step.amount)
      if (step.toChain === undefined || step.toChain === step.chain)
        missing.push('toChain')
      break
    case 'transfer':
      need('token', step.token)
      need('amount', step.amount)
      need('to', step.to)
      break
    case 'supply':
    case 'stake':
    case 'unstake':
    case 'borrow':
    case 'repay':
      need('token', step.token)
      need('amount', step.amount)
      break
    case 'deposit':
      need('token', step.token)
      need('amount', step.amount)
      need('venue', step.venue ?? step.pool)
      break
    case 'lock':
    case 'unlock':
      if (step.pool === undefined || step.token !== undefined) {
        need('token', step.token)
        need('amount', step.amount)
      }
      break
    case 'withdraw':
      // `withdraw everything from aave` names all that has to be known.
      if (
        step.pool === undefined &&
        step.amount?.kind !== 'share' &&
        step.amount?.kind !== 'fiat'
      )
        need('token', step.token)
      need('amount', step.amount)
      break
    case 'long':
    case 'short':
      need('token', step.token)
      if (step.amount === undefined && step.collateral?.amount === undefined)
        missing.push('amount')
      break
    case 'close':
      need('token', step.token)
      break
    case 'vote':
      need('pool', step.pool ?? step.token)
      break
    case 'approve':
      need('token', step.token)
      need('amount', step.amount)
      need('spender', step.spender)
      break
    case 'revoke':
      need('token', step.token)
      need('spender', step.spender)
      break
    default:
  }
  if (step.collateral !== undefined)
    need('collateral.token', step.collateral.token)
  return missing
}

/** Tells whether two names are the same token. */
export function isSameToken(
  one: TokenRef | undefined,
  other: TokenRef | undefined,
): boolean {
  if (one === undefined || other === undefined) return false
  if ('symbol' in one && 'symbol' in other)
    return one.symbol.toLowerCase() === other.symbol.toLowerCase()
  return (
    'address' in one &&
    'address' in other &&
    one.address.toLowerCase() === other.address.toLowerCase()
  )
}
