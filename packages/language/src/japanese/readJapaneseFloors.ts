import type { SaidCondition } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { verbatim } from '../text/tagItems.js'

const SUBJECT =
  '(?:ヘルス(?:ファクター|レシオ|スコア)?|健全(?:性|度)(?:スコア|指標)?|health\\s?factor|hf)'
const NUMBER = '(\\d{1,6}(?:\\.\\d{1,18})?)'
/** What may just be reached: `以上`, `下回らない`. */
const REACHES = '以上|より下(?:に|が)|を?(?:下回|切|割|割り込|下がら|落ち)'
const EXCEEDS = 'より(?:も)?(?:上|高く|大きく)|を?(?:超え|越え|上回)|超'
/** `1.5以上を保って`, `1.5を超える状態で` */
const KEPT = new RegExp(
  `${SUBJECT}\\s?(?:が|は|を|の|:)?\\s?(?:常に|必ず|最低でも|最低|少なくとも|最低限)?\\s?${NUMBER}\\s?(?:倍)?(?:(以上)|(${EXCEEDS}))?[ぁ-んー]{0,4}?(?:状態|水準|レベル|範囲)?(?:に|を|で|の|は)?\\s?(?:保|維持|キープ|守|確保|保持|残|な(?:る|り)?よう|のまま|まま)[ぁ-ん]{0,2}(?:しつつ|しながら|したまま|してほしい|して|した|する|つつ|ながら|たまま|った|って|った上|て|ち|る|よう|状態|範囲|上で)*(?:に|で|の)?(?:して)?`,
  'gu',
)
/** `1.8を下回らないように`, `1.5を切らない範囲で` */
const NEVER = new RegExp(
  `${SUBJECT}\\s?(?:が|は|を|の|:)?\\s?${NUMBER}\\s?(?:${REACHES})[らりれえち]?(?:ない|ず|ぬ)(?:よう|範囲|程度|状態|まま|限り|とこ(?:ろ)?)?(?:内)?(?:に|で|まで|の)?(?:しつつ|しながら|して|保って|維持して)?`,
  'gu',
)
/** `1.8より下げずに`, `1.5未満にしないで` */
const LOWERED = new RegExp(
  `${SUBJECT}\\s?(?:が|は|を|の|:)?\\s?${NUMBER}\\s?(?:より(?:も)?|以下に|未満に|を|まで)?(?:下げ|落と|割|切|し|なら|せ)[らさせ]?(?:ず|ない)(?:に|で|よう(?:に)?|範囲で|程度に)?(?:して)?`,
  'gu',
)
/** `ヘルスファクター1.5以上で`: with it, and not once it is. */
const WITH = new RegExp(
  `${SUBJECT}\\s?(?:が|は|を|の|:)?\\s?(?:最低でも|最低|少なくとも)?\\s?${NUMBER}\\s?(?:(以上)|(${EXCEEDS}))?(?:で|の範囲で|の範囲内で|になるように|となるように|は(?:欲|ほ)しい)(?=[^ぁ-ん]|$|、|。)`,
  'gu',
)

/**
 * Reads a floor for the health of a loan (`ヘルスファクター1.5以上を保って`) as the
 * condition that it is: one that holds with the loan, not one to wait for.
 */
export function readJapaneseFloors(
  normalised: NormalisedText,
): { start: number; end: number; conditions: SaidCondition[] }[] {
  const found: { start: number; end: number; conditions: SaidCondition[] }[] =
    []
  for (const pattern of [NEVER, LOWERED, KEPT, WITH])
    for (const match of normalised.text.matchAll(pattern)) {
      const [whole, value = '', , exceeds] = match
      const start = match.index
      const end = start + whole.length
      if (found.some((each) => each.start < end && start < each.end)) continue
      const range = { start, end }
      found.push({
        ...range,
        conditions: [
          {
            ...range,
            condition: {
              subject: {
                kind: 'health',
                text: verbatim(normalised, range).slice(0, 400),
              },
              comparator: exceeds === undefined ? '>=' : '>',
              value,
              unit: 'ratio',
            },
          },
        ],
      })
    }
  return found.sort((a, b) => a.start - b.start)
}
