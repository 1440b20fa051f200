import type { Part } from '../clauses/Part.js'
import type { Range } from '../text/Item.js'

/** A clause with its arguments read. */
export type ReadClause = {
  readonly sense: string
  readonly verb: Range
  readonly verbText: string
  readonly parts: readonly Part[]
  readonly clause: number
  readonly sentence: number
  readonly joined: boolean
}
