import type { Part } from '../clauses/Part.js'
import { createTable } from '../text/createTable.js'
import { verbatim } from '../text/tagItems.js'
import { addClause, readItems, toParts } from './bindSlots.js'
import { foldEven } from './foldEven.js'
import type { Reading } from './Reading.js'
import type { Slot } from './Slot.js'

/**
 * Reads an order that leaves its verb out: `1万USDCをETHに` is a trade,
 * `0.2ETHをbob.ethへ` is sent, `50USDCをBaseに` goes over, `USDC 300をMorphoに`
 * is lent. What stands behind に or へ tells which.
 */
export function bindVerbless(
  reading: Reading,
  slots: readonly Slot[],
): boolean {
  const all = withGoal([...reading.pending, ...slots])
  const first = slots[0]
  if (first === undefined) return false
  const even = foldEven(all, 'swap')
  if (even !== undefined) {
    const items = readItems(reading, even.slots, 'swap')
    if (fits.swap(toParts(items, 'swap', reading.normalised))) {
      reading.pending = []
      addClause(reading, {
        sense: 'split',
        verb: { start: first.start, end: first.start + 1 },
        verbText: 'swap',
        slots: even.slots,
        items,
        among: even.among,
      })
      return true
    }
  }
  for (const sense of ['send', 'bridge', 'deposit', 'swap', 'buy'] as const) {
    const items = readItems(reading, all, sense)
    const parts = toParts(items, sense, reading.normalised)
    if (!fits[sense](parts)) continue
    const name = sharedName(reading, all, parts)
    const isTicker = name !== undefined && /^[A-Z]{2,}$/.test(name)
    // A ticker in capitals is traded for, and so is what an exchange is named for.
    if (
      sense === 'bridge' &&
      name !== undefined &&
      (isTicker || parts.some((part) => part.type === 'venue'))
    )
      continue
    const isDoubtful = name !== undefined && (sense === 'bridge' || isTicker)
    reading.pending = []
    addClause(reading, {
      sense,
      verb: { start: first.start, end: first.start + 1 },
      verbText: sense,
      slots: all,
      items,
    })
    const last = reading.drafts.at(-1)
    if (isDoubtful && last !== undefined)
      reading.drafts[reading.drafts.length - 1] = {
        ...last,
        problems: [
          {
            slot: sense === 'bridge' ? 'toChain' : 'venue',
            problem: {
              reason: `${name}に移しますか？それとも${name}トークンに交換しますか？`,
            },
          },
        ],
      }
    return true
  }
  return false
}

/** `1ETHをUSDC`: the last name is what it is to become. */
function withGoal(slots: readonly Slot[]): readonly Slot[] {
  const last = slots.at(-1)
  const before = slots.at(-2)
  if (
    last?.type !== 'item' ||
    last.item.type !== 'word' ||
    before?.type !== 'particle'
  )
    return slots
  const { token, chain } = last.item.senses
  const isGoal =
    (token !== undefined && before.text === 'を') ||
    (chain !== undefined && before.text === 'から')
  return isGoal
    ? [
        ...slots,
        { type: 'particle', text: 'に', start: last.end, end: last.end },
      ]
    : slots
}

/**
 * The goal that a place and a token share a name for, as it was written:
 * `100USDCをOPに`, `300USDCをAAVEに`.
 */
function sharedName(
  reading: Reading,
  slots: readonly Slot[],
  parts: readonly Part[],
): string | undefined {
  const goal = parts.find(
    (part) =>
      (part.type === 'chain' || part.type === 'venue') && part.cue === 'to',
  )
  const slot = slots.find(
    (each) =>
      each.type === 'item' &&
      each.start === goal?.start &&
      each.item.type === 'word' &&
      each.item.senses.token !== undefined,
  )
  return slot === undefined ? undefined : verbatim(reading.normalised, slot)
}

type Money = Extract<Part, { type: 'money' }>

const moniesOf = (parts: readonly Part[]): Money[] =>
  parts.filter((part): part is Money => part.type === 'money')

/** An object of money that says how much, and no goal that is money. */
function isMeasured(parts: readonly Part[]): boolean {
  const monies = moniesOf(parts)
  return (
    monies.length > 0 &&
    monies.every((money) => money.cue !== 'to') &&
    monies.some(
      (money) => money.amount !== undefined || money.pronoun !== undefined,
    )
  )
}

const fits: Readonly<
  Record<
    'send' | 'bridge' | 'deposit' | 'swap' | 'buy',
    (parts: readonly Part[]) => boolean
  >
