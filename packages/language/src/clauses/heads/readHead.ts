import { getSenses } from '../../lexicon/lexicon.js'
import { type Item, textOf } from '../../text/Item.js'
import { hasConnector } from '../borders/hasConnector.js'
import { EDGE, SKIPPED } from './edges.js'
import type { Head } from './Head.js'
import { hasMoneyAhead } from './hasMoneyAhead.js'
import { hasParticiple } from './hasParticiple.js'
import { isPlace } from './isPlace.js'

const NOUN_BEFORE =
  /^(?:my|the|this|that|your|each|per|current|total|previous|first|best|of|liquid|any|no|'s|his|her|their|our|last|token|eth|for|flash|its|new)$/

const NOUN_AFTER =
  /^(?:rate|rates|apy|apr|fee|fees|price|prices|cap|caps|pools?|protocols?|platforms?|markets?|rewards?|positions?|yield|yields|vaults?|account|interest|balance|limit|volume|contract|contracts|farm|farms|farming|pairs?|strategy|history|routes?|aggregators?|is|was|are|works?|services?|app)$/

const NEGATION =
  /^(?:don't|dont|not|never|cannot|can't|without|avoid|didn't|won't|doesn't|stop|cancel|skip|refuse|quit|isn't|shouldn't)$/

/** Verbs that are everyday words too: money has to stand behind them. */
const SOFT =
  /^(?:change|turn|transform|cross|draw|drop|port|bring|park|pop|enter|boost|increase|collect|make|give|hand|shoot|drive|settle|clear|return|leave|place|shift|move|take|get|use|save|generate|open|start|close|stick|throw|toss|slide|kick|pool|pair|flip|switch|cop|spend|allocate|hop|harvest|extract|empty|provide|allow|permit|grant|obtain|receive|mint|burn|land|add|put|pay|tip|gift|wire|forward|deliver|trade|exchange|fund|fetch|sink|reap|contribute|drain|remove|pull|delegate|yield farm|farm|earn|bump up|reinforce|refill|cash in|lock in|dispatch|invest|slam|pass|go long|relocate|fling|lob|chuck|gimme|fire|drip|wing|knock)$/

const PURPOSE =
  /^(?:earn|get|save|use|topup|invest|open|take|claim|add|put|compound)$/

const ACTIONABLE = /^(?:use|open|take)$/

export function readHead(
  items: readonly Item[],
  at: number,
  heads: readonly Head[],
): Head | undefined {
  const item = items[at]
  if (item?.type !== 'word') return undefined
  const { verb, verbForm } = item.senses
  if (verb === undefined || verbForm === undefined) return undefined
  const before = items[at - 1]
  const after = items[at + 1]
  const previous = textOf(before)
  const next = textOf(after)
  // `send 5 swap`, `$bridge`
  if (item.cashtag) return undefined
  const counted = before?.type === 'number' || before?.type === 'quantity'
  if (counted && item.senses.token !== undefined) return undefined
  if (before?.type === 'number' && heads.length > 0) return undefined
  const isNamed =
    item.senses.token !== undefined ||
    item.senses.venue !== undefined ||
    item.senses.chain !== undefined
  if (
    isNamed &&
    /^(?:on|via|using|through|from|to|with|into|in|for|at|of|my|the)$/.test(
      previous,
    ) &&
    previous !== 'to'
  )
    return undefined
  if (isNamed && previous === 'to' && heads.length > 0) return undefined
  if (verbForm === 'past') return undefined
  // `if i swap 1 eth, how much dai do i get`: a thought, and no order.
  if (
    /^(?:i|we)$/.test(previous) &&
    /^(?:if|when|once|whenever|suppose|supposing|imagine|assume|say)$/.test(
      textOf(items[at - 2]),
    )
  )
    return undefined
  if (
    /^(?:-|\/)$/.test(previous) &&
    before?.spaced === false &&
    !item.spaced &&
    // `auto-buy`, `re-stake`: the verb with something in front.
    !/^(?:auto|re|pre)$/.test(textOf(items[at - 2]))
  )
    return undefined
  if (
    /^(?:-|\/)$/.test(next) &&
    after?.spaced === false &&
    items[at + 2]?.spaced === false &&
    item.senses.token !== undefined
  )
    return undefined
  if (verbForm === 'gerund') {
    if (NOUN_AFTER.test(next) || item.text === 'using') return undefined
    if (
      before !== undefined &&
      before.type === 'word' &&
      !/^(?:by|start|after|before|and|then|try|begin|consider|followed|me|of|for|about|with|finally|also|or|please|i'm|am|mind|go|first|want|like|need|wanna)$/.test(
        previous,
      )
    )
      return undefined
    if (/^(?:of|for|about)$/.test(previous) && heads.length > 0)
      return undefined
    if (item.senses.verb === 'earn') return undefined
  } else if (
    NOUN_AFTER.test(next) &&
    !(
      next === 'position' ||
      next === 'positions' ||
      next === 'rewards' ||
      next === 'yield' ||
      next === 'interest' ||
      next === 'pool' ||
      next === 'vault' ||
      next === 'yields' ||
      next === 'account' ||
      next === 'fees' ||
      next === 'limit' ||
      next === 'pair'
    )
  ) {
    return undefined
  } else if (
    /^(?:interest|limit|account|fees)$/.test(next) &&
    !/^(?:earn|claim|get|make|close|withdraw|repay|save|topup)$/.test(verb)
  )
    return undefined
  if (verbForm === 'base' && NOUN_BEFORE.test(previous)) {
    // `a swap of 1 eth`, `do the swap of`; `my deposit` is a thing.
    if (!(next === 'of' && /^(?:a|an|the)$/.test(previous))) {
      if (
        !(
          previous === 'eth' ||
          previous === 'for' ||
          previous === 'token' ||
          previous === 'first' ||
          previous === 'that'
        )
      )
        return undefined
      if (previous === 'for') return undefined
      if (previous === 'that' && heads.length === 0) return undefined
    }
  }
  if (/^(?:a|an)$/.test(previous)) {
    const light = textOf(items[at - 2])
    if (
      next !== 'of' &&
      !/^(?:do|make|execute|perform|initiate|request|place|need|want|doing|set|put|add|create|submit|send)$/.test(
        light,
      ) &&
      !(verb === 'long' || verb === 'short')
    )
      return undefined
    if (
      (verb === 'long' || verb === 'short') &&
      heads.length === 0 &&
      !/^(?:do|make|take|want|need|get|place)$/.test(light)
    )
      return undefined
  }
  if (verb === 'long' || verb === 'short') {
    if (
      /^(?:as|how|so|for|not|too|very|my|the|in|before|while)$/.test(previous)
    )
      return undefined
    if (
      /^(?:as|term|time|enough|run|run,|while|way|period|ago|before|story|on)$/.test(
        next,
      ) &&
      !(next === 'on' && item.text.includes(' '))
    ) {
      if (next !== 'on') return undefined
    }
    const last = heads.at(-1)
    // `close my eth long`, `open a 5x long`: part of another order.
    if (last !== undefined && !hasConnector(items, last.at + 1, at))
      return undefined
    // `50 usdc long eth 5x`: what backs it stands in front.
    const backed =
      last === undefined &&
      items.slice(0, at).some((each) => each.type === 'number')
    if (
      before?.type === 'word' &&
      before.senses.token !== undefined &&
      before.senses.venue === undefined &&
      !backed
    )
      return undefined
    if (!hasMoneyAhead(items, at + 1, 8)) return undefined
  }
  if (
    before !== undefined &&
    before.type === 'word' &&
    !EDGE.test(previous) &&
    verbForm === 'base'
  ) {
    // A verb in the middle of nothing: `the hop protocol`, `eth swap`.
    if (
      SOFT.test(item.text) &&
      heads.length === 0 &&
      !hasMoneyAhead(items, at + 1, 6)
    )
      return undefined
    if (
      before.senses.token !== undefined &&
      before.senses.venue === undefined &&
      heads.length === 0 &&
      !/^(?:bridge|swap|lend|sell|buy|stake)$/.test(verb) &&
      !/^(?:it|them|that)$/.test(next)
    )
      return undefined
  }
  // `claim airdrop`, `withdraw lp`: the thing that the verb before is about.
  if (heads.at(-1)?.at === at - 1) return undefined
  if (
    item.text === 'lp' &&
    heads.length > 0 &&
    !hasConnector(items, (heads.at(-1)?.at ?? 0) + 1, at)
  )
    return undefined
  // `buy the dip`, `place an order`
  if (next === 'the' && textOf(items[at + 2]) === 'dip') return undefined
  if (
    /^(?:place|put|set|open|make)$/.test(item.text) &&
    [2, 3, 4].some((offset) => textOf(items[at + offset]) === 'order')
  )
    return undefined
  const positions = /^(?:close|flatten|unwind)/.test(item.text)
  if (SOFT.test(item.text) && !positions && !hasMoneyAhead(items, at + 1, 9)) {
    if (
      !(
        heads.length > 0 &&
        hasConnector(items, (heads.at(-1)?.at ?? 0) + 1, at) &&
        !/^(?:get|make|use|take|save|open|start|leave|change)$/.test(item.text)
      )
    )
      return undefined
  }
  let sense = verb
  if (sense === 'open') {
    const side = items
      .slice(at + 1, at + 9)
      .find((word) => /^(?:long|short)$/.test(textOf(word)))
    if (side === undefined) return undefined
    sense = textOf(side)
  }
  if (
    sense === 'close' &&
    !hasMoneyAhead(items, at + 1, 8) &&
    !/position|long|short|trade/.test(
      items
        .slice(at, at + 8)
        .map((word) => textOf(word))
        .join(' '),
    )
  )
    return undefined
  const last = heads.at(-1)
  const connected = last === undefined || hasConnector(items, last.at + 1, at)
  if (
    last !== undefined &&
    (sense === 'earn' || sense === 'compound' || sense === 'save')
  ) {
    if (!connected || previous === 'to' || !hasMoneyAhead(items, at + 1, 4))
      return undefined
  }
  if (
    last !== undefined &&
    previous === 'to' &&
    PURPOSE.test(sense) &&
    !connected
  )
    return undefined
  if (sense === 'get' && hasParticiple(items, at)) return undefined
  if (sense === 'get' && last !== undefined) {
    // `redeem 10 weth and get eth`: what the first gives.
    if (
      /^(?:swap|redeem|unwrap|wrap|sell|unstake|withdraw|stake|claim|deposit)$/.test(
        last.sense,
      ) &&
      !items
        .slice(at + 1, at + 5)
        .some((word) => word.type === 'number' || word.type === 'quantity')
    )
      return undefined
    if (!connected) return undefined
  }
  if (sense === 'use') return undefined
  // `i want 100 usdc, take it from my eth`: what it is paid with.
  if (
    (sense === 'take' || sense === 'get') &&
    /^(?:it|them|that)$/.test(next) &&
    textOf(items[at + 2]) === 'from' &&
    !isPlace(items[at + 3]) &&
    last === undefined &&
    items.some(
      (each, before) => before < at && /^(?:want|need)$/.test(textOf(each)),
    )
  )
    return undefined
  if (sense === 'take') {
    const rest = items
      .slice(at + 1, at + 40)
      .map((word) => textOf(word))
      .join(' ')
    if (!/(?:^| )(?:out|from|off|back)(?: |$)/.test(rest)) return undefined
    sense = 'withdraw'
  }
  if (sense === 'earn' && !hasMoneyAhead(items, at + 1, 8)) return undefined
  if (ACTIONABLE.test(sense)) return undefined
  // `make` earns only yield; `make a swap` and `make that 2 eth` do not.
  if (
    /^mak(?:e|es|ing)$/.test(item.text) &&
    !items
      .slice(at + 1, at + 6)
      .some((word) =>
        /^(?:yield|yields|interest|money|returns?|profit|apy|apr|passive|income|gains)$/.test(
          textOf(word),
        ),
      )
  )
    return undefined
  // `let uniswap spend 5 dai` approves; any other `let` is a manner of speech.
  if (
    /^lets?$/.test(item.text) &&
    ![2, 3].some((offset) =>
      /^(?:spend|use|access|take|move)$/.test(textOf(items[at + offset])),
    )
  )
    return undefined
  if (
    /^(?:spend|move)$/.test(item.text) &&
    last?.sense === 'approve' &&
    !connected
  )
    return undefined
  // `i would like to pay my designer 800 usdc`: what is wanted is the payment.
  const isMeant =
    previous === 'to' &&
    heads.length === 0 &&
    /^(?:like|want|need|have|wish|love|going|got|trying|supposed|prefer|meant|able)$/.test(
      textOf(items[at - 2]),
    )
  // `i want 1 eth, pay with usdc`: how it is paid, and no payment.
  if (
    /^pay(?:ing)?$/.test(item.text) &&
    (/^(?:with|using|in|by|from|via)$/.test(next) ||
      (/^(?:for|to|of|as)$/.test(previous) && !isMeant)) &&
    !hasMoneyAhead(items, at + 1, 1)
  )
    return undefined
  // `so it earns`, `the eth it gives me`: what happens by itself.
  if (
    /^(?:it|that|which|they|this|swap|trade|pool|protocol)$/.test(previous) &&
    item.senses.verbForm === 'base' &&
    [item.text.replace(/s$/, ''), item.text.replace(/es$/, '')].some(
      (stem) => stem !== item.text && getSenses(stem)?.verb === verb,
    )
  )
    return undefined
  // `sell 20 op, give me usdc`: what one wants to have, and no gift.
  if (
    /^(?:give|gimme|hand)$/.test(item.text) &&
    (next === 'me' || next === 'us')
  )
    sense = 'get'
  // `to`-infinitive after a verb of wanting is an order; a bare noun is not.
  // `i was going to swap`, `i almost sold`: it was thought of, and not said.
  let negated =
    /(?:^| )(?:thinking (?:about|of)(?: maybe)?|considering|might|planning (?:to|on)|wondering (?:if|whether) (?:i|we) should|remind (?:me|us) to|(?:alert|notify|ping|warn) (?:me|us) (?:to|when i)|instead of|rather than|not sure (?:if i should|about)|debating|tempted to|(?:was|were) (?:going|about) to|almost|nearly|used to|would have|could have|should have)(?: \S+)?$/.test(
      items
        .slice(Math.max(0, at - 6), at)
        .map((word) => textOf(word))
        .join(' '),
    )
  let flipped: Head['flipped']
  for (let back = at - 1; back >= 0 && back >= at - 6; back -= 1) {
    const word = textOf(items[back])
    if (items[back]?.type !== 'word') break
    if (NEGATION.test(word)) {
      // `don't forget to`, `if not`, `why not`
      if (/^(?:forget|hesitate)$/.test(textOf(items[back + 1]))) break
      if (/^(?:if|why|or)$/.test(textOf(items[back - 1]))) break
      negated = true
      break
    }
    if (
      back === at - 1 &&
      (word === 'after' || word === 'before') &&
      verbForm === 'gerund'
    )
      flipped = word
    // `send it after you swap …`, `before you lend it, …`
    if (
      back < at - 1 &&
      back >= at - 3 &&
      (word === 'after' || word === 'before') &&
      verbForm === 'base' &&
      /^(?:you|i|we|u|have|you've|i've)$/.test(textOf(items[back + 1])) &&
      (heads.length > 0 || word === 'before')
    )
      flipped = word
    if (heads.some((head) => head.at === back)) break
    if (!SKIPPED.test(word) && !EDGE.test(word)) break
  }
  return {
    at,
    sense,
    text: item.text,
    negated,
    ...(flipped === undefined ? {} : { flipped }),
  }
}
