import { type Item, type SaidCondition, textOf } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { verbatim } from '../text/tagItems.js'

const subject =
  '(?:my |the |our |its |a )?(?:loan |account |borrow |borrowing )?(?:health ?factor|health|hf)'
const over =
  '(?:(?:of )?(?:at least|no less than|not less than|no lower than|above|over|more than|greater than|higher than|at or above|>=|> =|>|≥)|at minimum)'
const under = '(?:below|under|beneath|lower than|less than)'
const fall =
  '(?:go|going|drop|dropping|fall|falling|get|getting|sink|sinking|be|dip|dipping|slip|slipping)'
const stay =
  '(?:stay|staying|stays|keep|keeping|keeps|remain|remaining|remains|maintain|maintaining|hold|holding|leave|leaving|have|having)'
const joint =
  '(?:(?:and|but|while|also|so|just|make sure|ensure|i want to|that|,|as long as|with) )*'

/** What keeps health up, before the number; `>=` where it may just reach it. */
const openings: readonly [RegExp, '>' | '>='][] = [
  [
    new RegExp(`^${joint}${stay} ${subject} (?:factor )?(?:at |it )?${over} $`),
    '>',
  ],
  [
    new RegExp(
      `^${joint}(?:with|at|using) ${subject} (?:that (?:stays|is|remains) )?${over} $`,
    ),
    '>',
  ],
  [
    new RegExp(
      `^${joint}${subject} (?:should|must|has to|needs to|shall|to|can) (?:stay|remain|be|keep) ${over} $`,
    ),
    '>',
  ],
  [
    new RegExp(
      `^${joint}${subject} (?:should|must|may|can|shall|does|do)(?: ?n't| not|not) (?:ever )?${fall} ${under} $`,
    ),
    '>=',
  ],
  [
    new RegExp(
      `^${joint}${subject} (?:shouldn't|mustn't|can't|cannot|won't|never) (?:ever )?(?:${fall} )?${under} $`,
    ),
    '>=',
  ],
  [
    new RegExp(
      `^${joint}(?:don't|dont|do not|never|without)(?: ever)? (?:let|letting|have|having) ${subject} ${fall} ${under} $`,
    ),
    '>=',
  ],
  [new RegExp(`^${joint}without ${subject} ${fall} ${under} $`), '>='],
]
/** The same, where what it is about comes behind: `stay above 1.8 health`. */
const trailing: readonly [RegExp, '>' | '>='][] = [
  [new RegExp(`^${joint}${stay} (?:at |it )?${over} $`), '>'],
]
const behind = /^(?:health ?factor|health|hf)(?: factor)?(?= |$)/

/**
 * Reads a floor that somebody wants for the health of a loan (`and keep my
 * health above 1.8`) as the condition that it is. Read before all other
 * comparisons: there it would wait for a price.
 */
export function readFloors(
  items: readonly Item[],
  normalised: NormalisedText,
): Item[] {
  const read: Item[] = []
  let index = 0
  while (index < items.length) {
    const item = items[index]
    if (item === undefined) break
    const found = matchFloor(items, index)
    if (found === undefined) {
      read.push(item)
      index += 1
      continue
    }
    const start = items[found.from]?.start ?? item.start
    const end = items[found.next - 1]?.end ?? item.end
    const range = { start, end, spaced: item.spaced }
    const condition: SaidCondition = {
      start,
      end,
      condition: {
        subject: {
          kind: 'health',
          text: verbatim(normalised, { ...item, ...range }),
        },
        comparator: found.comparator,
        value: found.value,
        unit: 'ratio',
      },
    }
    read.push({ ...range, type: 'conditions', conditions: [condition] })
    index = found.next
  }
  return read
}

/** What may just be reached: `at least`, `not below`. */
const reaches =
  /at least|no less|not less|no lower|at or above|>=|> =|≥|minimum/

function matchFloor(
  items: readonly Item[],
  index: number,
):
  | { from: number; next: number; value: string; comparator: '>' | '>=' }
  | undefined {
  let said = ''
  for (let at = index; at < Math.min(items.length, index + 16); at += 1) {
    const item = items[at]
    if (item === undefined) return undefined
    if (item.type === 'number') {
      // `1.8x`, `150 %` are other measures than a ratio.
      if (item.problem !== undefined || said === '') return undefined
      const unit = textOf(items[at + 1])
      if (/^(?:%|percent|pct)$/.test(unit)) return undefined
      const past = unit === 'x' ? at + 2 : at + 1
      for (const [pattern, comparator] of openings)
        if (pattern.test(said))
          return {
            from: index,
            next: past,
            value: item.decimal,
            comparator: reaches.test(said) ? '>=' : comparator,
          }
      const rest = [past, past + 1].map((next) => textOf(items[next])).join(' ')
      const named = behind.exec(rest)
      if (named !== null)
        for (const [pattern, comparator] of trailing)
          if (pattern.test(said))
            return {
              from: index,
              next: past + (named[0].includes(' ') ? 2 : 1),
              value: item.decimal,
              comparator: reaches.test(said) ? '>=' : comparator,
            }
      return undefined
    }
    const text = textOf(item)
    if (text === '') return undefined
    said += `${text} `
  }
  return undefined
}