> = {
  send: (parts) =>
    isMeasured(parts) &&
    parts.some(
      (part) =>
        part.type === 'party' &&
        part.cue === 'to' &&
        /[.@]|^0x/.test(part.text),
    ),
  bridge: (parts) =>
    isMeasured(parts) &&
    parts.some((part) => part.type === 'chain' && part.cue === 'to') &&
    !parts.some((part) => part.type === 'venue' && part.cue === 'to'),
  deposit: (parts) =>
    isMeasured(parts) &&
    parts.some(
      (part) =>
        (part.type === 'venue' || part.type === 'pool') && part.cue === 'to',
    ),
  buy: (parts) => {
    const monies = moniesOf(parts)
    return (
      monies.some(
        (money) => money.cue === 'with' && money.token !== undefined,
      ) &&
      monies.some((money) => money.cue === '' && money.token !== undefined) &&
      monies.some((money) => money.amount !== undefined)
    )
  },
  swap: (parts) => {
    const monies = moniesOf(parts)
    return (
      monies.some((money) => money.cue === 'to' && money.token !== undefined) &&
      monies.some((money) => money.cue !== 'to') &&
      monies.every(
        (money) =>
          money.token !== undefined ||
          money.pronoun !== undefined ||
          money.amount !== undefined,
      )
    )
  },
}

/** Which reading without a verb is what this verb would have meant. */
const LIKE: Readonly<Record<string, keyof typeof fits>> = createTable({
  swap: 'swap',
  sell: 'swap',
  buy: 'buy',
  send: 'send',
  bridge: 'bridge',
  lend: 'deposit',
  deposit: 'deposit',
  stake: 'deposit',
})

/**
 * Adds the orders of a clause that share its verb: `50USDCをalice.ethに、30USDCを
 * bob.ethに送って`. One whose goal is of another kind has a verb of its own that
 * was left out: `1ETHをUSDCに、残りをAaveに預けて`.
 *
 * @returns The slots of the last one, which the verb stands behind.
 */
export function addGaps(
  reading: Reading,
  slots: readonly Slot[],
  sense: string,
): readonly Slot[] {
  let from = 0
  for (const cut of findGaps(slots, sense)) {
    const head = slots.slice(from, cut)
    const like = LIKE[sense]
    const items = readItems(reading, head, sense)
    const [first] = head
    if (first === undefined) continue
    if (
      like !== undefined &&
      fits[like](toParts(items, sense, reading.normalised))
    )
      addClause(reading, {
        sense,
        verb: { start: first.start, end: first.start + 1 },
        verbText: sense,
        slots: head,
        items,
      })
    else if (!bindVerbless(reading, head)) continue
    from = cut
  }
  return slots.slice(from)
}

const GOALS = /^(?:に|へ|まで|宛に|宛て|宛|あてに)$/
const PAYMENTS = /^(?:で|を使って|を使い)$/
const OBJECTS = /^(?:を|は|も|、)$/

/** Where an object and its goal are complete and another pair begins. */
function findGaps(slots: readonly Slot[], sense: string): number[] {
  // A buyer says what it is paid with, and not where it goes.
  const goals = sense === 'buy' ? PAYMENTS : GOALS
  const phrases: { from: number; kind: 'goal' | 'object' | 'other' }[] = []
  let from = 0
  for (const [at, slot] of slots.entries()) {
    const isLast = at === slots.length - 1
    if (slot.type !== 'particle' && !isLast) continue
    if (
      slot.type === 'particle' &&
      /^(?:の|と|や|だけ|ほど|くらい|ぐらい|ずつ|それぞれ|分|分の|相当|相当の|ぶんの)$/.test(
        slot.text,
      )
    )
      continue
    const said = slots.slice(from, at + 1)
    const particle = slot.type === 'particle' ? slot.text : '、'
    if (said.length > 1 || slot.type !== 'particle')
      phrases.push({
        from,
        kind: goals.test(particle)
          ? 'goal'
          : particle === '、'
            ? isMoney(said)
              ? 'object'
              : 'other'
            : OBJECTS.test(particle)
              ? 'object'
              : 'other',
      })
    from = at + 1
  }
  const cuts: number[] = []
  let seen = new Set<string>()
  for (const [at, { kind, from: start }] of phrases.entries()) {
    if (kind === 'other') continue
    const ahead = new Set(phrases.slice(at, at + 8).map((each) => each.kind))
    if (
      seen.has('goal') &&
      seen.has('object') &&
      ahead.has('goal') &&
      ahead.has('object')
    ) {
      cuts.push(start)
      seen = new Set()
    }
    seen.add(kind)
  }
  return cuts
}

/** How much of what: a phrase that is an object without its particle. */
function isMoney(slots: readonly Slot[]): boolean {
  return (
    slots.some(
      (slot) =>
        slot.type === 'item' &&
        (slot.item.type === 'number' || slot.item.type === 'quantity'),
    ) &&
    slots.some(
      (slot) =>
        slot.type === 'item' &&
        slot.item.type === 'word' &&
        slot.item.senses.token !== undefined,
    )
  )
}
