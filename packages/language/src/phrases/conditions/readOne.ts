import { type Item, type SaidCondition, textOf } from '../../text/Item.js'
import type { NormalisedText } from '../../text/normaliseText.js'
import { isNounVerb } from './isNounVerb.js'
import { countWords, lookahead } from './lookahead.js'
import { MOVES_DOWN, matchOperator, RELATIVE } from './operators.js'
import { readSubject, type Subject } from './readSubject.js'
import { readValue } from './readValue.js'
import { toCondition } from './toCondition.js'

const OR_LESS =
  /^or (?:less|lower|below|under|cheaper|fewer|smaller|better)(?= |$)(?! [$€£¥\d])/

const OR_MORE =
  /^or (?:more|higher|above|over|greater|bigger|up)(?= |$)(?! [$€£¥\d])/

export function readOne(
  items: readonly Item[],
  index: number,
  normalised: NormalisedText,
  inherited: Subject | undefined,
  soft: boolean,
): { conditions: SaidCondition[]; next: number; subject: Subject } | undefined {
  const limit = Math.min(items.length, index + 14)
  for (let at = index; at < limit; at += 1) {
    const item = items[at]
    if (item === undefined || item.type === 'break') return undefined
    const word = textOf(item)
    if (word === 'then' || (word === ',' && at > index)) return undefined
    if (item.type === 'conditions' || item.type === 'address') return undefined
    if (item.type === 'number' && at > index) {
      // `if i have 100 usdc`
      const have = textOf(items[at - 1])
      if (!/^(?:have|has|hold|own|got)$/.test(have)) return undefined
      const value = readValue(items, at)
      if (value === undefined) return undefined
      return toCondition(items, index, at, value, '>=', normalised, inherited)
    }
    // `if i have more than 2 eth`: what one has is the subject.
    if (
      /^(?:have|has|hold|holds|own|owns|got)$/.test(word) &&
      /^(?:i|we|wallet|account|balance|safe|vault|it)$/.test(
        textOf(items[at - 1]),
      )
    )
      continue
    const said = lookahead(items, at, 12)
    const relative = RELATIVE.exec(said)
    if (relative !== null) {
      const after = at + countWords(relative[0])
      const value = readValue(items, after)
      if (value?.unit === 'percent') {
        const subject = readSubject(items, index, at, normalised, value.unit)
        if (
          subject.known === false ||
          subject.subject.kind === 'price' ||
          subject.subject.kind === 'marketCap' ||
          soft
        ) {
          const down = new RegExp(`${MOVES_DOWN}|down`).test(relative[0])
          return {
            subject,
            next: value.next,
            conditions: [
              {
                start: items[index]?.start ?? 0,
                end: items[value.next - 1]?.end ?? 0,
                condition: {
                  subject: subject.subject,
                  comparator: down ? '<=' : '>=',
                  value: value.value,
                  unit: 'percent',
                },
                ...(subject.bare ? { bare: true as const } : {}),
                problem: {
                  reason: `A move of ${value.value} % needs a price to start from. At which price should this happen?`,
                },
              },
            ],
          }
        }
      }
    }
    if (
      item.type === 'word' &&
      item.senses.verb !== undefined &&
      item.senses.verbForm === 'base' &&
      item.senses.token === undefined &&
      !isNounVerb(items, at) &&
      matchOperator(items, at) === undefined
    )
      return undefined
    const operator = matchOperator(items, at)
    if (operator === undefined) {
      const between =
        /^(?:(?:is|are|stays|remains|trades|trading) )?between(?= |$)/.exec(
          said,
        )
      if (between !== null) {
        const low = readValue(items, at + countWords(between[0]))
        if (low === undefined || textOf(items[low.next]) !== 'and')
          return undefined
        const high = readValue(items, low.next + 1)
        if (high === undefined) return undefined
        const unit = low.unit === '' ? high.unit : low.unit
        const first = toCondition(
          items,
          index,
          at,
          { ...low, unit, next: high.next },
          '>=',
          normalised,
          inherited,
        )
        const second = toCondition(
          items,
          index,
          at,
          { ...high, unit: high.unit === '' ? unit : high.unit },
          '<=',
          normalised,
          inherited,
        )
        const upper = second.conditions[0]
        return upper === undefined
          ? first
          : {
              ...first,
              conditions: [
                ...first.conditions,
                { ...upper, condition: { ...upper.condition, join: 'and' } },
              ],
            }
      }
      continue
    }
    const value = readValue(items, operator.next)
    if (value === undefined) continue
    let { comparator } = operator
    let { next } = value
    const tail = lookahead(items, next, 3)
    const less = OR_LESS.exec(tail)
    const more = OR_MORE.exec(tail)
    if (less !== null || more !== null) {
      comparator = less !== null ? '<=' : '>='
      next += 2
    }
    return toCondition(
      items,
      index,
      at,
      { ...value, next },
      comparator,
      normalised,
      inherited,
    )
  }
  return undefined
}
