import type { Reading } from './Reading.js'
import { isKnownWord } from './readJapaneseItems.js'
import type { Slot } from './Slot.js'

/** `安くなったら`, `いいタイミングで`: when, and nothing that it could be told by. */
const VAGUE =
  /(?:たら|だら|れば|ければ|なら|とき|ときに|場合|場合に|次第|うちに|タイミング|頃合い)(?:に|は|で|を見て|を見計らって)?$/
/** A step before it ends: no condition on a price. */
const DONE =
  /(?:届い|着い|終わ|完了し|済ん|すん|でき|出来|着金し|反映され|約定し|受け取|成功し)(?:たら|だら|れば)$/

const WHEN = /^(?:とき|場合|次第|タイミング)/

/** Whoever says when, and not by what it is told, is asked. */
export function askWhen(
  reading: Reading,
  slots: readonly Slot[],
  from: number,
): void {
  const vague = slots.find(
    (slot) =>
      slot.type === 'word' &&
      VAGUE.test(slot.text) &&
      !DONE.test(slot.text) &&
      !(isKnownWord(slot.text) && !WHEN.test(slot.text)),
  )
  const first = reading.drafts[from]
  if (vague === undefined || first === undefined) return
  reading.drafts[from] = {
    ...first,
    problems: [
      ...(first.problems ?? []),
      {
        slot: 'when[0].value',
        problem: {
          reason: 'どのような条件のときですか？数値で教えてください。',
        },
      },
    ],
  }
}
