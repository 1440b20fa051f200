import type { ParseContext, ParseResult } from '@behest/spec'
import { readAsk } from '../ask/readAsk.js'
import type { DraftStep } from '../bind/DraftStep.js'
import { readBare } from '../bind/readBare.js'
import { ACTS_FROM, readGuessed } from '../bind/readGuessed.js'
import { buildResult } from '../check/buildResult.js'
import { findLeftovers } from '../check/findLeftovers.js'
import { hasEvidence } from '../check/hasEvidence.js'
import { hasElse, hasOrder } from '../check/hasOrder.js'
import { isAnswerable } from '../check/isAnswerable.js'
import { NO_ADVICE, NOTHING, none } from '../check/none.js'
import { classifyAction } from '../classify/classifyAction.js'
import type { Part, Said } from '../clauses/Part.js'
import { splitSentences } from '../clauses/splitSentences.js'
import { resolveSteps } from '../resolve/resolveSteps.js'
import { type Item, textOf } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { readOrders, readPhrases } from './readOrders.js'

/** From here on an order with nothing counted in it is taken for small talk. */
const REFUSES_FROM = 0.5

/** Reads every sentence, with some verbs taken for plain words. */
export function readEnglish(options: {
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
      drafts.push(asked.step, ...asked.others)
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
  const bare = open ? readBare({ items, normalised, clause: clauseNumber }) : []
  if (bare.length > 0)
    return {
      result: buildResult({
        steps: resolveSteps(bare).steps,
        normalised,
        context,
        language: 'en',
        leftovers: [],
      }),
      doubtful: [],
    }
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
    (classifyAction(items).all.none ?? 0) >= REFUSES_FROM &&
    readBare({ items, normalised, clause: 0 }).length === 0
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
