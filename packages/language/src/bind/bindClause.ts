import type { Problem } from '../text/Problem.js'
import { bindAllowance } from './bindAllowance.js'
import { bindBorrow } from './bindBorrow.js'
import { bindBridge } from './bindBridge.js'
import { bindClaim } from './bindClaim.js'
import { bindPosition } from './bindPosition.js'
import { bindRelocation } from './bindRelocation.js'
import { bindSimple } from './bindSimple.js'
import { bindTransfer } from './bindTransfer.js'
import type { DraftStep } from './DraftStep.js'
import { foldTopic } from './foldTopic.js'
import { moneyOf } from './partsOf.js'
import type { ReadClause } from './ReadClause.js'
import { refineSense } from './refineSense.js'
import { bindSplit } from './trade/bindSplit.js'
import { bindTrade } from './trade/bindTrade.js'

/** Puts the parts of a clause into the roles of its verb. */
export function bindClause(said: ReadClause): DraftStep[] {
  const clause = foldTopic(said)
  const sense = refineSense(clause)
  const drafts = bindSense(clause, sense)
  // `send 1 eth worth of usdc`: only a trade can measure one in the other.
  return moneyOf(clause.parts).some((money) => money.worth !== undefined) &&
    drafts.every((draft) => draft.action !== 'swap')
    ? drafts.map((draft) => ({
        ...draft,
        problems: [
          ...(draft.problems ?? []),
          { slot: 'amount', problem: WORTH },
        ],
      }))
    : drafts
}

const WORTH: Problem = {
  reason:
    'An amount measured in another token has no fixed size. How much exactly?',
}

function bindSense(clause: ReadClause, sense: string): DraftStep[] {
  switch (sense) {
    case 'swap':
    case 'sell':
    case 'buy':
    case 'get':
    case 'wrap':
    case 'unwrap':
    case 'invest':
      return bindTrade(clause, sense)
    case 'bridge':
      return bindBridge(clause)
    case 'send':
      return bindTransfer(clause)
    case 'relocate':
      return bindRelocation(clause)
    case 'long':
    case 'short':
    case 'close':
      return bindPosition(clause, sense)
    case 'approve':
    case 'revoke':
      return bindAllowance(clause, sense)
    case 'borrow':
      return bindBorrow(clause)
    case 'split':
      return bindSplit(clause)
    case 'claim':
      return bindClaim(clause)
    case 'supply':
    case 'deposit':
    case 'withdraw':
    case 'repay':
    case 'stake':
    case 'unstake':
    case 'lock':
    case 'unlock':
    case 'vote':
      return bindSimple(clause, sense)
    default:
      return []
  }
}
