import type { ParseContext, ParseResult } from '@behest/spec'
import { readAsk } from './ask/readAsk.js'
import { bindClause } from './bind/bindClause.js'
import type { DraftStep } from './bind/DraftStep.js'
import { ACTS_FROM, readGuessed } from './bind/readGuessed.js'
import { readVerbless } from './bind/readVerbless.js'
import { buildResult } from './check/buildResult.js'
import { findInjection } from './check/findInjection.js'
import { findLeftovers } from './check/findLeftovers.js'
import { hasEvidence } from './check/hasEvidence.js'
import { classifyAction } from './classify/classifyAction.js'
import { rateConfidence, readSigns } from './classify/rateConfidence.js'
import { isValidAddress } from './clauses/isValidAddress.js'
import type { Part, Said } from './clauses/Part.js'
import { readParts } from './clauses/readParts.js'
import { segmentClauses } from './clauses/segmentClauses.js'
import { splitSentences } from './clauses/splitSentences.js'
import { isJapanese, parseJapanese } from './japanese/parseJapanese.js'
import { isFamiliar } from './lexicon/repairWord.js'
import { readNumbers } from './numbers/readNumbers.js'
import { foldAsides } from './phrases/foldAsides.js'
import { foldCorrections } from './phrases/foldCorrections.js'
import { foldChange, foldForms } from './phrases/foldForms.js'
import { foldQuotes } from './phrases/foldQuotes.js'
import { readConditions } from './phrases/readConditions.js'
import { readFloors } from './phrases/readFloors.js'
import { readLimits } from './phrases/readLimits.js'
import { readQuantities } from './phrases/readQuantities.js'
import { readSlippage } from './phrases/readSlippage.js'
import { resolveSteps } from './resolve/resolveSteps.js'
import { type Item, textOf } from './text/Item.js'
import { type NormalisedText, normaliseText } from './text/normaliseText.js'
import { tagItems, verbatim } from './text/tagItems.js'
import { tokenise } from './text/tokenise.js'
import { readTimes } from './time/readTimes.js'

const NOTHING = 'Nothing is to be done, so nothing will be.'
const NO_ADVICE =
  'Behest carries out what you decide; it gives no advice on what to buy or sell.'
/** A reading that is rated lower is put to the speaker first. */
const CONFIRMS_BELOW = 0.85
/** A longer text is read once: what is missing in it is asked for. */
const MOST_DOUBTED = 120
/** From here on an order with nothing counted in it is taken for small talk. */
const REFUSES_FROM = 0.5
/** The longest text that is read at all, in UTF-16 units. */
const LONGEST = 10_000

/**
 * Turns what a person typed into a typed intent, questions, or neither.
 *
 * Pure: the same text and context always give the same result. It reads no
 * chain, clock or network. Every argument that moves value stands in the text
 * at the span given for it, or is what an earlier step gives.
 *
 * @param utterance - The words, verbatim; at most 10,000 UTF-16 units are read.
 * @param context.now - ISO 8601 instant at which it was said.
 * @param context.timeZone - IANA zone in which `9am` is meant.
 * @param context.account - The speaker's account, if known.
 * @param context.chain - The account's chain, if known.
 * @param context.locale - BCP 47; settles `1.000` and `1,5`.
 * @returns An intent, a draft with one question per missing slot, or none.
 */
export function parseUtterance(
  utterance: string,
  context: ParseContext,
): ParseResult {
  if (utterance.length > LONGEST)
    return none(
      'not-understood',
      `That text has ${utterance.length} characters, and at most ${LONGEST} are read. Say it in fewer words.`,
    )
  const normalised = normaliseText(utterance)
  if (normalised.text.trim() === '')
    return none(
      'not-understood',
      'There is nothing to read. Say what you want done.',
    )
  return isJapanese(normalised.text)
    ? parseInJapanese(normalised, context)
    : parseEnglish(normalised, context)
}

