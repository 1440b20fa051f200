import type { DraftStep } from './DraftStep.js'
import { chainsOf, moneyOf, venuesOf } from './partsOf.js'
import type { ReadClause } from './ReadClause.js'
import { readCommon } from './readCommon.js'
import { saidPlace } from './saidPlaces.js'
import { shareAmounts } from './shareAmounts.js'
import { splitGaps } from './splitGaps.js'
import { toLeg } from './toLeg.js'
import { withRecipient } from './withRecipient.js'

export function bindBridge(clause: ReadClause): DraftStep[] {
  const common = readCommon(clause)
  const groups = splitGaps(
    clause.parts,
    (part) => part.type === 'chain' && part.cue === 'to',
  )
  const steps: DraftStep[] = []
  for (const parts of groups) {
    const chains = chainsOf(parts)
    const all = chainsOf(clause.parts)
    const target =
      chains.find((chain) => chain.cue === 'to') ??
      (chains.length >= 2
        ? chains.findLast((chain) => chain.cue !== 'from')
        : chains.find(
            (chain) => chain.cue === '' && clause.verbText !== 'swap',
          )) ??
      all.find((chain) => chain.cue === 'to')
    const source =
      chains.find((chain) => chain.cue === 'from') ??
      chains.find((chain) => chain !== target) ??
      all.find((chain) => chain.cue === 'from')
    const venue = saidPlace(
      venuesOf(clause.parts).find((each) => each.cue !== 'from'),
    )
    const monies = moneyOf(parts)
    const changed = monies.find(
      (money) =>
        /^(?:to|for|as)$/.test(money.cue) &&
        money.token !== undefined &&
        monies.some((other) => other.cue === '' && other.token !== undefined),
    )
    const objects = monies.filter((money) => money !== changed)
    const toChain = saidPlace(target)
    const chain = saidPlace(source)
    const list = shareAmounts(objects)
    for (const money of list.length === 0 ? [undefined] : list) {
      const carried: DraftStep = {
        ...common,
        action: 'bridge',
        legs: { main: toLeg(money) },
        ...(toChain === undefined ? {} : { toChain }),
        ...(chain === undefined ? {} : { chain }),
        ...(venue === undefined ? {} : { venue }),
        ...(money === undefined ? { elliptic: true as const } : {}),
      }
      if (
        changed === undefined ||
        changed.token?.symbol === money?.token?.symbol
      ) {
        steps.push(carried)
        continue
      }
      // `bridge 1 eth to base as usdc`: changed first, then carried over.
      steps.push({
        ...common,
        action: 'swap',
        legs: { sell: toLeg(money), buy: toLeg(changed) },
        ...(chain === undefined ? {} : { chain }),
      })
      const { conditions: _c, times: _t, slippageBps: _s, ...plain } = carried
      steps.push({
        ...plain,
        legs:
          changed.token === undefined ? {} : { main: { token: changed.token } },
        elliptic: true,
      })
    }
  }
  return withRecipient(steps, clause, 'main')
}
