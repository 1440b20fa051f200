import type { Action } from '@behest/spec'
import { createTable } from '../text/createTable.js'

const ENGLISH: Readonly<Record<string, string>> = createTable({
  'sell.token': 'Which token do you want to pay with?',
  'sell.amount': 'How much do you want to swap?',
  'buy.token': 'Which token do you want to get?',
  'buy.amount': 'How much do you want to get?',
  token: 'Which token?',
  amount: 'How much?',
  to: 'To which address or ENS name?',
  toChain: 'To which chain?',
  chain: 'On which chain?',
  venue: 'Into which protocol or pool?',
  pool: 'For which pool?',
  spender: 'Which protocol or address is the spender?',
  'collateral.token': 'Which token is the collateral?',
  'collateral.amount': 'How much collateral?',
  maxSlippageBps: 'How much slippage do you accept at most?',
  schedule: 'When exactly?',
})
const JAPANESE: Readonly<Record<string, string>> = createTable({
  'sell.token': 'どのトークンで支払いますか？',
  'sell.amount': 'いくら交換しますか？',
  'buy.token': 'どのトークンを受け取りますか？',
  'buy.amount': 'いくら受け取りますか？',
  token: 'どのトークンですか？',
  amount: 'いくらですか？',
  action: 'この理解でよろしいですか？',
  'of.buy.token': 'どのトークンに替えた場合ですか？',
  to: '送り先のアドレスかENS名は？',
  toChain: 'どのチェーンへ移しますか？',
  chain: 'どのチェーンで行いますか？',
  venue: 'どのプロトコルまたはプールに預けますか？',
  pool: 'どのプールですか？',
  spender: '承認先のプロトコルかアドレスは？',
  'collateral.token': 'どのトークンを担保にしますか？',
  'collateral.amount': '担保はいくらですか？',
  maxSlippageBps: 'スリッページは最大何％までですか？',
  schedule: '正確にはいつですか？',
})
const VERBS: Partial<Record<Action, string>> = {
  bridge: 'bridge',
  transfer: 'send',
  supply: 'lend',
  deposit: 'deposit',
  withdraw: 'withdraw',
  borrow: 'borrow',
  repay: 'repay',
  stake: 'stake',
  unstake: 'unstake',
  lock: 'lock',
  unlock: 'unlock',
  approve: 'approve',
}

/** Gives the wording of questions in the language of the utterance. */
export function questionTexts(language: string): {
  missing(action: Action, slot: string): string
  problem(reason: string, action: Action, slot: string): string
  /** What was said and has no place. */
  unplaced(name: string): string
  /** A condition that could not be read. */
  condition(): string
} {
  const japanese = language.startsWith('ja')
  const table = japanese ? JAPANESE : ENGLISH
  const missing = (action: Action, slot: string): string => {
    const verb = VERBS[action]
    if (!japanese && verb !== undefined) {
      if (slot === 'amount') return `How much do you want to ${verb}?`
      if (slot === 'token') return `Which token do you want to ${verb}?`
    }
    if (!japanese && slot === 'amount' && /^(?:long|short)$/.test(action))
      return 'How much collateral, or which size?'
    return (
      table[slot] ??
      (japanese ? '詳しく教えてください。' : 'Can you say that more exactly?')
    )
  }
  return {
    missing,
    unplaced: (name) =>
      japanese
        ? `「${name}」は何のことですか？どう使うか教えてください。`
        : `What is "${name}" for?`,
    condition: () =>
      japanese
        ? 'どのような条件のときですか？数値で教えてください。'
        : 'Under which condition exactly?',
    problem: (reason, action, slot) =>
      japanese
        ? /[ぁ-ん]/.test(reason)
          ? reason
          : (table[slot] ?? '詳しく教えてください。')
        : reason.endsWith('?')
          ? reason
          : `${reason} ${missing(action, slot)}`,
  }
}
