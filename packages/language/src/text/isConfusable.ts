import { createTable } from './createTable.js'

/** Letters of other scripts that look like a Latin one. */
const LOOKS_LIKE: Readonly<Record<string, string>> = createTable({
  а: 'a',
  в: 'b',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  ё: 'e',
  һ: 'h',
  і: 'i',
  ї: 'i',
  ј: 'j',
  к: 'k',
  ӏ: 'l',
  м: 'm',
  н: 'h',
  о: 'o',
  р: 'p',
  ԛ: 'q',
  ѕ: 's',
  т: 't',
  у: 'y',
  ѵ: 'v',
  ԝ: 'w',
  х: 'x',
  α: 'a',
  β: 'b',
  ε: 'e',
  η: 'n',
  ι: 'i',
  κ: 'k',
  μ: 'u',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  ω: 'w',
  ζ: 'z',
  ı: 'i',
  ɑ: 'a',
  ɡ: 'g',
  ł: 'l',
  ø: 'o',
  đ: 'd',
})
const FOREIGN = /[\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Armenian}ıɑɡłøđ]/u

/**
 * Gives the Latin word that a word looks like through letters of another
 * script, or nothing for a word that is what it looks like.
 */
export function toLookalike(word: string): string | undefined {
  // Accented Latin letters deceive as well: `uṡdc`.
  const bare = word.normalize('NFD').replace(/\p{M}/gu, '')
  if (bare === word && !FOREIGN.test(word)) return undefined
  let skeleton = ''
  for (const letter of bare) skeleton += LOOKS_LIKE[letter] ?? letter
  return skeleton === word ? undefined : skeleton
}