function parseInJapanese(
  normalised: NormalisedText,
  context: ParseContext,
): ParseResult {
  if (findInjection(normalised, []) || isJapaneseInjection(normalised.text))
    return none(
      'injection',
      'ご自身の言葉ではない指示が含まれています。何をしたいかをご自身の言葉で書いてください。',
    )
  const read = parseJapanese(normalised, context)
  // `先週2ETHをUSDCに替えたら損しちゃった`: what was, and no order.
  if (
    /(?:先週|先月|昨日|きのう|去年|一昨日|おととい|この前|この間|さっき)[^。！!]*(?:ちゃった|じゃった|てしまった|でしまった|した|った|れた|えた|ました)(?:よ|ね|な|わ|んだ|けど|w|笑)*[。！!…\s]*$/.test(
      normalised.text,
    )
  )
    return none(
      'out-of-scope',
      'できることが見つかりませんでした。例：「1ETHをUSDCに交換して」',
    )
  if (read.drafts.length === 0) {
    if (read.quoted)
      return none(
        'injection',
        '指示が引用の中にしかありません。何をしたいかをご自身の言葉で書いてください。',
      )
    const about = /[a-z]{3,5}を|eth|usd|イーサ|ビットコイン|トークン/.test(
      normalised.text,
    )
    return none(
      about && !read.advice && !read.blocked
        ? 'not-understood'
        : 'out-of-scope',
      read.advice
        ? NO_ADVICE
        : read.blocked
          ? NOTHING
          : 'できることが見つかりませんでした。例：「1ETHをUSDCに交換して」',
    )
  }
  const { steps, tooMany } = resolveSteps(
    withAddress(read.drafts, normalised).filter(
      (draft, at) =>
        draft.action !== 'ask' || draft.topic !== read.drafts[at - 1]?.topic,
    ),
  )
  return buildResult({
    steps,
    normalised,
    context,
    language: 'ja',
    leftovers: [
      ...findLeftovers(
        steps,
        read.clauses.map(({ step, parts }) => ({
          step,
          parts: parts.filter(
            (part) =>
              part.type !== 'party' ||
              part.text !== 'アドレス' ||
              steps[step]?.to === undefined,
          ),
        })),
        normalised,
      ),
      ...(read.unclear
        ? [{ step: 0, problem: { reason: 'どちらにしますか？' } }]
        : []),
      ...(tooMany
        ? [
            {
              step: steps.length - 1,
              problem: { reason: '一度に十の操作までです。どれを省きますか？' },
            },
          ]
        : []),
    ],
  })
}

/** `このアドレスに…送って: 0x…`: the address that is written behind it, or none. */
function withAddress(
  drafts: readonly DraftStep[],
  normalised: NormalisedText,
): DraftStep[] {
  const written = [...normalised.text.matchAll(/0x[0-9a-f]{40}(?![0-9a-z])/g)]
  const [only] = written
  return drafts.map((draft) => {
    if (draft.to === undefined || !/^(?:この)?アドレス$/.test(draft.to.value))
      return draft
    const { to: _, ...open } = draft
    if (only === undefined || written.length > 1) return open
    const range = { start: only.index, end: only.index + 42 }
    const value = verbatim(normalised, range)
    return isValidAddress(value) ? { ...open, to: { ...range, value } } : open
  })
}

function isJapaneseInjection(text: string): boolean {
  return /(?:これまで|上記|以前|前|今まで|すべて|全て)の(?:指示|命令|ルール|制限)[^。]{0,6}(?:無視|忘れ)|システム(?:プロンプト|メッセージ)|秘密鍵|シードフレーズ|(?:と|って)(?:書いて|言って|言われ|メッセージ|メールが)/.test(
    text,
  )
}

function parseEnglish(
  normalised: NormalisedText,
  context: ParseContext,
): ParseResult {
  const tokens = tokenise(normalised)
  const tagged = readNumbers(tagItems(tokens, normalised, context.locale))
  const folded = foldQuotes(tagged, normalised)
  const { quoted } = folded
  const injection = findInjection(normalised, folded.items)
  if (injection)
    return none(
      'injection',
      'That text carries instructions that are not your own. Say in your own words what you want done.',
    )
  const corrected = foldCorrections(foldChange(folded.items))
  if (corrected.type === 'dropped') return none('out-of-scope', NOTHING)
  const { items, scope } = foldAsides(foldForms(corrected.items))
  if (isAboutNfts(items) && hasOrder(items))
    return none('out-of-scope', 'Behest does not move NFTs.')
  const read = (unread: ReadonlySet<number>) =>
    readEnglish({
      items,
      scope,
      quoted,
      normalised,
      context,
      unread,
      unclear: corrected.unclear !== undefined,
    })
  const first = read(new Set())
  if (first.result.type === 'intent') return confirmed(first.result, normalised)
  if (first.result.type !== 'clarify' || items.length > MOST_DOUBTED)
    return first.result
  // A word that was taken for a verb may be the reason why something is missing.
  for (const unread of listDoubts(first.doubtful)) {
    const other = read(unread)
    if (other.result.type === 'intent')
      return confirmed(other.result, normalised)
  }
  return first.result
}

