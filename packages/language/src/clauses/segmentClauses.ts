// One file because heads and borders decide each other.
import { getSenses } from '../lexicon/lexicon.js'
import { type Item, type Range, textOf } from '../text/Item.js'

/** The words of one clause around its verb. */
export type RawClause = {
  readonly sense: string
  readonly verb: Range
  readonly verbText: string
  /** Everything said about it, without the verb. */
  readonly items: readonly Item[]
  readonly sentence: number
  readonly joined: boolean
  readonly negated: boolean
  /** The verb could be a plain word: a noun, or part of what stands around it. */
  readonly doubtful: boolean
}

const NOUN_BEFORE =
  /^(?:my|the|this|that|your|each|per|current|total|previous|first|best|of|liquid|any|no|'s|his|her|their|our|last|token|eth|for|flash|its|new)$/
const NOUN_AFTER =
  /^(?:rate|rates|apy|apr|fee|fees|price|prices|cap|caps|pools?|protocols?|platforms?|markets?|rewards?|positions?|yield|yields|vaults?|account|interest|balance|limit|volume|contract|contracts|farm|farms|farming|pairs?|strategy|history|routes?|aggregators?|is|was|are|works?|services?|app)$/
const EDGE =
  /^(?:and|then|,|;|:|&|plus|also|please|pls|plz|to|→|-|>|next|finally|lastly|afterwards|afterward|subsequently|after|before|just|now|go|ahead|i'll|let's|lets|me|you|wanna|gonna|gotta|u|it|first|second|third|immediately|instantly|quickly|directly|simply|can|could|would|will|should|help|want|need|like|yo|hey|ok|okay|so|but|or|kindly|try|start|do|a|i|i'd|by|all|tryna|finna|imma|gimme|lemme|about|maybe|thanks|again|even|fam|bro|sir|ser|man|mate|dude|hi|hello|gm|urgent|asap|tx|must|shall|auto|automatically|keep|ill|lets|once|then,|while|with|using|steps?|step|finally,|\(|\)|"|'|…|\*|•|#|\||>)$/
const SKIPPED =
  /^(?:i|want|to|would|like|you|please|pls|plz|can|could|also|then|just|go|ahead|me|need|let's|lets|finally|i'd|i'll|will|wanna|gonna|gotta|help|u|kindly|next|immediately|afterwards|afterward|subsequently|lastly|second|third|first|now|proceed|continue|start|begin|try|by|make|sure|that|so|again|later|after|should|have|and|use|do|a|do|i'm|going|able|be|must|shall|we|it|directly|instantly|try|quickly|simply|maybe|remember|don't|dont|forget|not|never|do|auto|automatically|with|in|order|all|step|:|-|\*|•|")$/
const CONNECTORS =
  /^(?:and|then|,|;|&|plus|afterwards|afterward|subsequently|next|finally|lastly|before|but|followed|after|also|→|-|\+|or|while|…)$/
const NEGATION =
  /^(?:don't|dont|not|never|cannot|can't|without|avoid|didn't|won't|doesn't|stop|cancel|skip|refuse|quit|isn't|shouldn't)$/
/** Verbs that are everyday words too: money has to stand behind them. */
const SOFT =
  /^(?:change|turn|transform|cross|draw|drop|port|bring|park|pop|enter|boost|increase|collect|make|give|hand|shoot|drive|settle|clear|return|leave|place|shift|move|take|get|use|save|generate|open|start|close|stick|throw|toss|slide|kick|pool|pair|flip|switch|cop|spend|allocate|hop|harvest|extract|empty|provide|allow|permit|grant|obtain|receive|mint|burn|land|add|put|pay|tip|gift|wire|forward|deliver|trade|exchange|fund|fetch|sink|reap|contribute|drain|remove|pull|delegate|yield farm|farm|earn|bump up|reinforce|refill|cash in|lock in|dispatch|invest|slam|pass|go long|relocate|fling|lob|chuck|gimme|fire|drip|wing|knock)$/
const PURPOSE =
  /^(?:earn|get|save|use|topup|invest|open|take|claim|add|put|compound)$/
const ACTIONABLE = /^(?:use|open|take)$/

/** No verb is passed over. */
const NONE: ReadonlySet<number> = new Set()

/**
 * Cuts the sentence into clauses, one per verb that orders something.
 *
 * @param said - The items of one or more sentences.
 * @param unread - Where verbs begin that are to be read as plain words.
 */
export function segmentClauses(
  said: readonly Item[],
  unread: ReadonlySet<number> = NONE,
): {
  clauses: RawClause[]
  /** What stands before, between or behind without a verb of its own. */
  loose: Item[]
} {
  const items = foldConnectors(said)
  const clauses: RawClause[] = []
  const loose: Item[] = []
  let sentence = 0
  let begin = 0
  for (let at = 0; at <= items.length; at += 1) {
    const item = items[at]
    if (item !== undefined && item.type !== 'break') continue
    const part = items.slice(begin, at)
    begin = at + 1
    if (part.length === 0) continue
    const found = segmentSentence(part, sentence, unread)
    if (found.length === 0) {
      const last = clauses.at(-1)
      // `Swap 1 ETH to USDC. On Arbitrum. With 1 % slippage.`
      if (last !== undefined && isAddition(part))
        clauses[clauses.length - 1] = {
          ...last,
          items: [...last.items, ...part],
        }
      else loose.push(...part)
    } else clauses.push(...found)
    sentence += 1
  }
  return { clauses, loose }
}

const JOINTS: readonly (readonly string[])[] = [
  ['after', 'that'],
  ['after', 'this'],
  ['after', 'which'],
  ['once', 'that'],
  ['followed', 'by'],
  ['as', 'well', 'as'],
  ['and', 'also'],
  ['from', 'there'],
  ['when', 'done'],
  ['after', 'it'],
  ['and', 'after', 'that'],
  ['and', 'after', 'this'],
  ['and', 'once', 'that'],
  ['and', 'after'],
  ['along', 'with'],
  ['in', 'the', 'end'],
  ['at', 'the', 'end'],
  ['at', 'last'],
  ['next', 'up'],
  ['at', 'the', 'same', 'time'],
  ['on', 'top', 'of', 'that'],
  ['with', 'that', 'done'],
]

/** Puts one word in the place of `after that`, `followed by` and their like. */
function foldConnectors(items: readonly Item[]): Item[] {
  const folded: Item[] = []
  let at = 0
  while (at < items.length) {
    const first = items[at]
    if (first === undefined) break
    const joint =
      first.type === 'word'
        ? JOINTS.find((words) =>
            words.every((word, offset) => textOf(items[at + offset]) === word),
          )
        : undefined
    const last = joint === undefined ? undefined : items[at + joint.length - 1]
    const behind = joint === undefined ? undefined : items[at + joint.length]
    // `after that usdc arrives` names a thing.
    const noun =
      behind?.type === 'word' &&
      behind.senses.token !== undefined &&
      behind.senses.verb === undefined &&
      joint?.at(-1) === 'that'
    if (joint === undefined || last === undefined || noun) {
      folded.push(first)
      at += 1
      continue
    }
    folded.push({
      type: 'word',
      start: first.start,
      end: last.end,
      spaced: first.spaced,
      text:
        joint[0] === 'as' || joint[0] === 'and' || joint[0] === 'along'
          ? 'and'
          : 'then',
      senses: {},
    })
    at += joint.length
  }
  return folded
}

function isAddition(part: readonly Item[]): boolean {
  return part.every((item) => {
    if (/^(?:slippage|leverage|conditions|time|symbol)$/.test(item.type))
      return true
    return (
      item.type === 'word' &&
      item.senses.verb === undefined &&
      (item.senses.chain !== undefined ||
        item.senses.venue !== undefined ||
        /^(?:on|using|with|via|in|at|to|through|please|thanks|thx|and|the|network|chain|only|asap|for|from|ty|my|do|it|this|use)$/.test(
          item.text,
        ))
    )
  })
}

type Head = {
  at: number
  sense: string
  text: string
  negated: boolean
  flipped?: 'before' | 'after'
  /** `… to be swapped`: its object stands in front. */
  passive?: true
}

function segmentSentence(
  items: readonly Item[],
  sentence: number,
  unread: ReadonlySet<number>,
): RawClause[] {
  const heads: Head[] = []
  for (let at = 0; at < items.length; at += 1) {
    if (unread.has(items[at]?.start ?? -1)) continue
    const head =
      readHead(items, at, heads) ??
      readImplied(items, at, heads) ??
      readPassive(items, at, heads)
    if (head !== undefined) heads.push(head)
  }
  if (heads.length === 0) {
    const wish = readWish(items) ?? readUse(items)
    if (wish === undefined) return []
    heads.push(wish)
  }
  const borders: { from: number; to: number; joined: boolean }[] = []
  let from = cutSmallTalk(items, heads[0]?.at ?? 0)
  let joined = false
  for (const [index, head] of heads.entries()) {
    const next = heads[index + 1]
    const border =
      next === undefined
        ? { end: items.length, next: items.length, joined: false }
        : findBorder(items, head.at + 1, next.at)
    borders.push({ from, to: border.end, joined })
    joined = border.joined
    from = border.next
  }
  // `get reth by staking 20 eth`: the end and the means are one order.
  for (let index = heads.length - 1; index > 0; index -= 1) {
    const head = heads[index]
    const before = heads[index - 1]
    if (
      head !== undefined &&
      before !== undefined &&
      textOf(items[head.at - 1]) === 'by' &&
      /^(?:get|earn|buy)$/.test(before.sense)
    ) {
      const border = borders[index - 1]
      const own = borders[index]
      if (border === undefined || own === undefined) continue
      own.joined = border.joined
      own.from = head.at
      heads.splice(index - 1, 1)
      borders.splice(index - 1, 1)
    }
  }
  let clauses = heads.map((head, index): RawClause => {
    const border = borders[index]
    const verb = items[head.at]
    return {
      sense: carriesAcross(
        items.slice(head.at + 1, border?.to ?? items.length),
        head,
      )
        ? 'bridge'
        : head.sense,
      verb: { start: verb?.start ?? 0, end: verb?.end ?? 0 },
      verbText: head.text,
      items: [
        ...items
          .slice(border?.from ?? 0, head.at)
          // `arrange for 5 dai to be sent`: small words that tie nothing here.
          .filter(
            (item) =>
              !(
                head.passive &&
                /^(?:for|that|to|be|get|gets|have|see)$/.test(textOf(item))
              ),
          ),
        // What is said before the verb gives no cue to what is said behind it.
        {
          type: 'break' as const,
          strength: 'sentence' as const,
          start: verb?.start ?? 0,
          end: verb?.end ?? 0,
          spaced: true,
        },
        ...dropOrder(items.slice(head.at + 1, border?.to ?? items.length)),
      ],
      sentence,
      joined: border?.joined ?? false,
      negated: head.negated,
      doubtful: isDoubtful(items, head.at, heads[index - 1]),
    }
  })
  // `lend it after swapping 1 eth`, `before lending it, swap 1 eth`
  for (const [index, head] of heads.entries()) {
    const clause = clauses[index]
    if (clause === undefined) continue
    if (head.flipped === 'after' && index > 0)
      clauses = [
        ...clauses.slice(0, index - 1),
        clause,
        clauses[index - 1] ?? clause,
        ...clauses.slice(index + 1),
      ]
    if (head.flipped === 'before' && index === 0 && clauses.length === 2)
      clauses = [clauses[1] ?? clause, clause]
  }
  return clauses
}

function isPlace(item: Item | undefined): boolean {
  return (
    item?.type === 'word' &&
    (item.senses.chain !== undefined || item.senses.venue !== undefined) &&
    !/^(?:eth|ether|aave|comp|gmx|uni|crv|link|arb|op)$/.test(item.text)
  )
}

/** `get 150 usdt over to avalanche`, `take 30 dai from gnosis to ethereum` */
function carriesAcross(items: readonly Item[], head: Head): boolean {
  if (
    !/^(?:withdraw|get|take|move|put|send|buy)$/.test(head.sense) ||
    !/^(?:take|pull|get|move|bring|send|put|push|shift|transfer|carry|need|want|haul)(?: |$)/.test(
      head.text,
    ) ||
    items.some((item) => /^(?:name|address|hex)$/.test(item.type))
  )
    return false
  const isChain = (item: Item | undefined): boolean =>
    item?.type === 'word' &&
    item.senses.chain !== undefined &&
    // `to eth` is a token; `to ethereum` is where it goes.
    !/^(?:eth|ether|bnb|avax|matic|pol|ftm|s|celo)$/.test(item.text)
  const tied = (cues: RegExp) =>
    items.some((item, at) => cues.test(textOf(item)) && isChain(items[at + 1]))
  const onto = tied(/^(?:to|onto|into|→)$/)
  if (!onto) return false
  return (
    tied(/^(?:from|off|of)$/) ||
    items.some((item) => /^(?:over|across)$/.test(textOf(item)))
  )
}

/** A verb that nothing ties to the order before, or that stands like a noun. */
function isDoubtful(
  items: readonly Item[],
  at: number,
  before: Head | undefined,
): boolean {
  const item = items[at]
  if (item?.type !== 'word') return false
  const previous = items[at - 1]
  if (item.repaired || item.senses.verbForm !== 'base') return true
  if (before === undefined)
    // `max sell …`, `my supply`: the first verb is doubted only as a noun.
    return (
      previous?.type === 'quantity' ||
      (previous?.type === 'word' &&
        (previous.senses.token !== undefined ||
          previous.senses.venue !== undefined ||
          previous.senses.verb !== undefined))
    )
  return !hasConnector(items, before.at + 1, at) || before.at === at - 1
}

/** `use 60% of my usdc for eth`: spent on it. */
function readUse(items: readonly Item[]): Head | undefined {
  const at = items.findIndex((item) => textOf(item) === 'use')
  if (at < 0) return undefined
  const money = items[at + 1]
  const spends = items.findIndex(
    (item, index) =>
      index > at + 1 &&
      /^(?:for|on)$/.test(textOf(item)) &&
      isNamed(items[index + 1]),
  )
  return (money?.type === 'number' || money?.type === 'quantity') && spends > 0
    ? { at, sense: 'invest', text: 'spend', negated: false }
    : undefined
}

function isNamed(item: Item | undefined): boolean {
  return (
    item?.type === 'word' &&
    item.senses.token !== undefined &&
    !item.senses.tokenWeak
  )
}

/** `swap 1 eth to usdc, then usdc to dai`: the verb is not said again. */
function readImplied(
  items: readonly Item[],
  at: number,
  heads: readonly Head[],
): Head | undefined {
  const last = heads.at(-1)
  // `get rid of 10 uni, i want eth instead`: what it is to become.
  const wanted = items[at + 1]
  if (
    /^(?:want|need|take)$/.test(textOf(items[at])) &&
    /^(?:i|i'll|we)$/.test(textOf(items[at - 1])) &&
    last !== undefined &&
    /^(?:sell|swap)$/.test(last.sense) &&
    wanted?.type === 'word' &&
    wanted.senses.token !== undefined &&
    wanted.senses.verb === undefined &&
    !items
      .slice(last.at, at)
      .some((item) => /^(?:for|to|into)$/.test(textOf(item)))
  )
    return { at, sense: 'get', text: 'get', negated: false }
  if (
    textOf(items[at]) !== 'then' ||
    last === undefined ||
    !/^(?:swap|sell|bridge|send)$/.test(last.sense)
  )
    return undefined
  const first = items[at + 1]
  const counted = first?.type === 'number' || first?.type === 'quantity'
  if (!counted && !(first?.type === 'word' && first.senses.token !== undefined))
    return undefined
  for (let ahead = at + 1; ahead < at + 8; ahead += 1) {
    const item = items[ahead]
    if (item === undefined || textOf(item) === 'then') return undefined
    if (readHead(items, ahead, heads) !== undefined) return undefined
    if (/^(?:to|for|into)$/.test(textOf(item)) && ahead > at + 1)
      return { at, sense: last.sense, text: last.text, negated: false }
  }
  return undefined
}

/** `my usdc should be bridged to base`, `i need 5 dai swapped to eth` */
function readPassive(
  items: readonly Item[],
  at: number,
  heads: readonly Head[],
): Head | undefined {
  const item = items[at]
  if (item?.type !== 'word' || item.senses.verbForm !== 'past') return undefined
  const sense = item.senses.verb
  const last = heads.at(-1)
  if (
    sense === undefined ||
    /^(?:take|use|save|earn|open|get)$/.test(sense) ||
    (last !== undefined && !hasConnector(items, last.at + 1, at))
  )
    return undefined
  const before = items
    .slice(Math.max(last === undefined ? 0 : last.at + 1, at - 12), at)
    .map((each) => textOf(each))
    .join(' ')
  const be =
    /(?:^| )(?:could|can|should|must|may|that|would) .{0,60} be$/.test(
      before,
    ) ||
    /(?:^| )(?:should|must|to|can|could|shall|needs to|has to|please) (?:all )?(?:be|get)$/.test(
      before,
    )
  const wanted =
    /(?:^| )(?:(?:i|we|me) (?:want|need|would like|would love)|i'd (?:like|love)|wanna have|(?:please|to|you|sure|and|let's|can i|could i|i'll) (?:have|get|see)|^(?:have|get)|gets?|need|want)(?= |$)/.test(
      before,
    ) &&
    !/(?:^| )(?:already|was|were|been|just|not|never|have been|i|we|you|they|he|she)$/.test(
      before,
    )
  if (
    !(be || wanted) ||
    /(?:^| )(?:not|don't|never|didn't)(?: |$)/.test(before)
  )
    return undefined
  return { at, sense, text: item.text, negated: false, passive: true }
}

/** `get 2 eth staked on lido`: the verb that counts stands behind its object. */
function hasParticiple(items: readonly Item[], at: number): boolean {
  for (let ahead = at + 1; ahead < at + 8; ahead += 1) {
    const item = items[ahead]
    if (item === undefined || item.type === 'break') return false
    if (
      CONNECTORS.test(textOf(item)) ||
      /^(?:i|we|it|that)$/.test(textOf(item))
    )
      return false
    if (item.type === 'word' && item.senses.verbForm === 'past')
      return (
        (ahead > at + 1 || /^gets?$/.test(textOf(items[at]))) &&
        // `my staked eth`, `the borrowed dai`: a thing that was.
        !(
          items[ahead + 1]?.type === 'word' &&
          (items[ahead + 1] as { senses: { token?: string } }).senses.token !==
            undefined
        )
      )
  }
  return false
}

/** `i need 500 usdc`, `i want 1 eth, pay with dai`: a wish for a token. */
function readWish(items: readonly Item[]): Head | undefined {
  const elsewhere =
    items.filter(
      (item) => item.type === 'word' && item.senses.chain !== undefined,
    ).length >= 2 &&
    items.some((item) => /^(?:its|it's|they're|it)$/.test(textOf(item)))
  for (let at = 0; at + 2 < items.length; at += 1) {
    const own = /^(?:my|the)$/.test(textOf(items[at + 1])) ? 1 : 0
    const just = /^(?:exactly|just|about|only|precisely)$/.test(
      textOf(items[at + 1]),
    )
      ? 1
      : 0
    const amount = items[at + 1 + own + just]
    const token = items[at + 2 + own + just]
    // `i need my 5 usdc on base, it's on arbitrum`: what is elsewhere comes over.
    if (
      elsewhere &&
      /^(?:want|need)$/.test(textOf(items[at])) &&
      (amount?.type === 'number' || amount?.type === 'quantity')
    )
      return { at, sense: 'bridge', text: 'bring', negated: false }
    if (own > 0) continue
    if (
      /^(?:want|need)$/.test(textOf(items[at])) &&
      (/^(?:i|we|me)$/.test(textOf(items[at - 1])) || at === 0) &&
      (amount?.type === 'number' ||
        (amount?.type === 'quantity' && amount.quantity.kind === 'fiat')) &&
      token?.type === 'word' &&
      (token.senses.token !== undefined || token.text === 'of')
    )
      return { at, sense: 'buy', text: 'want', negated: false }
  }
  return undefined
}

/** `I have 5 ETH and want to …`: what one has is not what one orders. */
function cutSmallTalk(items: readonly Item[], head: number): number {
  let cut = 0
  for (let at = 0; at < head; at += 1) {
    const word = textOf(items[at])
    const next = textOf(items[at + 1])
    if (
      /^(?:i've|i'm)$/.test(word) ||
      (/^(?:i|we)$/.test(word) &&
        /^(?:have|got|own|hold|had|am|bought|received|got|swapped|sold|deposited|borrowed)$/.test(
          next,
        ))
    ) {
      for (let end = head - 1; end > at; end -= 1)
        // `i have 1000 usdc and want to put it in aave`: what `it` stands for.
        if (refersBack(items, head)) return 0
        else if (/^(?:and|,|so|but|then|;|:)$/.test(textOf(items[end]))) {
          cut = end + 1
          break
        }
    }
  }
  return cut
}

/** The verb's object is `it`, and one amount of one token stands before. */
function refersBack(items: readonly Item[], head: number): boolean {
  const before = items.slice(0, head)
  return (
    /^(?:it|them|that|this)$/.test(textOf(items[head + 1])) &&
    before.filter((item) => item.type === 'number' || item.type === 'quantity')
      .length === 1 &&
    before.filter(
      (item) => item.type === 'word' && item.senses.token !== undefined,
    ).length === 1
  )
}

function readHead(
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
  // `i want 1 eth, pay with usdc`: how it is paid, and no payment.
  if (
    /^pay(?:ing)?$/.test(item.text) &&
    (/^(?:with|using|in|by|from|via)$/.test(next) ||
      /^(?:for|to|of|as)$/.test(previous)) &&
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

/** `sell order for 2 eth`: the words between the verb and its object. */
function dropOrder(items: readonly Item[]): readonly Item[] {
  if (!/^orders?$/.test(textOf(items[0]))) return items
  return items.slice(/^(?:for|of)$/.test(textOf(items[1])) ? 2 : 1)
}

/** For each sentence, how many connectors stand before each of its items. */
const connectorCounts = new WeakMap<readonly Item[], Uint32Array>()

function hasConnector(
  items: readonly Item[],
  from: number,
  to: number,
): boolean {
  let counts = connectorCounts.get(items)
  if (counts === undefined) {
    counts = new Uint32Array(items.length + 1)
    for (const [at, item] of items.entries())
      counts[at + 1] = (counts[at] ?? 0) + (isConnector(item) ? 1 : 0)
    connectorCounts.set(items, counts)
  }
  const last = Math.min(to, items.length)
  return from < last && (counts[last] ?? 0) > (counts[Math.max(0, from)] ?? 0)
}

function isConnector(item: Item): boolean {
  return (
    (item.type === 'word' || item.type === 'symbol') &&
    CONNECTORS.test(item.text) &&
    !(item.text === '-' && !item.spaced)
  )
}

function hasMoneyAhead(
  items: readonly Item[],
  from: number,
  count: number,
): boolean {
  for (let at = from; at < from + count; at += 1) {
    const item = items[at]
    if (item === undefined) return false
    if (
      item.type === 'number' ||
      item.type === 'quantity' ||
      item.type === 'address'
    )
      return true
    if (
      item.type === 'word' &&
      ((item.senses.token !== undefined && !item.senses.tokenWeak) ||
        (item.senses.venue !== undefined && !item.senses.venueWeak) ||
        item.cashtag ||
        /^(?:it|them|both|everything|proceeds|debt|loan|rewards|liquidity|collateral|position|positions|token|tokens)$/.test(
          item.text,
        ))
    )
      return true
  }
  return false
}

/** Where one clause ends and the next one begins. */
function findBorder(
  items: readonly Item[],
  from: number,
  head: number,
): { end: number; next: number; joined: boolean } {
  let at = head - 1
  let firstSkipped = head
  let skipping = true
  while (at >= from) {
    const item = items[at]
    const word = textOf(item)
    const connector =
      item !== undefined &&
      (item.type === 'word' || item.type === 'symbol') &&
      CONNECTORS.test(word) &&
      !(word === '-' && !item.spaced)
    if (connector) {
      // `withdraw it and, if eth is low, swap it`: it is what comes that waits.
      if (items[at - 1]?.type === 'conditions') {
        let start = at - 2
        if (textOf(items[start]) === ',') start -= 1
        if (start > from && /^(?:and|then|but|;)$/.test(textOf(items[start])))
          return { end: start, next: at - 1, joined: false }
      }
      let end = at
      const words = [word]
      while (
        end > from &&
        (CONNECTORS.test(textOf(items[end - 1])) ||
          /^(?:once|that|done|this|by|so)$/.test(textOf(items[end - 1]))) &&
        items[end - 1]?.type !== 'number'
      ) {
        // `that` belongs to the border only behind `after`.
        if (/^(?:that|this|done|by|so|once)$/.test(textOf(items[end - 1])))
          break
        end -= 1
        words.push(textOf(items[end]))
      }
      return {
        end,
        next: at + 1,
        joined: words.every((each) => /^(?:and|&|,|\+|plus)$/.test(each)),
      }
    }
    if (skipping && SKIPPED.test(word)) firstSkipped = at
    else skipping = false
    at -= 1
  }
  return { end: firstSkipped, next: firstSkipped, joined: false }
}
