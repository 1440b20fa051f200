import type { Condition } from '@behest/spec'
import type { Item } from '../../text/Item.js'
import { countWords, lookahead } from './lookahead.js'

export type Comparator = Condition['comparator']

export const FLIPPED: Readonly<Record<Comparator, Comparator>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '==': '<',
}

export const MOVES_DOWN =
  '(?:drops?|dropped|dropping|falls?|fell|falling|dips?|dipped|sinks?|slides?|slips?|crashes|crash|dumps?|tanks?|plunges?|declines?|decreases?|retraces?|corrects?|comes? down|goes down|go down|gets down|is down|pulls back|lowers|loses)'

const MOVES_UP =
  '(?:rises?|rose|rising|climbs?|climbed|jumps?|pumps?|moons?|spikes?|grows?|increases?|gains?|goes up|go up|gets up|is up|recovers|rallies|surges?|shoots up|skyrockets|appreciates|bounces)'

const LEAD =
  "(?:(?:is|are|was|'s|gets?|goes|go|going|moves?|trades?|trading|stays?|remains?|sits?|hovers?|becomes?|turns?|comes?|has|have|been|will|would|does|do|be|currently|back|still|again|ever|first|finally|down|up|dropped|drops?|drop|falls?|fall|fell|dips?|dip|sinks?|slides?|slips?|crash(?:es)?|dumps?|tanks?|plunges?|rises?|rise|climbs?|climb|jumps?|pumps?|moons?|spikes?|grows?|shoots?|break(?:s|ing)?|cross(?:es|ed)?|value|price|costs?|equals?|sitting|holding|worth|lower|higher|hits|somewhere|anything|anywhere|to|at|valued|priced|reaches) ){0,6}?"

const OPERATORS: readonly [Comparator, RegExp][] = [
  [
    '<=',
    new RegExp(
      `^${LEAD}(?:at most|no more than|not more than|no higher than|not higher than|no greater than|not exceeding|not exceed|doesn't exceed|don't exceed|won't exceed|never exceeds|isn't more than|isn't higher than|is not more than|stays at or below|not above|not over|isn't above|isn't over|less than or equals?(?: to)?|lower than or equal to|smaller than or equal to|below or equal(?: to)?|below or at|at or below|at or under|under or equal to|< =|= <|<=|≤|max(?:imum)?(?: of)?|up to)(?= |$)`,
    ),
  ],
  [
    '>=',
    new RegExp(
      `^${LEAD}(?:at least|no less than|not less than|no lower than|not lower than|not below|not under|doesn't drop below|doesn't fall below|isn't lower than|isn't less than|not less then|isn't below|isn't under|greater than or equals?(?: to)?|more than or equal to|higher than or equal to|larger than or equal to|above or equal(?: to)?|above or at|at or above|at or over|over or equal to|> =|= >|>=|≥|minimum(?: of)?|min(?: of)?)(?= |$)`,
    ),
  ],
  [
    '<',
    new RegExp(
      `^${LEAD}(?:below|bellow|belows|under|beneath|underneath|less than|less then|lower than|lower then|smaller than|cheaper than|fewer than|<|south of|sub|falls through)(?= |$)`,
    ),
  ],
  [
    '>',
    new RegExp(
      `^${LEAD}(?:above|abov|over|greater than|more than|more then|higher than|higher then|larger than|bigger than|exceeds?|exceed|exceeded|surpass(?:es)?|past|tops|beyond|>|north of|breaks|breaks through|better than)(?= |$)`,
    ),
  ],
  [
    '<=',
    new RegExp(
      `^(?:(?:has|have|will|ever|price|value) ){0,2}${MOVES_DOWN}(?: back)?(?: down)? (?:to|at|as low as)(?= |$)`,
    ),
  ],
  [
    '>=',
    new RegExp(
      `^(?:(?:has|have|will|ever|price|value) ){0,2}${MOVES_UP}(?: back)?(?: up)? (?:to|at)(?= |$)`,
    ),
  ],
  [
    '==',
    new RegExp(
      `^${LEAD}(?:equals?(?: to)?|is equal to|is exactly|is at|is worth|is|are|at|=|==|= =|hits?|reach(?:es)?|reached|touch(?:es)?|gets to|get to|goes to|go to|exactly|costs?|cross(?:es)?|crossed|taps|trades at|becomes|was|:)(?= |$)`,
    ),
  ],
]

export const RELATIVE = new RegExp(
  `^(?:(?:has|have|will|ever|price|value|goes|is) ){0,2}(?:${MOVES_DOWN}|${MOVES_UP}|down|up|moves?|changes?)(?: (?:by|another|more than|at least|over|a further|about|roughly)){0,2}(?= |$)`,
)

export function matchOperator(
  items: readonly Item[],
  at: number,
): { comparator: Comparator; next: number } | undefined {
  const said = lookahead(items, at, 10)
  let best: { comparator: Comparator; length: number } | undefined
  for (const [comparator, pattern] of OPERATORS) {
    const match = pattern.exec(said)
    if (match !== null && (best === undefined || match[0].length > best.length))
      best = { comparator, length: match[0].length }
  }
  return best === undefined
    ? undefined
    : {
        comparator: best.comparator,
        next: at + countWords(said.slice(0, best.length)),
      }
}