/** A reading that is rated too low to act on is put to the speaker first. */
function confirmed(
  result: Extract<ParseResult, { type: 'intent' }>,
  normalised: NormalisedText,
): ParseResult {
  if (
    result.intent.steps.every((step) => step.action === 'ask') ||
    rateConfidence(normalised.utterance, result) >= CONFIRMS_BELOW ||
    isAllKnown(normalised.utterance, result)
  )
    return result
  return {
    type: 'clarify',
    draft: result.intent,
    questions: [
      {
        slot: 'steps[0].action',
        text: 'That could be meant otherwise. Is it read rightly?',
      },
    ],
  }
}

/** No word in it is misspelt, unknown or beside the matter: nothing to confirm. */
function isAllKnown(utterance: string, result: ParseResult): boolean {
  const [unknown, everyday, repaired] = readSigns(utterance, result).slice(5)
  return unknown === 0 && everyday === 0 && repaired === 0
}

/** Each doubtful verb alone, then two of them at a time. */
function* listDoubts(doubtful: readonly number[]): Generator<Set<number>> {
  const few = doubtful.slice(0, 4)
  for (const one of few) yield new Set([one])
  for (const [at, one] of few.entries())
    for (const other of few.slice(at + 1)) yield new Set([one, other])
}

/** Reads every sentence, with some verbs taken for plain words. */
function readEnglish(options: {
  readonly items: readonly Item[]
  readonly scope: Said<string> | undefined
  readonly quoted: boolean
  readonly normalised: NormalisedText
  readonly context: ParseContext
  readonly unread: ReadonlySet<number>
  /** Somebody changed their mind, and it cannot be told about what. */
  readonly unclear: boolean
}): { result: ParseResult; doubtful: readonly number[] } {
  const { items, scope, quoted, normalised, context, unread, unclear } = options
  const drafts: DraftStep[] = []
  const leftovers: { step: number; parts: Part[] }[] = []
  let advice = false
  let blocked = false
  let clauseNumber = 0
  const doubtful: number[] = []
  const sentences = splitSentences(items)
  let batch: Item[] = []
  const flush = () => {
    if (batch.length === 0) return
    const read = readOrders({
      items: batch,
      normalised,
      context,
      firstClause: clauseNumber,
      earlier: drafts,
      unread,
    })
    clauseNumber = read.next
    blocked = blocked || read.blocked
    drafts.push(...read.drafts)
    leftovers.push(...read.leftovers)
    doubtful.push(...read.doubtful)
    batch = []
  }
  for (const sentence of sentences) {
    const asked = readAsk({
      items: sentence,
      normalised,
      clause: clauseNumber,
      sentence: 1000 + clauseNumber,
      orders: hasOrder(sentence),
    })
    if (asked === undefined) {
      batch.push(...sentence)
      continue
    }
    flush()
    if (asked.type === 'ask' && !isAnswerable(asked.step, sentence, normalised))
      continue
    if (asked.type === 'advice') advice = true
    else if (asked.type === 'ask') {
      drafts.push(asked.step)
      clauseNumber += 1
    }
  }
  flush()
  // A verb of money with nothing that money could be: `swap seats with me`.
  if (
    drafts.length > 0 &&
    drafts.every((draft) => draft.action !== 'ask') &&
    !hasEvidence(items, normalised)
  )
    drafts.length = 0
  const open = drafts.length === 0 && !quoted && !advice && !blocked
  const guess = open ? classifyAction(items) : undefined
  const guessed =
    guess === undefined || !hasEvidence(items, normalised)
      ? undefined
      : readGuessed({
          items: readPhrases(items, normalised, context),
          said: items,
          guess,
          normalised,
          clause: clauseNumber,
        })
  if (guessed !== undefined) {
    drafts.push(...guessed.drafts)
    leftovers.push({ step: 0, parts: guessed.parts })
  }
  const nothing = (): ParseResult =>
    quoted
      ? none(
          'injection',
          'The only order stands inside a quotation. Say in your own words what you want done.',
        )
      : advice
        ? none('out-of-scope', NO_ADVICE)
        : blocked
          ? none('out-of-scope', NOTHING)
          : isAboutMoney(items)
            ? none(
                'not-understood',
                'No order was found in that. Try: “swap 1 ETH to USDC”.',
              )
            : none(
                'out-of-scope',
                'That is nothing that Behest can do. Try: “swap 1 ETH to USDC”.',
              )
  if (drafts.length === 0) return { result: nothing(), doubtful }
  // `swap seats with me`: a verb of money in a sentence of something else.
  if (
    guess === undefined &&
    drafts.length === 1 &&
    drafts[0]?.action !== 'ask' &&
    !isCounted(items) &&
    (classifyAction(items).all.none ?? 0) >= REFUSES_FROM
  )
    return {
      result: none(
        'out-of-scope',
        'That is nothing that Behest can do. Try: “swap 1 ETH to USDC”.',
      ),
      doubtful: [],
    }
  const { steps, tooMany } = resolveSteps(drafts, scope)
  const unsure = guess !== undefined && guess.probability < ACTS_FROM
  const result = buildResult({
    steps,
    normalised,
    context,
    language: 'en',
    leftovers: [
      ...findLeftovers(steps, leftovers, normalised),
      ...(unclear && drafts.some((draft) => draft.action !== 'ask')
        ? [
            {
              step: 0,
              problem: {
                reason: 'You changed your mind on the way. How should it be?',
              },
            },
          ]
        : []),
      ...(unsure
        ? [
            {
              step: 0,
              problem: { reason: `Is it a ${guess.label} that you want?` },
            },
          ]
        : []),
      ...(hasElse(items)
        ? [
            {
              step: 0,
              problem: {
                reason:
                  'What to do otherwise has no form here. Which of the two should happen?',
              },
            },
          ]
        : []),
      ...(tooMany
        ? [
            {
              step: steps.length - 1,
              problem: {
                reason:
                  'One sentence can have ten steps at most. What should be left out?',
              },
            },
          ]
        : []),
    ],
  })
  // A guess that leaves something open is worth a question only behind a verb.
  if (
    guessed !== undefined &&
    !guessed.verb &&
    result.type === 'clarify' &&
    result.questions.length > (unsure ? 1 : 0)
  )
    return { result: nothing(), doubtful }
  return { result, doubtful }
}

