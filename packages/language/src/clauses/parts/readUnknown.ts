import { isPerson } from '../../lexicon/isPerson.js'
import { commonWords } from '../../lexicon/lexicon.js'
import { isFamiliar } from '../../lexicon/repairWord.js'
import { textOf } from '../../text/Item.js'
import { verbatim } from '../../text/tagItems.js'
import type { Part } from '../Part.js'
import {
  CHAIN_NOUN,
  DETERMINERS,
  FROM_PLACE,
  INTO_PLACE,
  PLACE_NOUN,
  POOL_NOUN,
  TRADE,
} from './cues.js'
import { isPhraseEnd } from './isPhraseEnd.js'
import type { PlaceOptions } from './readPlace.js'
import { isLoud, toMention } from './toMention.js'

/** Wallets with a nickname: they may be in the contacts. */
const NICKNAMES =
  /^(?:treasury|cold|ledger|hot|savings|main|burner|trezor|vault|multisig|safe|coinbase|binance|kraken)$/

/** Words that point at someone whom only the speaker sees. */
const POINTED = /^(?:the|that|this|same|those|these|his|her|their)$/

/** An unknown name where only a token, a person or a place can stand. */
export function readUnknown(
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
    const person = isPerson(item.text)
    const relative = person || NICKNAMES.test(item.text)
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
          ...(item.lookalike === undefined &&
          (person ||
            // `to the same guy as last time`, `to whoever sent it`
            (!relative && POINTED.test(textOf(items[at - 1]))) ||
            /^(?:whoever|whomever)$/.test(item.text))
            ? { problem: { reason: `Nobody is known here as "${said}".` } }
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
          ...toMention(item, normalised, senses.token !== undefined),
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
