export type Head = {
  at: number
  sense: string
  text: string
  negated: boolean
  flipped?: 'before' | 'after'
  /** `… to be swapped`: its object stands in front. */
  passive?: true
}
