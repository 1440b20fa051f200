import { foldText } from './tokenize.js'

// Letters of other scripts, and digits, that are drawn like a Latin letter.
// Sources: the shapes of the Cyrillic, Greek, Armenian and Cherokee blocks as
// Unicode's confusables list them, cut to what NFKC leaves and names can hold.
const drawnLike: Readonly<Record<string, string>> = {
  а: 'a',
  ɑ: 'a',
  α: 'a',
  в: 'b',
  ь: 'b',
  β: 'b',
  с: 'c',
  ϲ: 'c',
  ԁ: 'd',
  ɗ: 'd',
  е: 'e',
  ε: 'e',
  є: 'e',
  ғ: 'f',
  ɡ: 'g',
  ց: 'g',
  һ: 'h',
  н: 'h',
  հ: 'h',
  і: 'i',
  ι: 'i',
  ı: 'i',
  ӏ: 'i',
  l: 'i',
  '1': 'i',
  '|': 'i',
  ј: 'j',
  к: 'k',
  κ: 'k',
  м: 'm',
  μ: 'm',
  п: 'n',
  ո: 'n',
  η: 'n',
  о: 'o',
  ο: 'o',
  օ: 'o',
  '0': 'o',
  р: 'p',
  ρ: 'p',
  ԛ: 'q',
  г: 'r',
  ѕ: 's',
  т: 't',
  τ: 't',
  ս: 'u',
  υ: 'u',
  ν: 'v',
  ѵ: 'v',
  ԝ: 'w',
  ш: 'w',
  ω: 'w',
  х: 'x',
  χ: 'x',
  у: 'y',
  γ: 'y',
  ᴢ: 'z',
}

/**
 * Gives what is left of a name once case, width, accents, the kind of separator
 * and look-alike letters no longer count. Two names with one skeleton can be
 * mistaken for each other.
 *
 * @param name - A name as published.
 */
export function toSkeleton(name: string): string {
  return foldText(name)
    .replace(/\p{Cf}+/gu, '')
    .split(/[\s\p{P}]+/u)
    .filter((word) => word !== '')
    .map((word) => {
      // A number is read as a number: agent-10 is not agent-lo.
      if (/^\d+$/.test(word)) return word
      let skeleton = ''
      for (const letter of word) skeleton += drawnLike[letter] ?? letter
      return skeleton.replace(/rn/g, 'm').replace(/vv/g, 'w')
    })
    .join('-')
}
