import people from './people.json' with { type: 'json' }

const known = new Set([...people.en, ...people.ja])

/** Tells whether a word names what somebody is, and not who: `designer`, `同僚`. */
export function isPerson(text: string): boolean {
  return known.has(text)
}