/** A number, a token or an address stands in it: it is about money. */
function isCounted(items: readonly Item[]): boolean {
  return items.some(
    (item) =>
      /^(?:number|quantity|address|name)$/.test(item.type) ||
      (item.type === 'word' &&
        (item.cashtag === true ||
          (item.senses.token !== undefined &&
            !item.senses.tokenWeak &&
            item.senses.verb === undefined))),
  )
}

/** Joins words into conditions, times, limits and amounts. */
function readPhrases(
  items: readonly Item[],
  normalised: NormalisedText,
  context: ParseContext,
): Item[] {
  return readQuantities(
    readTimes(
      readLimits(
        readConditions(readSlippage(readFloors(items, normalised)), normalised),
      ),
      context,
    ),
  )
}

function readOrders(options: {
  readonly items: readonly Item[]
  readonly normalised: NormalisedText
  readonly context: ParseContext
  readonly firstClause: number
  readonly earlier: readonly DraftStep[]
  readonly unread: ReadonlySet<number>
}): {
  drafts: DraftStep[]
  leftovers: { step: number; parts: Part[] }[]
  next: number
  blocked: boolean
  doubtful: number[]
} {
  const { items, normalised, context, firstClause, earlier, unread } = options
  const phrases = readPhrases(items, normalised, context)
  const { clauses, loose } = segmentClauses(phrases, unread)
  const drafts: DraftStep[] = []
  const leftovers: { step: number; parts: Part[] }[] = []
  let next = firstClause
  let blocked = false
  const pending: Item[] = [
    ...loose.filter((item) => /^(?:conditions|time|slippage)$/.test(item.type)),
  ]
  for (const clause of clauses) {
    if (clause.negated) {
      blocked = true
      next += 1
      continue
    }
    const parts = readParts({
      items: [...pending.splice(0), ...clause.items],
      sense: clause.sense,
      normalised,
    })
    const bound = bindClause({
      sense: clause.sense,
      verb: clause.verb,
      verbText: clause.verbText,
      parts,
      clause: next,
      sentence: clause.sentence + firstClause * 100,
      joined: clause.joined,
    })
    leftovers.push({ step: earlier.length + drafts.length, parts })
    drafts.push(...withToken(bound))
    next += 1
  }
  if (clauses.length === 0) {
    const implied = readVerbless({
      items: phrases,
      normalised,
      clause: next,
    })
    if (implied.length > 0) {
      drafts.push(...implied)
      next += 1
    }
  }
  return {
    drafts,
    leftovers,
    next,
    blocked,
    doubtful: clauses
      .filter((clause) => clause.doubtful)
      .map((clause) => clause.verb.start),
  }
}

