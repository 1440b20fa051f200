import { commonWords } from '../lexicon/lexicon.js'
import { isFamiliar } from '../lexicon/repairWord.js'
import { type Item, textOf } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { verbatim } from '../text/tagItems.js'

/** Nouns that nobody uses about milk or meetings. */
const NOUNS =
  /^(?:tokens?|crypto|coins?|loans?|debts?|collateral|liquidity|rewards?|yield|apy|apr|pools?|vaults?|positions?|wallets?|stablecoins?|stables|airdrops?|lp|lps|dex|defi|portfolio|holdings|allowances?|approvals?|leverage|slippage|gwei|gauges?|swaps?|onchain|mainnet|testnet|usd|erc20|staked|staking|limit|dip|bags?)$/
/** Verbs that are at home in a wallet and hardly anywhere else. */
const STRONG =
  /^(?:swap|bridge|unstake|restake|stake|unwrap|borrow|repay|lend|deposit|withdraw|unlock|hodl|dca)$/

/** What one could only want of a wallet, and the words to want it with. */
const WISHED =
  /^(?:swap|bridge|unstake|restake|stake|unwrap|borrow|repay|lend|withdraw|deposit)$/
const WISHING =
  /^(?:i|i'd|we|you|u|want|wanna|would|like|need|to|please|pls|plz|can|could|help|me|us|let|let's|lets|now|hey|hi|hello|so|just|again|today|for|a|do|some|something|love|gotta|have|make|ok|okay|yo)$/

/**
 * Tells whether a sentence speaks of money at all. `swap seats with me` has a
 * verb that orders something and nothing that a wallet could do it with.
 */
export function hasEvidence(
  items: readonly Item[],
  normalised: NormalisedText,
): boolean {
  const words = items.filter((item) => item.type !== 'break')
  const verb = words.some(
    (item) => item.type === 'word' && STRONG.test(item.text),
  )
  const trade =
    verb ||
    words.some(
      (item) =>
        item.type === 'word' &&
        /^(?:sell|buy|claim|trade|exchange|convert|supply|close|lock|vote|earn|long|short|bring|move|send|transfer|dump|purchase)(?: |$)/.test(
          item.text,
        ),
    )
  const text = words.map((item) => textOf(item)).join(' ')
  if (/(?:^| )close .{0,20}(?:long|short|position|trade)/.test(text))
    return true
  if (
    /^(?:\S+ )?(?:sell|dump|liquidate|convert|withdraw|bridge) (?:it all|everything|all|all of it)(?: now| asap)?$/.test(
      text,
    )
  )
    return true
  // `bridge to base plz`: where, and nothing else yet.
  if (
    words.some(
      (item, at) =>
        item.type === 'word' &&
        item.senses.chain !== undefined &&
        /^(?:to|from|onto)$/.test(textOf(words[at - 1])) &&
        words.some((each) => textOf(each) === 'bridge'),
    )
  )
    return true
  // `send 5`: how much, and nothing else yet.
  if (
    words.length <= 3 &&
    words[0]?.type === 'word' &&
    words[0].senses.verb !== undefined &&
    words.some((item) => item.type === 'number' || item.type === 'quantity') &&
    words.every((item) => !isStrange(item))
  )
    return true
  // `swap`, `bridge please`: too little to say no to.
  if (verb && words.length <= 3 && words.every((item) => !isStrange(item)))
    return true
  // `i want to stake please`: nothing but the wish.
  if (
    words.length <= 7 &&
    words.some((item) => item.type === 'word' && WISHED.test(item.text)) &&
    words.every(
      (item) =>
        item.type === 'symbol' ||
        (item.type === 'word' &&
          (WISHED.test(item.text) || WISHING.test(item.text))),
    )
  )
    return true
  return items.some((item, at) => {
    switch (item.type) {
      case 'address':
      case 'hex':
      case 'name':
      case 'slippage':
      case 'leverage':
      case 'pool':
        return true
      case 'quantity':
        return verb || item.quantity.kind === 'fiat'
      case 'symbol':
        return /^[$€£¥]$/.test(item.text)
      case 'number':
        return (
          verb && !(items[at + 1]?.type === 'word' && isEveryday(items[at + 1]))
        )
      case 'word': {
        if (item.cashtag || item.lookalike !== undefined) return true
        const { token, chain, venue, tokenWeak, venueWeak } = item.senses
        const everyday = isFamiliar(item.text)
        if (token !== undefined && !tokenWeak && !everyday) return true
        if (venue !== undefined && !venueWeak && !everyday) return true
        if (chain !== undefined && !item.senses.chainWeak && !everyday)
          return true
        // `pull everything out of compound`
        if (
          venue !== undefined &&
          /^(?:of|from|into|on|in|off)$/.test(textOf(items[at - 1])) &&
          items
            .slice(Math.max(0, at - 4), at)
            .some(
              (each) =>
                each.type === 'quantity' ||
                /^(?:everything|all|half)$/.test(textOf(each)),
            )
        )
          return true
        if (NOUNS.test(item.text)) return true
        if (
          trade &&
          (token !== undefined || venue !== undefined) &&
          !commonWords.has(item.text)
        )
          return true
        // A ticker in the writer's own capitals, or one that was counted.
        const said = verbatim(normalised, item)
        const bare = Object.keys(item.senses).length === 0
        const loud =
          said.length >= 2 &&
          said === said.toUpperCase() &&
          /[A-Z]/.test(said) &&
          /[a-z]/.test(normalised.utterance)
        if (
          (token !== undefined || bare) &&
          loud &&
          !commonWords.has(item.text)
        )
          return true
        const before = items[at - 1]
        const counted =
          before?.type === 'number' ||
          before?.type === 'quantity' ||
          /^(?:my|half|all|of|percent|%)$/.test(textOf(before))
        return counted && !everyday && (token !== undefined || bare) && trade
      }
      default:
        return false
    }
  })
}

function isStrange(item: Item): boolean {
  return (
    item.type === 'word' &&
    item.senses.verb === undefined &&
    !commonWords.has(item.text)
  )
}

function isEveryday(item: Item | undefined): boolean {
  return (
    item?.type === 'word' &&
    item.senses.token === undefined &&
    isFamiliar(textOf(item))
  )
}
