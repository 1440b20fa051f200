import { type Item, textOf } from '../../text/Item.js'
import type { NormalisedText } from '../../text/normaliseText.js'
import { verbatim } from '../../text/tagItems.js'
import { isNounVerb } from './isNounVerb.js'

/** A condition with no number in it: what was meant has to be asked. */
export function readVague(
  items: readonly Item[],
  from: number,
  after: number,
  normalised: NormalisedText,
): { item: Item; next: number } | undefined {
  const first = items[from]
  if (first === undefined) return undefined
  let at = after
  let subject = false
  while (at < items.length && at < after + 14) {
    const item = items[at]
    if (
      item === undefined ||
      item.type === 'break' ||
      textOf(item) === ',' ||
      textOf(item) === 'then'
    )
      break
    if (
      item.type === 'word' &&
      item.senses.verb !== undefined &&
      item.senses.verbForm === 'base' &&
      at > after + 1 &&
      subject &&
      !isNounVerb(items, at)
    )
      break
    if (
      item.type === 'word' &&
      (item.senses.token !== undefined ||
        /^(?:gas|fees?|price|prices|market|rates?|apy|apr|yield|it|eth|health|balance)$/.test(
          item.text,
        ))
    )
      subject = true
    at += 1
  }
  if (!subject || at === after) return undefined
  const last = items[at - 1] ?? first
  const said = verbatim(normalised, { start: first.start, end: last.end })
  return {
    next: at,
    item: {
      start: first.start,
      end: last.end,
      spaced: first.spaced,
      type: 'conditions',
      conditions: [
        {
          start: first.start,
          end: last.end,
          condition: {
            subject: { kind: 'other', text: said.slice(0, 400) },
            comparator: '==',
            value: '',
            unit: '',
          },
          problem: {
            reason: `"${said.slice(0, 120)}" names no number. When exactly should this happen?`,
          },
        },
      ],
    },
  }
}