/** `take 900 usdc out of aave, 500 out of spark`: the token is not said again. */
function withToken(bound: readonly DraftStep[]): DraftStep[] {
  let token: DraftStep['legs']['main']
  return bound.map((draft) => {
    const { main } = draft.legs
    if (main?.token !== undefined) token = main
    if (
      draft.action !== 'withdraw' ||
      main?.amount?.value.kind !== 'number' ||
      main.token !== undefined ||
      token?.token === undefined
    )
      return draft
    return {
      ...draft,
      legs: { ...draft.legs, main: { ...main, token: token.token } },
    }
  })
}

/** `if … sell, otherwise buy`: a choice that the schema cannot hold. */
function hasElse(items: readonly Item[]): boolean {
  return items.some(
    (item, at) =>
      textOf(item) === 'otherwise' ||
      (textOf(item) === 'else' &&
        at > 0 &&
        items
          .slice(0, at)
          .some((before) => /^(?:if|when|unless)$/.test(textOf(before)))),
  )
}

function hasOrder(items: readonly Item[]): boolean {
  return segmentClauses(readQuantities(items)).clauses.length > 0
}

/** Whether a question is about something that a wallet could know. */
function isAnswerable(
  step: DraftStep,
  items: readonly Item[],
  normalised: NormalisedText,
): boolean {
  const token = step.legs.main?.token ?? step.of?.legs.sell?.token
  if (token?.known) return true
  if (token !== undefined) return !isFamiliar(token.symbol?.toLowerCase() ?? '')
  const words = items.filter((item) => item.type === 'word')
  switch (step.topic) {
    // `how do i cook rice`: a question, and none about money.
    case 'help':
      return (
        !/^how (?:do|can|to|should) /.test(
          words.map((item) => textOf(item)).join(' '),
        ) ||
        hasEvidence(items, normalised) ||
        words.some(
          (item) =>
            Object.keys(item.senses).length > 0 ||
            /^(?:it|this|that|behest|start|begin|works?|defi|crypto|wallet|account|gas|slippage|leverage|liquidity|yield|loan|liquidation|chain|token|tokens|transaction|fees?|connect|sign|approval|allowance|order|orders|policy|here|help|you)$/.test(
              item.text,
            ),
        )
      )
    case 'price':
      return hasEvidence(items, normalised)
    case 'gas':
      return !/gas (?:station|stove|mask|tank|leak|bill|pedal|grill)|gallons?|natural gas|tear gas/.test(
        words.map((item) => textOf(item)).join(' '),
      )
    case 'balance':
    case 'position':
    case 'yield':
    case 'allowance':
    case 'totalSupply':
      return (
        hasEvidence(items, normalised) ||
        // `balance?`, said alone.
        (step.topic === 'balance' && words.length === 1) ||
        words.some((item) =>
          /^(?:my|i|i've|apr|lend|lending|borrow|borrowed|borrowing|earn|rates?|owe|staked?)$/.test(
            textOf(item),
          ),
        )
      )
    default:
      return true
  }
}

/** `bored ape #1234`, `token id 7804`, `nft` */
function isAboutNfts(items: readonly Item[]): boolean {
  return items.some((item, at) => {
    const word = textOf(item)
    const next = items[at + 1]
    return (
      /^(?:nft|nfts)$/.test(word) ||
      (word === '#' &&
        next?.type === 'number' &&
        !next.spaced &&
        // `as discussed in #482`
        !/^(?:in|issue|ticket|pr|see|per|from|re|under|task)$/.test(
          textOf(items[at - 1]),
        )) ||
      (word === 'token' &&
        /^(?:id|number)$/.test(textOf(next)) &&
        items[at + 2]?.type === 'number')
    )
  })
}

function isAboutMoney(items: readonly Item[]): boolean {
  return items.some(
    (item) =>
      item.type === 'address' ||
      (item.type === 'word' &&
        ((item.senses.token !== undefined && !item.senses.tokenWeak) ||
          (item.senses.venue !== undefined && !item.senses.venueWeak) ||
          /^(?:token|crypto|wallet|defi)$/.test(textOf(item)))),
  )
}

/** Tells whether a text was kept back on purpose, and not for lack of words. */
export function isBlocked(
  result: Extract<ParseResult, { type: 'none' }>,
): boolean {
  return (
    result.reason === 'injection' ||
    result.message === NOTHING ||
    result.message === NO_ADVICE
  )
}

function none(
  reason: 'out-of-scope' | 'not-understood' | 'injection',
  message: string,
): ParseResult {
  return { type: 'none', reason, message }
}
