import type { Item } from '../text/Item.js'
import type { Piece } from './readJapaneseItems.js'

/** A piece of the sentence, or a phrase of time or condition already read. */
export type Slot =
  | Piece
  | {
      readonly type: 'ready'
      readonly item: Item
      readonly start: number
      readonly end: number
    }
