/** The nine stages of an intent, in order: the only names for these things. */
export const stages = [
  'utterance',
  'intent',
  'candidates',
  'quotes',
  'plan',
  'simulation',
  'approval',
  'execution',
  'receipt',
] as const

/** One of the nine stages. */
export type Stage = (typeof stages)[number]
