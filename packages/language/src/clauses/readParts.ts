// One file because it is one grammar: what a word is depends on the words
// before it, so places, tokens and amounts are told apart in one walk.

import { commonWords, getConfusable, getVenueKind } from '../lexicon/lexicon.js'
import { isFamiliar } from '../lexicon/repairWord.js'
import { createTable } from '../text/createTable.js'
import {
  type Item,
  type Problem,
  type Quantity,
  type Range,
  textOf,
} from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { verbatim } from '../text/tagItems.js'
import { isValidAddress } from './isValidAddress.js'
import type { Cue, Mention, Money, Part, Said } from './Part.js'

const CUES: Readonly<Record<string, Cue>> = createTable({
  to: 'to',
  into: 'to',
  onto: 'to',
  toward: 'to',
  towards: 'to',
  '→': 'to',
  for: 'for',
  with: 'with',
  using: 'with',
  w: 'with',
  from: 'from',
  off: 'from',
  on: 'on',
  '@': 'on',
  upon: 'on',
  between: 'to',
  among: 'to',
  amongst: 'to',
  in: 'in',
  inside: 'in',
  within: 'in',
  at: 'at',
  via: 'via',
  through: 'via',
  thru: 'via',
  by: 'by',
  against: 'against',
  of: 'of',
  as: 'as',
})
const DETERMINERS =
  /^(?:my|the|our|your|a|an|this|that|its|their|available|current|existing|own|native|regular|of|newly|whole|new|more|additional|extra|another|fresh|pure|actual|respective|same|liquid|idle|resulting|received|swapped|bridged|borrowed|obtained|acquired|purchased|bought|withdrawn|converted|claimed|unstaked|minted|freshly|just|redeemed|deposited|staked|entire|those|these|any|remaining|pending|accrued|unclaimed|accumulated|outstanding|\()$/
/** `all of my own liquid …`: more than these in a row are no phrase. */
const MOST_DETERMINERS = 12
/** A clause with more arguments than this is none that anyone writes. */
const MOST_PARTS = 160
const DEFINITE =
  /^(?:the|that|this|those|these|resulting|received|swapped|bridged|borrowed|obtained|acquired|purchased|bought|withdrawn|converted|claimed|unstaked|newly|minted|redeemed)$/
const TRAILING =
  /^(?:tokens?|coins?|balances?|holdings?|stack|bags?|stash|funds?|worth|in total|total|apiece|debts?|loans?|collateral|cash|stables?|stablecoins?|i have|left|sitting|available|back|please|liquidity|deposits?|money|rewards?|position|positions|savings|earnings)$/
const PLACE_NOUN =
  /^(?:protocol|finance|dex|exchange|v2|v3|v4|platform|app|dapp|lending|bridge|dao|labs|comet)$/
const CHAIN_NOUN =
  /^(?:chain|network|mainnet|l2|l1|blockchain|rollup|side|ecosystem|layer)$/
const POOL_NOUN =
  /^(?:pools?|vaults?|lp|lps|pairs?|gauges?|farms?|strategy|strategies|markets?|clp|slp|bribes?|lptoken|tranche)$/
/** What is asked for where two things are joined by `or`. */
const ALTERNATIVES: Partial<Record<Part['type'], string>> = {
  money: 'token',
  chain: 'chain',
  venue: 'venue',
  party: 'to',
}
/** Verbs whose `to X` names where the money goes, and not what it becomes. */
const INTO_PLACE =
  /^(?:lend|deposit|add|put|stake|repay|lock|topup|vote|move|claim|save|earn|yeet)$/
const FROM_PLACE =
  /^(?:withdraw|borrow|claim|unstake|take|get|exit|redeem|repay|unlock|close|move|revoke)$/
const TRADE = /^(?:swap|buy|sell|wrap|unwrap|get|redeem|yeet|invest|mint)$/
const NAMED_POOL =
  /^(?:[234]pool|3crv|tripool|tricrypto\d?|tricryptousdc|crypto[23]|steth-?ng|fraxbp|crvusd-?ng)$/
const RELATIVES =
  /^(?:mom|mum|dad|mother|father|brother|sister|bro|sis|wife|husband|friend|buddy|landlord|boss|grandma|grandpa|girlfriend|boyfriend|gf|bf|roommate|employee|contractor|accountant|treasury|cold|ledger|hot|savings|main|burner|trezor|vault|multisig|safe|coinbase|binance|kraken)$/
/** People without a name; a wallet with a nickname may be in the contacts. */
const PEOPLE =
  /^(?:mom|mum|dad|mother|father|brother|sister|bro|sis|wife|husband|friend|buddy|landlord|boss|grandma|grandpa|girlfriend|boyfriend|gf|bf|roommate|employee|contractor|accountant)$/
const SELF =
  /^(?:(?:my|our)(?: (?:own|main|personal))?(?: (?:wallet|account|address|self|eoa))|myself|me|mine|wallet)(?= |$)/
const PRONOUN =
  /^(?:all of (?:it|that|them|this|those)|it all|them all|it|them|that|this|those|these|(?:all (?:of )?)?(?:the |my |those |these )?(?:proceeds|result|results|output|outcome|earnings|resulting tokens?|received tokens?|received amount|swapped tokens?|swapped amount|amount received|amount i get|swapped funds|funds received|converted amount|tokens received|tokens i get|new tokens?|borrowed amount|borrowed funds|withdrawn amount|withdrawn funds|bridged funds|bridged tokens?|bridged amount|resulting amount|result of that|output of that|full amount|same amount|whole thing|whole amount|entire amount|returns|tokens|funds|money|coins|amount))(?= |$)/
const BOTH =
  /^(?:both(?: of (?:them|these|those))?(?: (?:the )?(?:tokens|coins|assets|amounts))?|both the tokens|each of (?:them|these|those)|each)(?= |$)/
const I_GET =
  /^(?:(?:that |which )?(?:i|you|we) (?:(?:will|would|'ll) )?(?:get|got|receive|received|obtain|obtained|make|made|withdraw|withdrew|borrow|borrowed|claimed|claim|bought|buy|just bought|just got|end up with|earn|swapped|bridged)(?: back)?(?: (?:from|out of|in) (?:it|that|this|the swap|the trade|the bridge|there|the loan|the sale))?|(?:that |which )?(?:it|that|this|the swap|the trade|the sale) (?:gives|gave|will give|returns|yields|pays|produces|leaves|makes)(?: (?:me|us))?(?: back)?|(?:that |which )?(?:comes|come|came) (?:out|back)(?: of (?:it|that|this|there))?)(?= |$)/
const FROM_IT =
  /^(?:from (?:it|that|this|the swap|the trade|the bridge|the sale|the loan|the withdrawal|step \d|above)|received|swapped|bridged|obtained|borrowed|withdrawn|bought|claimed)(?= |$)/

/** Reads the arguments of one clause, in the order in which they were said. */
export function readParts(options: {
  readonly items: readonly Item[]
  readonly sense: string
  readonly normalised: NormalisedText
}): Part[] {
  const { items, sense, normalised } = options
  const parts: Part[] = []
  let cue: Cue = ''
  let joined = false
  let index = 0
  // The verb left a mark where it stood; in front of it nothing new is named.
  let behindVerb = !items.some(
    (item) => item.type === 'break' && item.start < item.end,
  )
  let either = false
  const place = (part: Part) => {
    // `to usdc or dai`: which of the two is not for us to choose.
    if (either && joined && sense !== 'ask' && ALTERNATIVES[part.type])
      parts.push({
        type: 'problem',
        start: part.start,
        end: part.end,
        slot: ALTERNATIVES[part.type] as string,
        problem: { reason: 'Which of the two?' },
      })
    parts.push(part)
    cue = ''
    joined = false
    either = false
  }
  const inherit = (): { cue: Cue; joined?: true } => {
    const before = parts.at(-1)
    if (cue === '' && joined && before !== undefined && 'cue' in before)
      return { cue: before.cue, joined: true }
    return joined ? { cue, joined: true } : { cue }
  }
  while (index < items.length) {
    const item = items[index]
    if (item === undefined) break
    const { start, end } = item
    if (parts.length >= MOST_PARTS) {
      parts.push({
        type: 'problem',
        start,
        end: items.at(-1)?.end ?? end,
        problem: { reason: 'That is too much at once. Say it in fewer words.' },
      })
      break
    }
    switch (item.type) {
      case 'slippage':
        parts.push({
          type: 'slippage',
          start,
          end,
          ...(item.bps === undefined ? {} : { bps: item.bps }),
          ...(item.problem === undefined ? {} : { problem: item.problem }),
        })
        index += 1
        continue
      case 'leverage':
        parts.push({ type: 'leverage', start, end, decimal: item.decimal })
        index += 1
        continue
      case 'conditions':
        parts.push({
          type: 'conditions',
          start,
          end,
          conditions: item.conditions,
        })
        index += 1
        continue
      case 'time':
        parts.push({ type: 'time', start, end, parts: item.parts })
        index += 1
        continue
      case 'limit':
        parts.push({
          type: 'problem',
          start,
          end,
          slot: item.slot ?? 'maxSlippageBps',
          problem: item.problem,
        })
        index += 1
        continue
      case 'quote':
        index += 1
        continue
      case 'break':
        behindVerb = true
        cue = ''
        joined = false
        index += 1
        continue
      case 'name':
      case 'address':
      case 'hex': {
        const party = readParty(item)
        // An address in a token's place is a token: `swap 1 eth for 0x…`.
        if (
          item.type === 'address' &&
          ((TRADE.test(sense) &&
            /^(?:to|for|from|with|)$/.test(inherit().cue)) ||
            (sense !== 'send' &&
              sense !== 'approve' &&
              sense !== 'revoke' &&
              /^(?:lend|borrow|deposit|withdraw|stake|bridge|repay|long|short|ask)$/.test(
                sense,
              ) &&
              cue === '' &&
              !parts.some((part) => part.type === 'money' && part.token)))
        ) {
          const before = parts.at(-1)
          const token: Mention = {
            start,
            end,
            address: item.text,
            known: true,
            ...(party.problem === undefined ? {} : { problem: party.problem }),
          }
          if (
            before?.type === 'money' &&
            before.token === undefined &&
            before.pronoun === undefined &&
            cue === ''
          ) {
            parts[parts.length - 1] = { ...before, token, end }
          } else place({ type: 'money', start, end, ...inherit(), token })
          index += 1
          continue
        }
        place({ type: 'party', start, end, ...inherit(), ...party })
        index += 1
        continue
      }
      default:
    }
    const word = textOf(item)
    // `->` and `=>`
    if (/^[-=]$/.test(word) && textOf(items[index + 1]) === '>') {
      cue = 'to'
      joined = false
      index += 2
      continue
    }
    if (item.type === 'symbol') {
      if (/^[,&+]$/.test(word)) joined = true
      else if (word === '→' || word === '>') cue = 'to'
      else if (word === '@') cue = 'on'
      else if (
        word === '#' &&
        items[index + 1]?.type === 'number' &&
        /^(?:in|issue|ticket|pr|see|per|re|task)$/.test(
          textOf(items[index - 1]),
        )
      )
        // `as discussed in #482`
        index += 1
      else if (word === '#' && items[index + 1]?.type === 'number') {
        parts.push({
          type: 'problem',
          start,
          end: items[index + 1]?.end ?? end,
          problem: { reason: 'Behest does not move NFTs.' },
        })
        index += 1
      }
      index += 1
      continue
    }
    if (/^(?:and|plus|or)$/.test(word)) {
      joined = true
      either = word === 'or'
      index += 1
      continue
    }
    // `… to usdc, but leave 0.1 eth for gas`: what stays of the whole.
    // `…, it's on arbitrum`: where it is by now.
    if (
      sense === 'bridge' &&
      (/^(?:its|it's|they're)$/.test(word) ||
        (/^(?:it|they)$/.test(word) &&
          /^(?:is|are)$/.test(textOf(items[index + 1])))) &&
      /^(?:on|in)$/.test(
        textOf(items[index + (/^(?:it|they)$/.test(word) ? 2 : 1)]),
      )
    ) {
      cue = 'from'
      joined = false
      index += /^(?:it|they)$/.test(word) ? 3 : 2
      continue
    }
    // `… make it on arbitrum`, `do it on base`: about the same order.
    if (/^(?:make|do)$/.test(word) && textOf(items[index + 1]) === 'it') {
      index += 2
      continue
    }
    const kept = readKeep(items, index, undefined)
    if (kept !== undefined && item.type === 'word') {
      const whole = parts.findLastIndex(
        (part) =>
          part.type === 'money' &&
          part.amount?.value.kind === 'share' &&
          part.amount.value.bps === 10_000,
      )
      const part = parts[whole]
      const unit = items
        .slice(index, kept.next)
        .find((each) => each.type === 'word' && each.senses.token !== undefined)
      const same =
        unit?.type !== 'word' ||
        (part?.type === 'money' && part.token?.symbol === unit.senses.token)
      const number = items
        .slice(index, kept.next)
        .find((each) => each.type === 'number')
      if (part?.type === 'money' && same && number !== undefined)
        parts[whole] = {
          ...part,
          amount: {
            start: number.start,
            end: number.end,
            value: { kind: 'rest', keep: { decimal: kept.decimal } },
          },
        }
      else
        parts.push({
          type: 'problem',
          start,
          end: kept.end,
          problem: { reason: 'How much is to stay, and of what?' },
        })
      index = kept.next
      continue
    }
    // `to usdc, not wbtc`, `instead of dai`, `without uniswap`: left out.
    const left = readExclusion(items, index)
    if (left !== undefined && sense !== 'ask') {
      const excluded = items[left]
      if (
        excluded?.type === 'word' &&
        (excluded.senses.venue !== undefined ||
          excluded.senses.chain !== undefined) &&
        (excluded.senses.token === undefined || left > index + 1)
      )
        parts.push({
          type: 'problem',
          start: excluded.start,
          end: excluded.end,
          slot: excluded.senses.venue === undefined ? 'chain' : 'venue',
          problem: { reason: 'What it should be instead has to be said.' },
        })
      else if (
        /^(?:except|excluding|besides|but|apart|aside)$/.test(word) &&
        excluded?.type === 'word' &&
        excluded.senses.token !== undefined
      )
        parts.push({
          type: 'problem',
          start: excluded.start,
          end: excluded.end,
          slot: 'token',
          problem: { reason: 'Which tokens exactly?' },
        })
      index = left
      while (
        index < items.length &&
        !/^(?:and|,|but|for|to|with|on|from|via|in)$/.test(
          textOf(items[index]),
        ) &&
        !/^(?:time|conditions|slippage|leverage|break)$/.test(
          items[index]?.type ?? '',
        )
      )
        index += 1
      continue
    }
    // `where it earns most`: how to choose is no argument.
    if (
      sense !== 'ask' &&
      /^(?:where|wherever|whichever|whatever)$/.test(word) &&
      I_GET.exec(lookahead(items, index + 1, 6)) === null
    ) {
      while (
        index < items.length &&
        !/^(?:time|conditions|slippage|leverage)$/.test(
          items[index]?.type ?? '',
        )
      )
        index += 1
      continue
    }
    let pairAt = index
    while (DETERMINERS.test(textOf(items[pairAt])) && pairAt < index + 3)
      pairAt += 1
    const pair = readPair(items, pairAt, normalised, sense)
    if (pair !== undefined) {
      let next = pair.next
      const noun = POOL_NOUN.test(textOf(items[next]))
      while (
        /^(?:\d|fee|tier|liquidity|stable|volatile|weighted)$/.test(
          textOf(items[next]),
        ) ||
        POOL_NOUN.test(textOf(items[next]))
      )
        next += 1
      if (
        noun ||
        !/^(?:swap|sell|buy|long|short|close|bridge|send|open)$/.test(sense)
      ) {
        place({
          type: 'pool',
          start: items[pairAt]?.start ?? start,
          end: pair.end,
          ...inherit(),
          pool: pair.text,
          tokens: pair.tokens,
        })
        index = next
        continue
      }
      if (/^(?:long|short|close|open)$/.test(sense)) {
        const first = items[pairAt]
        if (first?.type === 'word' && first.senses.token !== undefined) {
          place({
            type: 'money',
            start: first.start,
            end: first.end,
            ...inherit(),
            token: mention(first, normalised, true),
          })
          index = next
          continue
        }
      }
      // `buy eth/usd`: the dollar only says what the price is in.
      if (
        /^(?:usd|usdt|perp)$/.test(textOf(items[pair.next - 1])) &&
        /^(?:buy|sell)$/.test(sense)
      ) {
        const only = items[pairAt]
        if (only?.type === 'word') {
          const before = parts.at(-1)
          const token = mention(only, normalised, true)
          if (
            before?.type === 'money' &&
            before.token === undefined &&
            before.amount !== undefined
          )
            parts[parts.length - 1] = { ...before, token, end: only.end }
          else
            place({
              type: 'money',
              start: only.start,
              end: only.end,
              ...inherit(),
              token,
            })
          cue = ''
          index = pair.next
          continue
        }
      }
      // `swap eth/usdc` and `eth-usdc` in a trade: from one into the other.
      const last = items[pair.next - 1]
      const first = items[pairAt]
      if (first?.type === 'word' && last?.type === 'word') {
        place({
          type: 'money',
          start: first.start,
          end: first.end,
          ...inherit(),
          token: mention(first, normalised, true),
        })
        place({
          type: 'money',
          start: last.start,
          end: last.end,
          cue: 'to',
          token: mention(last, normalised, true),
        })
        index = next
        continue
      }
    }
    // `into stables`: one of them has to be named.
    if (
      /^(?:stables|stablecoins?|a stable)$/.test(word) &&
      /^(?:to|for|in|as)$/.test(cue) &&
      sense !== 'ask'
    ) {
      parts.push({
        type: 'problem',
        start,
        end,
        slot: 'buy.token',
        problem: {
          reason: 'Which stablecoin?',
          options: ['USDC', 'USDT', 'DAI'],
        },
      })
      cue = ''
      index += 1
      continue
    }
    const said = lookahead(items, index, 8)
    // `curve 3pool`, `tricrypto`: pools with a name of their own.
    if (
      NAMED_POOL.test(word) ||
      (/^(?:tri|two|three)$/.test(word) &&
        /^- (?:pool|crypto)(?= |$)/.test(lookahead(items, index + 1, 2)))
    ) {
      const length = NAMED_POOL.test(word) ? 1 : 3
      const last = items[index + length - 1] ?? item
      place({
        type: 'pool',
        start,
        end: last.end,
        ...inherit(),
        pool: verbatim(normalised, { start, end: last.end }),
        tokens: [],
      })
      index += length
      while (POOL_NOUN.test(textOf(items[index]))) index += 1
      continue
    }
    // `the token with address 0x…`
    const named =
      /^(?:with|at|having|contract|address)(?: (?:the|its|contract|token))* ?(?:address|contract)?(?= |$)/.exec(
        said,
      )
    if (named !== null && /address|contract/.test(named[0])) {
      const behind = index + countWords(named[0])
      if (items[behind]?.type === 'address' || textOf(items[behind]) === ':') {
        index = behind
        continue
      }
    }
    // `redeem 10 weth and get eth`, `use 500 usdc to buy eth`
    if (
      item.type === 'word' &&
      /^(?:get|receive|getting|receiving)$/.test(word)
    ) {
      cue = 'to'
      joined = false
      index += 1
      continue
    }
    if (
      item.type === 'word' &&
      /^(?:use|take|taking|spend|spending|pay|paying|paid)$/.test(word)
    ) {
      cue = 'with'
      joined = false
      const behind = textOf(items[index + 1])
      index += /^(?:in|with|using|by)$/.test(behind)
        ? 2
        : // `take it from my eth`
          behind === 'it' && /^(?:from|out)$/.test(textOf(items[index + 2]))
          ? textOf(items[index + 3]) === 'of'
            ? 4
            : 3
          : 1
      continue
    }
    if (word === 'out' && textOf(items[index + 1]) === 'of') {
      cue = 'from'
      index += 2
      continue
    }
    if (/^in (?:exchange|return) (?:for|of)(?= |$)/.test(said)) {
      cue = 'for'
      joined = false
      index += 3
      continue
    }
    if (
      /^(?:i have|i've got|i own|i hold|i've|i currently have|we have)(?= |$)/.test(
        said,
      )
    ) {
      index += 2
      continue
    }
    if (sense !== 'send' && SELF.test(said) && !/^(?:me|mine)$/.test(word)) {
      const match = SELF.exec(said)?.[0] ?? ''
      index += match.split(' ').length
      cue = ''
      continue
    }
    if (sense === 'send' && cue === 'to') {
      const match = SELF.exec(said)
      if (match !== null) {
        const length = match[0].split(' ').length
        index += length
        cue = ''
        continue
      }
    }
    // `split 1 eth 50/50`: how, and not how much.
    if (item.type === 'number' && /^(\d+) [/⁄] \1$/.test(item.text)) {
      parts.push({ type: 'word', text: 'evenly', start, end })
      index += 1
      continue
    }
    // `send 3 dai 2 alice.eth`, `convert 5 usdc 2 eth`
    const behind2 = items[index + 1]
    const before2 = parts.at(-1)
    if (
      item.type === 'number' &&
      /^[24]$/.test(item.text) &&
      item.spaced &&
      (item.text === '2' || TRADE.test(sense)) &&
      behind2 !== undefined &&
      before2?.type === 'money' &&
      before2.amount !== undefined &&
      before2.token !== undefined &&
      (behind2.type === 'name' ||
        behind2.type === 'address' ||
        (TRADE.test(sense) &&
          behind2.type === 'word' &&
          behind2.senses.token !== undefined &&
          !joined &&
          !items.some((each) => /^(?:to|for|into|→)$/.test(textOf(each)))))
    ) {
      cue = 'to'
      joined = false
      index += 1
      continue
    }
    // `the token at 0x…`: where its contract is, and no cue of its own.
    if (word === 'at' && items[index + 1]?.type === 'address') {
      index += 1
      continue
    }
    // `chain arbitrum`, `venue: gmx`: what the place is said to be.
    const labelled = readLabel(items, index)
    if (labelled !== undefined) {
      cue = labelled.cue
      joined = false
      index = labelled.next
      continue
    }
    const next =
      word === 'across' && sense === 'split'
        ? 'to'
        : word === 'over' && isPlaceItem(items[index + 1])
          ? 'via'
          : word === 'too' &&
              TRADE.test(sense) &&
              isPlaceless(items[index + 1]) &&
              parts.at(-1)?.type === 'money'
            ? 'to'
            : CUES[word]
    if (
      next !== undefined &&
      !(item.type === 'number') &&
      !isTokenHere(item, items, index)
    ) {
      // `of` inside a noun phrase was taken with it; here it ties to a noun.
      if (!(next === 'of' && cue !== '')) cue = next
      // `to usdc and to dai` is a list; `, on base` begins something new.
      joined =
        joined &&
        (next === 'of' ||
          (/^(?:and|&|plus)$/.test(textOf(items[index - 1])) &&
            /^(?:to|for)$/.test(next)))
      index += 1
      continue
    }
    const pronoun = readPronoun(items, index, sense)
    // `is it possible to …`, `make it so that …`: it stands for nothing.
    if (
      pronoun?.pronoun === 'it' &&
      !behindVerb &&
      cue === '' &&
      word === 'it' &&
      /^(?:is|was|can|does|would|could|will|be|make|made|think|find|if)$/.test(
        textOf(items[index - 1]),
      )
    ) {
      index = pronoun.next
      continue
    }
    if (pronoun !== undefined) {
      const before = parts.at(-1)
      // `1 eth of that`: a count of its own, out of what was given.
      if (
        before?.type === 'money' &&
        before.amount?.value.kind === 'number' &&
        before.token !== undefined &&
        cue === 'of'
      ) {
        cue = ''
        index = pronoun.next
        continue
      }
      // `half of it`: how much of what was given.
      if (
        before?.type === 'money' &&
        before.amount !== undefined &&
        before.token === undefined &&
        before.pronoun === undefined &&
        /^(?:|of)$/.test(cue) &&
        !joined &&
        /^(?:of|it|them|that|this)$/.test(textOf(items[index - 1]) || word)
      ) {
        const merged: Money = {
          ...before,
          pronoun: pronoun.pronoun,
          end: items[pronoun.next - 1]?.end ?? end,
        }
        parts[parts.length - 1] = merged
        cue = ''
        index = pronoun.next
        continue
      }
      // Japanese moves how much in front of it: the words may stand the other way.
      const said = items.slice(index, pronoun.next)
      const from = Math.min(...said.map((each) => each.start))
      const last = Math.max(...said.map((each) => each.end))
      place({
        type: 'money',
        start: from,
        end: last,
        ...inherit(),
        pronoun: pronoun.pronoun,
        ...(item.type === 'quantity' && item.quantity.kind === 'share'
          ? { whole: { start: from, end: last, value: item.quantity } }
          : {}),
      })
      index = pronoun.next
      continue
    }
    const chainBehind = readPlace({
      items,
      index,
      cue: inherit().cue,
      sense,
      parts,
      normalised,
      joined,
    })
    if (chainBehind !== undefined) {
      place({ ...chainBehind.part, ...inherit() } as Part)
      index = chainBehind.next
      continue
    }
    const money = readMoney({
      items,
      index,
      cue: inherit().cue,
      sense,
      normalised,
      parts,
    })
    if (money !== undefined) {
      if (money.chain !== undefined) parts.push(money.chain)
      // `the usdc vault`, `a weth gauge`
      const noun = textOf(items[money.next])
      if (
        POOL_NOUN.test(noun) &&
        money.part.amount === undefined &&
        money.part.token?.symbol !== undefined &&
        !/^(?:ask)$/.test(sense)
      ) {
        const before = parts.at(-1)
        const same =
          /^markets?$/.test(noun) &&
          parts.some(
            (part) =>
              part.type === 'money' &&
              part.token?.symbol === money.part.token?.symbol,
          )
        if (!same)
          place({
            type: 'pool',
            start: money.part.token.start,
            end: money.part.token.end,
            ...inherit(),
            pool: verbatim(normalised, money.part.token),
            tokens: [money.part.token.symbol],
          })
        void before
        index = money.next + 1
        cue = ''
        continue
      }
      const behind = parts.at(-1)
      const last = parts.findLast((part) => part.type === 'money')
      // `… on arbitrum and 1 eth for usdc on base`: what a place was tied by
      // ties no money.
      const tie =
        cue === '' &&
        joined &&
        (behind?.type === 'chain' || behind?.type === 'venue')
          ? last === undefined
            ? { cue: '' as const }
            : {
                cue: money.part.amount === undefined ? last.cue : ('' as const),
                joined: true as const,
              }
          : inherit()
      place({ ...money.part, ...tie })
      index = money.next
      continue
    }
    const unknown = readUnknown({
      items,
      index,
      cue: inherit().cue,
      sense,
      parts,
      normalised,
      behindVerb,
      joined,
    })
    if (unknown !== undefined) {
      place({ ...unknown.part, ...inherit() } as Part)
      index = unknown.next
      continue
    }
    if (item.type === 'word') {
      parts.push({ type: 'word', text: word, start, end })
      if (!DETERMINERS.test(word) && item.senses.verb !== undefined) cue = ''
      if (word === 'each' || word === 'apiece') {
        for (let at = parts.length - 1; at >= 0; at -= 1) {
          const part = parts[at]
          if (part?.type !== 'money') continue
          parts[at] = { ...part, each: true }
          break
        }
      }
      // `… to usdc and tell me the hash`: what goes on is no list.
      if (
        !DETERMINERS.test(word) &&
        !/^(?:also|maybe|even|then|please)$/.test(word)
      )
        joined = false
    } else if (item.type === 'number') {
      place({
        type: 'money',
        start,
        end,
        ...inherit(),
        amount: { start, end, value: toQuantity(item) },
      })
    }
    index += 1
  }
  return foldParts(parts)
}

/** Where what is left out stands, if a word here leaves something out. */
function readExclusion(
  items: readonly Item[],
  index: number,
): number | undefined {
  const word = textOf(items[index])
  let at = index + 1
  switch (word) {
    case 'not':
    case 'without':
    case 'avoid':
    case 'avoiding':
    case 'never':
      break
    case 'instead':
    case 'rather':
      if (!/^(?:of|than)$/.test(textOf(items[at]))) return undefined
      at += 1
      break
    case 'anything':
    case 'anywhere':
      if (!/^(?:but|except)$/.test(textOf(items[at]))) return undefined
      at += 1
      break
    case 'apart':
    case 'aside':
      if (textOf(items[at]) !== 'from') return undefined
      at += 1
      break
    case 'but':
    case 'except':
    case 'excluding':
    case 'besides':
      // `all but 0.1 eth` keeps an amount; `except usdc` leaves out a name.
      if (textOf(items[at]) === 'not') at += 1
      else if (
        word === 'but' &&
        !(
          items[at]?.type === 'word' &&
          (items[at] as { senses: { token?: string } }).senses.token !==
            undefined
        )
      )
        return undefined
      break
    default:
      return undefined
  }
  while (
    at < index + 5 &&
    (CUES[textOf(items[at])] !== undefined ||
      /^(?:using|going|touching|the|my|any|for)$/.test(textOf(items[at])))
  )
    at += 1
  const excluded = items[at]
  return excluded?.type === 'word' || excluded?.type === 'name'
    ? at
    : word === 'not' || word === 'instead' || word === 'rather'
      ? at
      : undefined
}

/** `chain arbitrum`, `collateral: 80 usdc`, `venue = gmx` */
function readLabel(
  items: readonly Item[],
  index: number,
): { cue: Cue; next: number } | undefined {
  const word = textOf(items[index])
  if (
    !/^(?:chain|network|venue|protocol|platform|dex|collateral|margin|size)$/.test(
      word,
    )
  )
    return undefined
  let next = index + 1
  while (next < index + 3 && /^(?:[:=]|is|of)$/.test(textOf(items[next])))
    next += 1
  const value = items[next]
  if (word === 'collateral' || word === 'margin')
    return value?.type === 'number' ||
      value?.type === 'quantity' ||
      (textOf(value) === '$' && items[next + 1]?.type === 'number')
      ? { cue: 'with', next }
      : undefined
  return isPlaceItem(value) && word !== 'size' ? { cue: 'on', next } : undefined
}

function isPlaceItem(item: Item | undefined): boolean {
  return (
    item?.type === 'word' &&
    (item.senses.chain !== undefined || item.senses.venue !== undefined)
  )
}

/** A token, and nothing that could be a place. */
function isPlaceless(item: Item | undefined): boolean {
  return item?.type === 'word' && item.senses.token !== undefined
}

/**
 * Joins what was said of one thing in two places: `bridge my usdc to base, all
 * of it`, `to my sister, her name is mariko.eth`.
 */
function foldParts(parts: Part[]): Part[] {
  const whole = parts.findIndex(
    (part) => part.type === 'money' && part.whole !== undefined,
  )
  const all = parts[whole]
  const named = parts.findIndex(
    (part, at) =>
      part.type === 'money' &&
      at < whole &&
      part.token !== undefined &&
      part.amount === undefined &&
      part.pronoun === undefined &&
      part.cue !== 'to' &&
      part.cue !== 'for',
  )
  const thing = parts[named]
  if (
    all?.type === 'money' &&
    all.whole !== undefined &&
    all.cue !== 'for' &&
    thing?.type === 'money'
  ) {
    parts[named] = { ...thing, amount: all.whole }
    parts.splice(whole, 1)
  }
  const people = parts.filter((part) => part.type === 'party')
  const [nick, exact] = people
  // One person, named twice: the exact name is the one that counts.
  if (
    people.length === 2 &&
    nick !== undefined &&
    exact !== undefined &&
    !isExact(nick.text) &&
    isExact(exact.text) &&
    exact.cue !== 'to' &&
    (exact.joined !== true ||
      parts.some(
        (part) =>
          part.type === 'word' &&
          part.start > nick.start &&
          part.end < exact.start &&
          /^(?:name|address|wallet|ens|is|it's|aka|whose|account)$/.test(
            part.text,
          ),
      ))
  )
    return parts.flatMap((part) =>
      part === nick
        ? []
        : part === exact
          ? [{ ...exact, cue: nick.cue }]
          : [part],
    )
  return parts
}

/** An address or a name that a registry knows, and no nickname. */
function isExact(name: string): boolean {
  return /^0x|[.@]/i.test(name)
}

/** Reads a recipient or a spender exactly as written. */
export function readParty(
  item: Extract<Item, { type: 'name' | 'address' | 'hex' }>,
): { text: string; problem?: Problem } {
  if (item.type === 'hex')
    return {
      text: item.text,
      problem: {
        reason: `"${item.text.slice(0, 60)}" is not an address: an address has 40 hex digits behind 0x.`,
      },
    }
  if (item.type === 'address')
    return isValidAddress(item.text)
      ? { text: item.text }
      : {
          text: item.text,
          problem: {
            reason: `The checksum of ${item.text} is wrong: a letter may be mistyped.`,
          },
        }
  return item.lookalike === undefined
    ? { text: item.text }
    : {
        text: item.text,
        problem: {
          reason: `"${item.text}" has letters of another alphabet that look like "${item.lookalike}".`,
        },
      }
}

function isTokenHere(
  item: Item,
  items: readonly Item[],
  index: number,
): boolean {
  // `swap 5 op to at`: a cue word straight behind a number is a ticker.
  return (
    item.type === 'word' &&
    item.senses.token !== undefined &&
    (items[index - 1]?.type === 'number' || item.cashtag === true)
  )
}

function readPronoun(
  items: readonly Item[],
  index: number,
  sense: string,
): { pronoun: 'it' | 'both'; next: number } | undefined {
  const item = items[index]
  const said = lookahead(items, index, 8)
  const both = BOTH.exec(said)
  if (both !== null) {
    if (
      both[0] === 'each' &&
      (items[index - 1]?.type !== 'word' || items[index - 1] === undefined) &&
      index > 0
    )
      return undefined
    if (both[0] === 'each' && index > 0) return undefined
    // `both usdc and dai` names them itself.
    const next = items[index + countWords(both[0])]
    if (
      both[0] === 'both' &&
      next?.type === 'word' &&
      next.senses.token !== undefined
    )
      return undefined
    return { pronoun: 'both', next: index + countWords(both[0]) }
  }
  if (item?.type === 'quantity') {
    // `everything i get`, `all of it`
    if (item.quantity.kind === 'share' && item.quantity.bps === 10_000) {
      const after = lookahead(items, index + 1, 8)
      const get = I_GET.exec(after) ?? FROM_IT.exec(after)
      if (get !== null)
        return { pronoun: 'it', next: index + 1 + countWords(get[0]) }
      const pronoun = PRONOUN.exec(after)
      if (
        pronoun !== null &&
        !isNounAhead(items, index + 1 + countWords(pronoun[0]), pronoun[0])
      ) {
        const end = index + 1 + countWords(pronoun[0])
        const behind =
          I_GET.exec(lookahead(items, end, 8)) ??
          FROM_IT.exec(lookahead(items, end, 8))
        return {
          pronoun: 'it',
          next: end + (behind === null ? 0 : countWords(behind[0])),
        }
      }
    }
    return undefined
  }
  if (item?.type !== 'word') return undefined
  const get = /^(?:what|whatever|what ever|however much|the amount) /.test(said)
    ? I_GET.exec(
        lookahead(
          items,
          index +
            (said.startsWith('the ') || said.startsWith('what ever')
              ? 2
              : said.startsWith('however much')
                ? 2
                : 1),
          8,
        ),
      )
    : null
  if (get !== null)
    return {
      pronoun: 'it',
      next:
        index +
        (said.startsWith('the ') ||
        said.startsWith('what ever') ||
        said.startsWith('however much')
          ? 2
          : 1) +
        countWords(get[0]),
    }
  const match = PRONOUN.exec(said)
  if (match === null) return undefined
  const end = index + countWords(match[0])
  // `i want that you …`: a conjunction.
  if (match[0] === 'that' && /^(?:you|u|we|i)$/.test(textOf(items[end])))
    return undefined
  if (isNounAhead(items, end, match[0])) return undefined
  if (
    /^(?:my )?(?:earnings|returns|tokens|coins|funds|money|amount|result)/.test(
      match[0],
    ) &&
    /^(?:claim|withdraw|ask|exit)$/.test(sense)
  )
    return undefined
  if (/^(?:tokens|coins|funds|money|amount|returns|my )/.test(match[0]))
    return undefined
  // `send it all`: the same thing, and no second one.
  const whole = items[end]
  const behindWhole = items[end + 1]
  const all =
    whole?.type === 'quantity' &&
    whole.quantity.kind === 'share' &&
    whole.quantity.bps === 10_000 &&
    !(
      behindWhole?.type === 'word' &&
      (behindWhole.senses.token !== undefined ||
        /^(?:my|the|of)$/.test(behindWhole.text))
    )
      ? 1
      : 0
  const tail =
    I_GET.exec(lookahead(items, end + all, 8)) ??
    FROM_IT.exec(lookahead(items, end + all, 8))
  return {
    pronoun: 'it',
    next: end + all + (tail === null ? 0 : countWords(tail[0])),
  }
}

/** `that usdc`, `this pool`: a determiner and no pronoun. */
function isNounAhead(
  items: readonly Item[],
  index: number,
  matched: string,
): boolean {
  if (!/(?:that|this|those|these)$/.test(matched)) return false
  const next = items[index]
  return (
    next?.type === 'word' &&
    (next.senses.token !== undefined ||
      next.senses.chain !== undefined ||
      next.senses.venue !== undefined ||
      POOL_NOUN.test(next.text) ||
      /^(?:wallet|address|account|amount|chain|network|protocol|position|loan|debt|guy|friend|person)$/.test(
        next.text,
      ))
  )
}

type PlaceOptions = {
  readonly items: readonly Item[]
  readonly index: number
  readonly cue: Cue
  readonly sense: string
  readonly parts: readonly Part[]
  readonly normalised: NormalisedText
  readonly behindVerb?: boolean
  /** Joined by `and` or a comma to what stands before. */
  readonly joined?: boolean
}

/** Reads a chain or a venue where the cue and the verb make it one. */
function readPlace(
  options: PlaceOptions,
): { part: Part; next: number } | undefined {
  const { items, index, cue, sense, parts } = options
  let at = index
  while (DETERMINERS.test(textOf(items[at])) && at < index + 3) at += 1
  const item = items[at]
  if (item?.type !== 'word' || item.cashtag) return undefined
  const { venue, token, venueWeak, chainWeak } = item.senses
  const nextItem = items[at + 1]
  const next = textOf(nextItem)
  // A rare chain is one only where a chain must stand: `on zircuit`.
  const chain =
    chainWeak &&
    !CHAIN_NOUN.test(next) &&
    cue !== 'on' &&
    !(/^(?:to|from)$/.test(cue) && /^(?:bridge|cross|move|send)$/.test(sense))
      ? undefined
      : item.senses.chain
  if (chain === undefined && venue === undefined) return undefined
  const range = { start: item.start, end: item.end }
  const asChain = (skip: number) => ({
    part: { type: 'chain' as const, ...range, cue, id: chain ?? '' },
    next: at + 1 + skip,
  })
  const asVenue = (skip: number) => {
    let after = at + 1 + skip
    while (
      PLACE_NOUN.test(textOf(items[after])) ||
      /^(?:'s|s)$/.test(textOf(items[after])) ||
      (POOL_NOUN.test(textOf(items[after])) &&
        !/^(?:gauges?)$/.test(textOf(items[after])) &&
        skip === 0 &&
        cue !== '')
    )
      after += 1
    return {
      part: {
        type: 'venue' as const,
        ...range,
        cue,
        id: venue ?? '',
        ...(token === undefined ? {} : { symbol: token }),
      },
      next: after,
    }
  }
  if (chain !== undefined && CHAIN_NOUN.test(next)) return asChain(1)
  if (venue !== undefined && PLACE_NOUN.test(next)) return asVenue(0)
  // `arbitrum usdc`, `base eth`: a chain in front of its token.
  const beforeToken =
    nextItem?.type === 'word' &&
    nextItem.senses.token !== undefined &&
    nextItem.senses.verb === undefined
  if (chain !== undefined && token === undefined && beforeToken && cue !== 'to')
    return asChain(0)
  const last = items[at - 1]
  if (last?.type === 'number' || last?.type === 'quantity') {
    if (token !== undefined) return undefined
    if (last.type === 'number' && chain === undefined) return undefined
  }
  // `my compound position`, `the aave loan`
  if (
    venue !== undefined &&
    cue === '' &&
    token === undefined &&
    /^(?:loans?|debts?|positions?|deposits?|balance|account|rewards?)$/.test(
      next,
    )
  )
    return asVenue(0)
  // `invest 100 usdc in aave` lends it, `in gmx` buys it.
  if (sense === 'invest' && /^(?:to|in|on)$/.test(cue) && token !== undefined) {
    const kind = venue === undefined ? undefined : getVenueKind(venue)
    return kind === 'lending' || kind === 'staking' || kind === 'yield'
      ? asVenue(0)
      : undefined
  }
  // `100 usdc of my aave debt`
  if (
    venue !== undefined &&
    /^(?:of|from|on|in)$/.test(cue) &&
    /^(?:loans?|debts?|positions?|deposits?|borrow|account|balance|rewards?)$/.test(
      next,
    )
  )
    return asVenue(0)
  switch (cue) {
    case 'on':
    case 'via':
    case 'in':
    case 'at':
    case 'by':
      if (chain !== undefined && !(venue !== undefined && cue === 'via')) {
        // `long on eth`: no chain in a trade of positions.
        if (
          token !== undefined &&
          /^(?:long|short|open|close)$/.test(sense) &&
          !parts.some((part) => part.type === 'money' && part.token)
        )
          return undefined
        if (
          token !== undefined &&
          cue === 'in' &&
          TRADE.test(sense) &&
          chain === 'ethereum'
        )
          return undefined
        return asChain(0)
      }
      if (venue !== undefined) {
        if (
          token !== undefined &&
          /^(?:long|short|open|earn)$/.test(sense) &&
          !parts.some((part) => part.type === 'money' && part.token)
        )
          return undefined
        return asVenue(0)
      }
      return undefined
    case 'to':
      if (sense === 'bridge' || sense === 'cross')
        return chain !== undefined
          ? asChain(0)
          : venue !== undefined && token === undefined
            ? asVenue(0)
            : undefined
      if (INTO_PLACE.test(sense)) {
        if (venue !== undefined && !venueWeak) {
          // `put 100 usdc into aave`: the protocol; `into eth` has no venue.
          return asVenue(0)
        }
        if (chain !== undefined && token === undefined) return asChain(0)
        if (
          chain !== undefined &&
          sense === 'move' &&
          (!/^(?:eth|ether)$/.test(item.text) ||
            parts.some((part) => part.type === 'chain' && part.cue === 'from'))
        )
          return asChain(0)
        return undefined
      }
      if (token !== undefined) {
        if (sense === 'send' && chain !== undefined) return asChain(0)
        return undefined
      }
      if (chain !== undefined) return asChain(0)
      return venueWeak ? undefined : asVenue(0)
    case 'from':
      if (FROM_PLACE.test(sense)) {
        if (venue !== undefined) return asVenue(0)
        if (chain !== undefined && token === undefined) return asChain(0)
        return chain !== undefined && sense !== 'unstake' && sense !== 'redeem'
          ? asChain(0)
          : undefined
      }
      if (
        chain !== undefined &&
        (token === undefined || sense === 'bridge' || sense === 'send')
      )
        return asChain(0)
      if (venue !== undefined && token === undefined && !venueWeak)
        return asVenue(0)
      return undefined
    case 'with':
      // `long eth 3x with 25 usdc, gmx`: a comma, then where.
      if (
        options.joined &&
        venue !== undefined &&
        textOf(items[at - 1]) === ',' &&
        getVenueKind(venue) === 'perps' &&
        /^(?:long|short|close)$/.test(sense) &&
        isPhraseEnd(nextItem)
      )
        return asVenue(0)
      if (
        sense === 'bridge' &&
        venue !== undefined &&
        getVenueKind(venue) === 'bridge' &&
        isPhraseEnd(nextItem)
      )
        return asVenue(0)
      if (
        venue !== undefined &&
        (!venueWeak || (token === undefined && isPhraseEnd(nextItem)))
      ) {
        if (token === undefined) return asVenue(0)
        const backs = items
          .slice(at + 1, at + 4)
          .some((each) => /^(?:collateral|security)$/.test(textOf(each)))
        if (
          /^(?:lend|borrow|deposit|stake|unstake|withdraw|repay|bridge|save|add)$/.test(
            sense,
          ) &&
          !backs &&
          (parts.some((part) => part.type === 'money') ||
            getVenueKind(venue) === 'lending')
        )
          return asVenue(0)
        // `use 1inch to swap 5 dai`: what is swapped is counted elsewhere.
        const counted =
          items
            .slice(at + 1)
            .some(
              (each) => each.type === 'number' || each.type === 'quantity',
            ) || parts.filter((part) => part.type === 'money').length >= 2
        if (getVenueKind(venue) === 'dex' && TRADE.test(sense) && counted)
          return asVenue(0)
      }
      if (chain !== undefined && token === undefined) return asChain(0)
      return undefined
    case 'for':
      // `… for eth, optimism chain`: a comma goes on with the places.
      if (options.joined && chain !== undefined && token === undefined)
        return asChain(0)
      // `approve usdc for uniswap`
      if (/^(?:approve|revoke)$/.test(sense) && venue !== undefined)
        return asVenue(0)
      return undefined
    case 'of':
    case 'against':
    case 'as':
      if (cue === 'of' && FROM_PLACE.test(sense) && venue !== undefined) {
        const kind = getVenueKind(venue)
        if (
          (kind === 'lending' || token === undefined) &&
          parts.some((part) => part.type === 'money' && part.token)
        )
          return asVenue(0)
      }
      if (token === undefined && venue !== undefined && !venueWeak)
        return asVenue(0)
      return undefined
    default: {
      // `curve swap 100 usdc usdt`, `supply aave 100 usdc`: where, in front.
      const counts =
        nextItem?.type === 'number' ||
        nextItem?.type === 'quantity' ||
        textOf(nextItem) === '$'
      if (
        venue !== undefined &&
        cue === '' &&
        ((nextItem?.type === 'break' &&
          nextItem.start < nextItem.end &&
          at === 0) ||
          (counts &&
            items[at - 1]?.type === 'break' &&
            at > 0 &&
            /^(?:lend|borrow|withdraw|repay|deposit|stake|unstake)$/.test(
              sense,
            )) ||
          (sense === 'claim' && nextItem === undefined) ||
          (/^(?:long|short|close)$/.test(sense) &&
            getVenueKind(venue) === 'perps' &&
            nextItem === undefined &&
            parts.some((part) => part.type === 'money' && part.token)))
      )
        return asVenue(0)
      // `lend .25 wbtc, compound, arbitrum`: the thing, then where.
      const listed =
        textOf(items[at - 1]) === ',' &&
        (nextItem === undefined ||
          textOf(nextItem) === ',' ||
          nextItem.type === 'break' ||
          nextItem.type === 'time' ||
          nextItem.type === 'conditions')
      const filled = parts.some(
        (part) =>
          part.type === 'money' &&
          part.token !== undefined &&
          part.amount !== undefined,
      )
      const traded = parts.some(
        (part) => part.type === 'money' && /^(?:to|for)$/.test(part.cue),
      )
      if (
        listed &&
        (filled || sense === 'claim') &&
        (TRADE.test(sense) ? traded : sense !== 'send' && sense !== 'ask')
      ) {
        const kind = venue === undefined ? undefined : getVenueKind(venue)
        if (
          venue !== undefined &&
          ((/^(?:lend|deposit|borrow|repay|withdraw|save|put|add|claim)$/.test(
            sense,
          ) &&
            kind === 'lending') ||
            (/stake$/.test(sense) && kind === 'staking') ||
            (sense === 'claim' && kind === 'dex') ||
            (TRADE.test(sense) && kind === 'dex') ||
            (/^(?:long|short|close)$/.test(sense) && kind === 'perps'))
        )
          return asVenue(0)
        if (
          chain !== undefined &&
          !/^(?:eth|ether|bnb|avax|matic)$/.test(item.text)
        )
          return asChain(0)
      }
      if (token === undefined) {
        if (chain !== undefined && !commonWords.has(item.text))
          return asChain(0)
        if (
          chain !== undefined &&
          cue === '' &&
          /^(?:bridge|move)$/.test(sense)
        )
          return asChain(0)
        if (venue !== undefined && !venueWeak) return asVenue(0)
        // `lend 100 dai spark`: a plain word, where only a place is left.
        if (
          venue !== undefined &&
          !options.joined &&
          getVenueKind(venue) === 'lending' &&
          (isPhraseEnd(nextItem) ||
            (nextItem?.type === 'word' &&
              nextItem.senses.chain !== undefined &&
              nextItem.senses.token === undefined)) &&
          /^(?:lend|borrow|repay|withdraw|deposit)$/.test(sense) &&
          parts.some((part) => part.type === 'money' && part.token)
        )
          return asVenue(0)
        return undefined
      }
      // `my aave loan`, `gmx rewards`, `the compound position`
      if (
        venue !== undefined &&
        /^(?:loans?|debts?|positions?|rewards?|deposits?|borrow|borrows|vaults?|account|balance|collateral|pools?|lp|market|fees|stake|farm|airdrop|yield|emissions|incentives|supply)$/.test(
          next,
        ) &&
        !/^(?:long|short|swap|sell|buy|bridge|send)$/.test(sense)
      ) {
        if (
          next === 'balance' ||
          (next === 'collateral' &&
            venue !== undefined &&
            getVenueKind(venue) !== 'lending')
        )
          return undefined
        return asVenue(0)
      }
      const full = parts.some((part) => part.type === 'money' && part.token)
      // `bridge 100 usdc arb base`: what it is has been said already.
      if (
        chain !== undefined &&
        full &&
        !options.joined &&
        (sense === 'bridge' || (sense === 'move' && chain !== 'ethereum'))
      )
        return asChain(0)
      // `supply 100 usdc aave`, `withdraw my dai compound`
      if (
        venue !== undefined &&
        !options.joined &&
        !parts.some((part) => part.type === 'venue') &&
        ((/^(?:withdraw|exit|claim)$/.test(sense) &&
          getVenueKind(venue) !== undefined &&
          nextItem === undefined &&
          parts.some((part) => part.type === 'money')) ||
          (full &&
            (last?.type !== 'number' ||
              parts.some((part) => part.type === 'money' && part.trailing)) &&
            /^(?:lend|deposit|borrow|repay|withdraw|exit|save|add|put|stake|unstake)$/.test(
              sense,
            ) &&
            (getVenueKind(venue) === 'lending' ||
              (getVenueKind(venue) === 'staking' && /stake$/.test(sense)))))
      )
        return asVenue(0)
      return undefined
    }
  }
}

function readMoney(options: {
  readonly items: readonly Item[]
  readonly index: number
  readonly cue: Cue
  readonly sense: string
  readonly normalised: NormalisedText
  readonly parts: readonly Part[]
}):
  | { part: Money; next: number; chain?: Extract<Part, { type: 'chain' }> }
  | undefined {
  const { items, index, cue, sense, normalised } = options
  let at = index
  let possessive = false
  let owner: Range | undefined
  let trailing = false
  let definite = false
  const skip = () => {
    while (
      at < index + MOST_DETERMINERS &&
      DETERMINERS.test(textOf(items[at])) &&
      !(items[at]?.type === 'word' && isTokenHere(items[at] as Item, items, at))
    ) {
      const word = textOf(items[at])
      if (word === 'my' || word === 'our') {
        possessive = true
        const said = items[at]
        if (said !== undefined) owner = { start: said.start, end: said.end }
      }
      if (DEFINITE.test(word)) definite = true
      at += 1
    }
  }
  skip()
  const first = items[at]
  if (first === undefined) return undefined
  let amount: Said<Quantity> | undefined
  let chain: Extract<Part, { type: 'chain' }> | undefined
  let worth: Mention | undefined
  if (first.type === 'quantity' || first.type === 'number') {
    amount = {
      start: first.start,
      end: first.end,
      value: first.type === 'number' ? toQuantity(first) : first.quantity,
    }
    at += 1
    for (;;) {
      const word = textOf(items[at])
      if (
        /^(?:worth|in|units?|value|tokens?|coins?|amount|from|out)$/.test(word)
      ) {
        // `$50 in eth`, `100 units of dai`; `50 % in aave` is a place.
        if (/^(?:in|from|out)$/.test(word)) {
          if (!(word === 'in' && amount.value.kind === 'fiat')) break
          const behind = items[at + 1]
          if (!(behind?.type === 'word' && behind.senses.token !== undefined))
            break
        }
        at += 1
      } else if (
        /^(?:i have|i own|i hold|i've got|i got|we have)$/.test(
          `${word} ${textOf(items[at + 1])}`,
        ) &&
        /^(?:in|of)$/.test(textOf(items[at + 2]))
      )
        at += 3
      else if (DETERMINERS.test(word)) {
        const before = at
        skip()
        if (at === before) break
      } else break
    }
  }
  // A chain between the amount and its token: `100 arbitrum usdc`.
  const between = items[at]
  const behind = items[at + 1]
  if (
    between?.type === 'word' &&
    between.senses.chain !== undefined &&
    between.senses.token === undefined &&
    behind?.type === 'word' &&
    behind.senses.token !== undefined
  ) {
    chain = {
      type: 'chain',
      start: between.start,
      end: between.end,
      cue: 'on',
      id: between.senses.chain,
    }
    at += 1
  }
  let token: Mention | undefined
  const named = items[at]
  const strong = amount !== undefined
  if (named?.type === 'word') {
    const { senses } = named
    const hasToken =
      senses.token !== undefined &&
      (!senses.tokenWeak ||
        strong ||
        // `buy degen with 5 usdc`: the object of a purchase.
        (cue === '' &&
          /^(?:buy|sell|swap)$/.test(sense) &&
          items[index - 1]?.type === 'break' &&
          /^(?:with|for|using|to|into)$/.test(textOf(items[at + 1])) &&
          !isFamiliar(named.text)) ||
        (cue !== '' &&
          /^(?:to|for|with|from)$/.test(cue) &&
          TRADE.test(sense) &&
          (!commonWords.has(named.text) || isPhraseEnd(items[at + 1]))))
    if (hasToken) {
      token = mention(named, normalised, true)
      at += 1
    } else if (named.cashtag) {
      token = mention(named, normalised, true)
      at += 1
    } else if (
      strong &&
      senses.verb === undefined &&
      senses.chain === undefined &&
      senses.venue === undefined &&
      !commonWords.has(named.text) &&
      CUES[named.text] === undefined &&
      amount !== undefined &&
      (!isFamiliar(named.text) ||
        isLoud(verbatim(normalised, named)) ||
        // `swap 20 sat for usdc`: nothing else can stand there.
        (TRADE.test(sense) && isPhraseEnd(items[at + 1])))
    ) {
      token = mention(named, normalised, false)
      at += 1
    } else if (named.lookalike !== undefined && (strong || cue !== '')) {
      token = mention(named, normalised, false)
      at += 1
    }
  } else if (named?.type === 'address' && strong && sense !== 'send') {
    const party = readParty(named)
    token = {
      start: named.start,
      end: named.end,
      address: named.text,
      known: true,
      ...(party.problem === undefined ? {} : { problem: party.problem }),
    }
    at += 1
  }
  if (amount === undefined && token === undefined) return undefined
  let each = false
  // `1 eth worth of usdc`: the amount is in one token, the thing another.
  if (
    token !== undefined &&
    textOf(items[at]) === 'worth' &&
    textOf(items[at + 1]) === 'of'
  ) {
    const other = items[at + 2]
    if (other?.type === 'word' && other.senses.token !== undefined) {
      worth = token
      token = mention(other, normalised, true)
      at += 3
    }
  }
  // `eth/usd`, `btc-perp`: the market of a token, not a second one.
  if (
    token !== undefined &&
    /^[-/]$/.test(textOf(items[at])) &&
    items[at]?.spaced === false &&
    /^(?:usd|perp|perps)$/.test(textOf(items[at + 1]))
  )
    at += 2
  for (;;) {
    const word = textOf(items[at])
    if (word === 'each' || word === 'apiece') {
      each = true
      at += 1
    } else if (
      TRAILING.test(word) &&
      !POOL_NOUN.test(word) &&
      // `take out a 500 usdc loan` is no withdrawal.
      !(sense === 'withdraw' && /^loans?$/.test(word))
    )
      at += 1
    else if (
      word === 'of' &&
      /^(?:collateral|debt|mine|liquidity)$/.test(textOf(items[at + 1]))
    )
      at += 2
    else if (
      /^i (?:have|own|hold|possess|got)$/.test(
        `${word} ${textOf(items[at + 1])}`,
      )
    )
      at += 2
    else if (token !== undefined && /^(?:i|we|it|that|which)$/.test(word)) {
      // `all the eth it gives me`: what the step before gave.
      const relative = I_GET.exec(lookahead(items, at, 8))
      if (relative === null) break
      definite = true
      at += countWords(relative[0])
    } else break
  }
  // `usdc 500`: the amount behind its token.
  const number = items[at]
  if (
    amount === undefined &&
    token !== undefined &&
    number?.type === 'number'
  ) {
    const after = items[at + 1]
    if (
      !(
        after?.type === 'word' &&
        (after.senses.token !== undefined ||
          /^(?:x|times|days?|weeks?|usd|gwei|percent)$/.test(after.text))
      ) &&
      !/^[%$]$/.test(textOf(after))
    ) {
      amount = {
        start: number.start,
        end: number.end,
        value: toQuantity(number),
      }
      trailing = true
      at += 1
    }
  }
  // `all my eth but 0.1`, `all eth, keep 0.1 eth`
  if (amount?.value.kind === 'share' && amount.value.bps === 10_000) {
    const rest = readKeep(items, at, token)
    if (rest !== undefined) {
      amount = {
        start: amount.start,
        end: rest.end,
        value: { kind: 'rest', keep: { decimal: rest.decimal } },
      }
      at = rest.next
    }
  }
  const range: { start: number; end: number } = {
    start: Math.min(
      amount?.start ?? Number.MAX_SAFE_INTEGER,
      token?.start ?? Number.MAX_SAFE_INTEGER,
    ),
    end: Math.max(amount?.end ?? 0, token?.end ?? 0),
  }
  return {
    next: at,
    ...(chain === undefined ? {} : { chain }),
    part: {
      type: 'money',
      cue,
      ...range,
      ...(amount === undefined ? {} : { amount }),
      ...(token === undefined ? {} : { token }),
      ...(each ? { each: true as const } : {}),
      ...(trailing ? { trailing: true as const } : {}),
      ...(possessive ? { possessive: true as const } : {}),
      ...(owner === undefined ? {} : { owner }),
      ...(definite ? { definite: true as const } : {}),
      ...(worth === undefined ? {} : { worth }),
    },
  }
}

/** In the writer's own capitals a word is a name: `swap 5 KEY`. */
function isLoud(said: string): boolean {
  return said.length > 1 && said === said.toUpperCase() && /[A-Z]/.test(said)
}

/** Nothing that a common word could describe follows it. */
function isPhraseEnd(item: Item | undefined): boolean {
  return (
    item === undefined ||
    (item.type !== 'word' &&
      item.type !== 'number' &&
      item.type !== 'quantity') ||
    CUES[textOf(item)] !== undefined ||
    /^(?:and|then|please|pls|now|asap|or)$/.test(textOf(item))
  )
}

function readKeep(
  items: readonly Item[],
  index: number,
  token: Mention | undefined,
): { decimal: string; end: number; next: number } | undefined {
  const said = lookahead(items, index, 8)
  const match =
    /^(?:(?:,|and|but) )*(?:but|except|minus|less|save|excluding|leave|leaving|keep|keeping)(?: (?:for|leave|keep|from|me|behind|about|just|only|back))* (?=\d)/.exec(
      said,
    )
  if (match === null) return undefined
  const at = index + countWords(match[0])
  const number = items[at]
  if (number?.type !== 'number' || number.problem !== undefined)
    return undefined
  let next = at + 1
  let { end } = number
  const unit = items[next]
  if (unit?.type === 'word' && unit.senses.token !== undefined) {
    if (token?.symbol !== undefined && unit.senses.token !== token.symbol)
      return undefined
    end = unit.end
    next += 1
  }
  while (
    /^(?:behind|for|gas|fees|aside|back|left|over)$/.test(
      textOf(items[next]),
    ) &&
    (textOf(items[next]) !== 'for' ||
      /^(?:gas|fees|the gas)$/.test(textOf(items[next + 1])))
  )
    next += 1
  return { decimal: number.decimal, end, next }
}

/** An unknown name where only a token, a person or a place can stand. */
function readUnknown(
  options: PlaceOptions,
): { part: Part; next: number } | undefined {
  const { items, index, cue, sense, parts, normalised } = options
  let at = index
  while (DETERMINERS.test(textOf(items[at])) && at < index + 3) at += 1
  const item = items[at]
  if (item?.type !== 'word') return undefined
  const { senses } = item
  const range = { start: item.start, end: item.end }
  const said = verbatim(normalised, range)
  const next = textOf(items[at + 1])
  // People: `send 5 usdc to bob`, `pay mom 20 dai`
  if (sense === 'send') {
    const named =
      !commonWords.has(item.text) &&
      (senses.token === undefined || senses.tokenWeak === true) &&
      senses.verb === undefined
    const relative = RELATIVES.test(item.text)
    if (
      (named || relative) &&
      (cue === 'to' ||
        (cue === '' && !parts.some((part) => part.type === 'party')))
    ) {
      // `my friend bob.eth`: the name behind it is the one.
      const behind = items[at + 1]
      if (behind?.type === 'name' || behind?.type === 'address')
        return undefined
      if (
        cue === '' &&
        behind?.type !== 'number' &&
        behind?.type !== 'quantity' &&
        !(behind?.type === 'symbol' && behind.text === '$')
      )
        return undefined
      let last = item
      let after = at + 1
      while (
        relative &&
        /^(?:wallet|account|address|storage|cold)$/.test(textOf(items[after]))
      ) {
        last = (items[after] as typeof item) ?? last
        after += 1
      }
      const whole = { start: item.start, end: last.end }
      return {
        part: {
          type: 'party',
          ...whole,
          cue,
          text: verbatim(normalised, whole),
          ...(item.lookalike === undefined
            ? {}
            : {
                problem: {
                  reason: `"${said}" has letters of another alphabet that look like "${item.lookalike}".`,
                },
              }),
          ...(item.lookalike === undefined && PEOPLE.test(item.text)
            ? { problem: { reason: `Who is "${said}"?` } }
            : {}),
        },
        next: after,
      }
    }
  }
  if (
    senses.verb !== undefined ||
    commonWords.has(item.text) ||
    item.text.length < 2
  )
    return undefined
  // `to usd`: money of a bank, and no token.
  const isFiat = /^(?:usd|dollars?|eur|euros?|fiat|cash|gbp|jpy|yen)$/.test(
    item.text,
  )
  const blank =
    senses.token === undefined &&
    senses.chain === undefined &&
    senses.venue === undefined
  // A weak ticker or a weak venue behind a cue that leaves nothing else.
  if (
    senses.venue !== undefined &&
    senses.token === undefined &&
    /^(?:on|via|in|to|from|with)$/.test(cue)
  )
    return {
      part: { type: 'venue', ...range, cue, id: senses.venue },
      next: at + 1,
    }
  if (POOL_NOUN.test(next) && blank) {
    return {
      part: { type: 'pool', ...range, cue, pool: said, tokens: [] },
      next: at + 2,
    }
  }
  if (item.text.length < 2 || !/^[\p{L}]/u.test(item.text)) return undefined
  const tokenCue =
    (TRADE.test(sense) && /^(?:to|for|from|with|of|)$/.test(cue)) ||
    (/^(?:lend|bridge|send|deposit|stake|unstake|borrow|repay|withdraw|long|short|close|approve|revoke|lock|unlock|claim)$/.test(
      sense,
    ) &&
      cue === '') ||
    (sense === 'invest' && /^(?:on|in)$/.test(cue)) ||
    (TRADE.test(sense) &&
      cue === 'in' &&
      blank &&
      isPhraseEnd(items[at + 1]) &&
      !parts.some(
        (part) => part.type === 'money' && /^(?:to|for)$/.test(part.cue),
      )) ||
    (/^(?:long|short|open)$/.test(sense) && /^(?:on|)$/.test(cue)) ||
    (/^(?:approve|revoke)$/.test(sense) && /^(?:of|on)$/.test(cue)) ||
    (/^(?:borrow|long|short)$/.test(sense) && /^(?:with|against)$/.test(cue))
  // An everyday word is a name only where nothing else can stand.
  const everyday =
    (cue === '' || options.joined === true) &&
    (blank || senses.chainWeak === true) &&
    said !== said.toUpperCase() &&
    isFamiliar(item.text)
  const aside =
    options.behindVerb === false && (cue === '' || isFamiliar(item.text))
  // `… into link rq`: one more word that nobody knows, where all is named.
  const spare =
    TRADE.test(sense) &&
    !isLoud(said) &&
    item.cashtag !== true &&
    cue === '' &&
    options.joined !== true &&
    parts.some((part) => part.type === 'money' && part.token?.known === true) &&
    parts.filter((part) => part.type === 'money').length >= 2
  const denied = textOf(items[index - 1]) === 'no'
  if (tokenCue && !everyday && !aside && !spare && !denied) {
    // Only as many names as the verb has room for.
    const before = parts.filter(
      (part) => part.type === 'money' && part.token !== undefined,
    )
    if (before.length > 4) return undefined
    if (cue === '' && before.length > 0 && !TRADE.test(sense)) return undefined
    return {
      part: {
        type: 'money',
        ...range,
        cue,
        token: {
          ...mention(item, normalised, senses.token !== undefined),
          ...(isFiat
            ? { problem: { reason: `"${said}" is not a token.` } }
            : {}),
        },
        ...(items
          .slice(index, at)
          .some((each) => /^(?:my|our)$/.test(textOf(each)))
          ? { possessive: true as const }
          : {}),
      },
      next: at + 1,
    }
  }
  if (
    blank &&
    /^(?:on|via)$/.test(cue) &&
    sense !== 'ask' &&
    (!isFamiliar(item.text) || PLACE_NOUN.test(next) || CHAIN_NOUN.test(next))
  )
    return CHAIN_NOUN.test(next)
      ? { part: { type: 'chain', ...range, cue, id: item.text }, next: at + 2 }
      : { part: { type: 'venue', ...range, cue, id: item.text }, next: at + 1 }
  if (blank && cue === 'to' && sense === 'bridge')
    return {
      part: { type: 'chain', ...range, cue, id: item.text },
      next: at + 1,
    }
  if (blank && cue === 'from' && sense === 'bridge')
    return {
      part: { type: 'chain', ...range, cue, id: item.text },
      next: at + 1,
    }
  if (
    blank &&
    (cue === 'to' || cue === 'in' || cue === 'with') &&
    INTO_PLACE.test(sense) &&
    sense !== 'move'
  )
    return {
      part: { type: 'venue', ...range, cue, id: item.text },
      next: at + 1,
    }
  if (blank && cue === 'from' && FROM_PLACE.test(sense))
    return {
      part: { type: 'venue', ...range, cue, id: item.text },
      next: at + 1,
    }
  return undefined
}

/** `eth-usdc`, `bnb/the`, `wbtc/eth/usdc`: written together. */
function readPair(
  items: readonly Item[],
  index: number,
  normalised: NormalisedText,
  _sense: string,
): { text: string; tokens: string[]; end: number; next: number } | undefined {
  const tokens: string[] = []
  let at = index
  let known = false
  for (;;) {
    const item = items[at]
    if (item?.type !== 'word' || item.text.includes(' ')) return undefined
    if (at > index && item.spaced) return undefined
    if (item.senses.token !== undefined) known = true
    tokens.push(item.senses.token ?? verbatim(normalised, item))
    at += 1
    const dash = items[at]
    const after = items[at + 1]
    if (
      dash?.type === 'symbol' &&
      /^[-/]$/.test(dash.text) &&
      !dash.spaced &&
      after?.type === 'word' &&
      !after.spaced
    )
      at += 1
    else break
    if (tokens.length > 4) return undefined
  }
  if (tokens.length < 2 || !known) return undefined
  const first = items[index]
  const last = items[at - 1]
  if (first === undefined || last === undefined) return undefined
  return {
    text: verbatim(normalised, { start: first.start, end: last.end }),
    tokens,
    end: last.end,
    next: at,
  }
}

function mention(
  item: Extract<Item, { type: 'word' }>,
  normalised: NormalisedText,
  known: boolean,
): Mention {
  const said = verbatim(normalised, item)
  const symbol = item.senses.token
  const trap = symbol === undefined ? undefined : getConfusable(symbol)
  // In its own capitals the rare one is meant: `swap 5 USDR`.
  if (symbol !== undefined && trap !== undefined && said !== symbol)
    return {
      start: item.start,
      end: item.end,
      symbol,
      known,
      problem: {
        reason: `"${said}" is a token of its own, one letter away from ${trap}.`,
        options: [symbol, trap],
      },
    }
  return {
    start: item.start,
    end: item.end,
    symbol: item.lookalike !== undefined ? said : (item.senses.token ?? said),
    known,
    ...(item.lookalike === undefined
      ? {}
      : {
          problem: {
            reason: `"${said}" has letters of another alphabet that look like "${item.lookalike}".`,
            ...(item.senses.token === undefined
              ? {}
              : { options: [item.senses.token] }),
          },
        }),
  }
}

function toQuantity(item: Extract<Item, { type: 'number' }>): Quantity {
  if (item.problem !== undefined)
    return { kind: 'problem', problem: item.problem }
  if (/^0(?:\.0*)?$/.test(item.decimal))
    return { kind: 'problem', problem: { reason: 'The amount is zero.' } }
  return { kind: 'number', decimal: item.decimal }
}

function lookahead(
  items: readonly Item[],
  index: number,
  count: number,
): string {
  const words: string[] = []
  for (let at = index; at < index + count; at += 1) {
    const item = items[at]
    if (item === undefined || item.type === 'break') break
    words.push(
      item.type === 'number'
        ? item.decimal
        : textOf(item) === ''
          ? '§'
          : textOf(item).replaceAll(' ', '_'),
    )
  }
  return words.join(' ')
}

function countWords(text: string): number {
  return text.trim().split(' ').length
}
