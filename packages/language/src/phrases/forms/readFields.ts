import { type Item, textOf } from '../../text/Item.js'
import { type Fold, isVerb, word } from './words.js'

/** What each field of a form is, and the small word that ties its value. */
const FIELDS: readonly {
  readonly role: string
  readonly names: RegExp
  readonly cue?: string
}[] = [
  {
    role: 'amount',
    names: /^(?:amount|amt|qty|quantity|size|value|how much)$/,
  },
  {
    role: 'thing',
    names:
      /^(?:token|asset|coin|currency|sell|selling|pay|give|have|in|input|what)$/,
  },
  {
    role: 'goal',
    names:
      /^(?:to|into|buy|buying|get|receive|want|out|output|for|recipient|receiver|dest|destination|target)$/,
    cue: 'to',
  },
  { role: 'source', names: /^(?:from|source|src|origin)$/, cue: 'from' },
  {
    role: 'place',
    names:
      /^(?:chain|network|venue|protocol|dex|platform|market|on|via|where|using|app)$/,
    cue: 'on',
  },
]
const ACTION = /^(?:action|type|op|operation|task|order|command|intent|do)$/
const MOST_FIELDS = 8

type Field = { readonly role: string; readonly items: readonly Item[] }

/**
 * `send⏎to: ben.eth⏎amount: 70 DAI`: a form filled in, field by field. The verb
 * stands in front of the fields or in a field of its own.
 */
export function readFields(
  items: readonly Item[],
  index: number,
): Fold | undefined {
  const first = items[index]
  let at = index
  let verb: Item | undefined
  if (isVerb(first) && isGap(items[index + 1])) {
    verb = first
    at = index + 2
  }
  const fields: Field[] = []
  for (;;) {
    const field = readField(items, at)
    if (field === undefined) break
    if (field.verb !== undefined) verb = field.verb
    else fields.push(field.field)
    at = field.next
    if (!isGap(items[at]) || fields.length > MOST_FIELDS) break
    if (readField(items, at + 1) === undefined) break
    at += 1
  }
  if (verb === undefined || fields.length < 2) return undefined
  const filled = (role: string) =>
    fields.filter((field) => field.role === role).flatMap(({ items }) => items)
  const thing = filled('thing')
  const amount = filled('amount')
  const source = filled('source')
  // `swap, from: 1 eth, to: usdc`: what is sold; of a bridge it is where from.
  const sells =
    thing.length === 0 &&
    source[1] !== undefined &&
    !(source[1].type === 'word' && source[1].senses.chain !== undefined)
  return {
    items: [
      verb,
      ...amount,
      // `amount: 70 dai, token: dai`: said twice is said once.
      ...(thing.length === 1 &&
      amount.some((item) => textOf(item) === textOf(thing[0]))
        ? []
        : thing),
      ...(sells ? source.slice(1) : []),
      ...filled('goal'),
      ...(sells ? [] : source),
      ...filled('place'),
    ],
    next: at,
  }
}

/** `amount: 70 dai`, up to the end of its line or the next comma. */
function readField(
  items: readonly Item[],
  index: number,
): { field: Field; verb?: Item; next: number } | undefined {
  const name = items[index]
  if (name?.type !== 'word' || !/^[:=]$/.test(textOf(items[index + 1])))
    return undefined
  const value: Item[] = []
  let at = index + 2
  while (items[at] !== undefined && !isGap(items[at]) && value.length < 6) {
    const item = items[at] as Item
    // Another field begins without a gap.
    if (/^[:=]$/.test(textOf(items[at + 1])) && value.length > 0) break
    if (!/^["'`]$/.test(textOf(item))) value.push(item)
    at += 1
  }
  const [only] = value
  if (only === undefined) return undefined
  if (ACTION.test(name.text) && value.length === 1 && isVerb(only))
    return { field: { role: 'action', items: [] }, verb: only, next: at }
  const field = FIELDS.find(({ names }) => names.test(name.text))
  if (field === undefined) return undefined
  return {
    field: {
      role: field.role,
      items:
        field.cue === undefined
          ? value
          : [word(field.cue, only, only.start), ...value],
    },
    next: at,
  }
}

function isGap(item: Item | undefined): boolean {
  return item?.type === 'break' || /^[,;|]$/.test(textOf(item))
}
