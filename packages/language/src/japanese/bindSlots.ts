import { bindClause } from '../bind/bindClause.js'
import type { DraftStep } from '../bind/DraftStep.js'
import type { Part } from '../clauses/Part.js'
import { readParts } from '../clauses/readParts.js'
import { readQuantities } from '../phrases/readQuantities.js'
import { readSlippage } from '../phrases/readSlippage.js'
import { createTable } from '../text/createTable.js'
import type { Item } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { askWhen } from './askWhen.js'
import type { BoundVerb, Reading } from './Reading.js'
import { withKept } from './readKept.js'
import type { Slot } from './Slot.js'
import { toItems } from './toItems.js'

/** The few verbs whose own word decides the reading. */
const ENGLISH: Readonly<Record<string, string>> = createTable({
  払: 'pay',
  支払: 'pay',
  渡: 'give',
})

/** Reads cued items as the arguments of a verb of this sense. */
export function toParts(
  items: readonly Item[],
  sense: string,
  normalised: NormalisedText,
): Part[] {
  return readParts({
    items: readQuantities(readSlippage(items)),
    sense,
    normalised,
  })
}

/** Gives the slots of a clause their cues, with what is to stay behind. */
export function readItems(
  reading: Reading,
  slots: readonly Slot[],
  sense: string,
): Item[] {
  return withKept(toItems(slots, reading.normalised, sense), reading.kept)
}

/** Binds what was said around a verb. */
export function bindParts(
  said: BoundVerb & { readonly parts: Part[] },
): DraftStep[] {
  return bindClause({
    sense: said.sense,
    verb: said.verb,
    verbText: ENGLISH[said.verbText] ?? said.sense,
    parts: said.parts,
    clause: said.clause,
    sentence: said.sentence,
    joined: true,
  })
}

/** Adds the steps that a clause orders. */
export function addClause(
  reading: Reading,
  said: Pick<BoundVerb, 'sense' | 'verb' | 'verbText' | 'slots'> & {
    readonly items: readonly Item[]
    /** Among how many a sum was said to be divided. */
    readonly among?: number | undefined
  },
): void {
  const parts = toParts(said.items, said.sense, reading.normalised)
  const verb: BoundVerb = {
    sense: said.sense,
    verb: said.verb,
    verbText: said.verbText,
    slots: said.slots,
    clause: reading.clause,
    sentence: reading.sentence,
    from: reading.drafts.length,
    clauseAt: reading.clauses.length,
  }
  const bound = bindParts({ ...verb, parts }).map(withoutBoughtShare)
  reading.drafts.push(
    ...(said.among === undefined || said.among === bound.length
      ? bound
      : bound.map((draft) => askHowMuch(draft))),
  )
  reading.clauses.push({ step: verb.from, parts })
  askWhen(reading, said.slots, verb.from)
  reading.last = verb
  reading.clause += 1
  reading.kept = undefined
}

/** `三等分して` for two: how it is to be divided is not known. */
function askHowMuch(draft: DraftStep): DraftStep {
  return {
    ...draft,
    problems: [
      ...(draft.problems ?? []),
      {
        slot: draft.action === 'swap' ? 'sell.amount' : 'amount',
        problem: { reason: 'それぞれいくらにしますか？' },
      },
    ],
  }
}

/** `残りの半分でBTCを`: a share of what is bought is no amount. */
function withoutBoughtShare(draft: DraftStep): DraftStep {
  if (draft.action !== 'swap' || draft.legs.buy?.amount?.value.kind !== 'share')
    return draft
  return {
    ...draft,
    problems: [
      ...(draft.problems ?? []),
      { slot: 'buy.amount', problem: { reason: 'いくら受け取りますか？' } },
    ],
  }
}
