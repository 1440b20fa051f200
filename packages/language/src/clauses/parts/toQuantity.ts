import type { Item, Quantity } from '../../text/Item.js'

export function toQuantity(item: Extract<Item, { type: 'number' }>): Quantity {
  if (item.problem !== undefined)
    return { kind: 'problem', problem: item.problem }
  if (/^0(?:\.0*)?$/.test(item.decimal))
    return { kind: 'problem', problem: { reason: 'The amount is zero.' } }
  return { kind: 'number', decimal: item.decimal }
}
