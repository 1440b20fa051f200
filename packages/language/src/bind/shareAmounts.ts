import type { Money } from '../clauses/Part.js'

/** An amount without a token beside a token without an amount are one leg. */
export function joinHalves(list: readonly Money[]): Money[] {
  const joined: Money[] = []
  for (const money of list) {
    const before = joined.at(-1)
    // `convert my eth to weth, 20 eth`: the same token, counted later.
    const same = joined.findIndex(
      (other) =>
        other.token?.symbol !== undefined &&
        other.token.symbol === money.token?.symbol &&
        (other.amount === undefined) !== (money.amount === undefined),
    )
    if (same >= 0 && money.pronoun === undefined) {
      const other = joined[same] as Money
      joined[same] =
        other.amount === undefined
          ? { ...other, ...money, cue: other.cue }
          : other
      continue
    }
    // `unstake everything, all my cake`: the same, said twice.
    if (
      before !== undefined &&
      before.token === undefined &&
      before.pronoun === undefined &&
      before.amount?.value.kind === 'share' &&
      money.amount?.value.kind === 'share' &&
      before.amount.value.bps === money.amount.value.bps &&
      money.token !== undefined &&
      money.cue === before.cue
    ) {
      const { joined: _, ...same } = money
      joined[joined.length - 1] = {
        ...same,
        ...(before.joined ? { joined: true as const } : {}),
        amount: { ...before.amount, end: money.amount.end },
      }
      continue
    }
    if (
      before !== undefined &&
      before.token === undefined &&
      before.amount !== undefined &&
      before.pronoun === undefined &&
      money.token?.known === true &&
      money.amount === undefined &&
      !money.joined
    )
      joined[joined.length - 1] = { ...money, amount: before.amount }
    else joined.push(money)
  }
  return joined
}

/** `100 usdc and dai`, `1 eth and wbtc each`: who has which amount. */
export function shareAmounts(said: readonly Money[]): Money[] {
  const list = said.map((money, at) => {
    const before = said[at - 1]
    return money.token === undefined &&
      money.pronoun === undefined &&
      money.amount?.value.kind === 'number' &&
      money.joined &&
      before?.token !== undefined &&
      before.amount?.value.kind === 'number'
      ? { ...money, token: before.token }
      : money
  })
  const joined = joinHalves(list)
  const each = joined.find((money) => money.each && money.amount !== undefined)
  if (each === undefined) {
    // `all my usdc and dai`: the quantifier stands before the list.
    const first = joined[0]
    return joined.map((money, at) =>
      at > 0 &&
      money.joined &&
      money.amount === undefined &&
      money.pronoun === undefined &&
      first?.amount?.value.kind === 'share' &&
      money.token !== undefined
        ? { ...money, amount: first.amount }
        : money,
    )
  }
  return joined
    .filter((money) => money.token !== undefined || money === joined[0])
    .map((money) =>
      money.amount === undefined && each.amount !== undefined
        ? { ...money, amount: each.amount }
        : money,
    )
}
