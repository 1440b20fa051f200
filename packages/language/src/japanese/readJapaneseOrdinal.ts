const NUMBERS = '一二三四五六七八九'
const CLOSING =
  '(?:の)?(?:方|ほう|やつ|もの|選択肢|オプション|案)?(?:で|を|に|が|です|だ|は)?(?:お願い(?:します)?|おねがい(?:します)?|いい(?:です)?|良い(?:です)?|頼(?:む|みます)|して(?:ください)?|ください|ね|よ)*'
const NTH = new RegExp(
  `^(?:([1-9])|([${NUMBERS}]))(?:番目|番|つ目|個目|こ目)${CLOSING}$`,
)
const ENDS = new RegExp(
  `^(最初|初め|はじめ|先頭|前者|上|左|最後|末尾|後者|後|下|右)${CLOSING}$`,
)

/**
 * Reads which of some options is meant: `2番目`, `二つ目でお願い`, `後者`.
 *
 * @returns Its place, from 0; `undefined` where the words are no such choice.
 */
export function readJapaneseOrdinal(
  words: string,
  count: number,
): number | undefined {
  const nth = NTH.exec(words)
  if (nth !== null) {
    const place =
      nth[1] === undefined ? NUMBERS.indexOf(nth[2] ?? '') : Number(nth[1]) - 1
    return place < count ? place : undefined
  }
  const end = ENDS.exec(words)?.[1]
  if (end === undefined) return undefined
  if (/^(?:最初|初め|はじめ|先頭)$/.test(end)) return 0
  if (/^(?:最後|末尾)$/.test(end)) return count - 1
  // `後者` of three is none.
  if (count !== 2) return undefined
  return /^(?:前者|上|左)$/.test(end) ? 0 : 1
}
