import type { Slot } from './Slot.js'

/** Whether a bare noun of doing ends its clause, and so orders: `1ETHを交換。` */
export function endsClause(slots: readonly Slot[], at: number): boolean {
  const next = slots[at + 1]
  if (next === undefined || next.type === 'stop') return true
  if (next.type === 'particle' && next.text === '、') return true
  if (next.type === 'particle' && next.text === 'を') {
    const after = slots[at + 2]
    return (
      after === undefined ||
      after.type === 'stop' ||
      (after.type === 'word' &&
        /^(?:お願い|し|頼|おねがい|実行|希望)/.test(after.text))
    )
  }
  if (
    next.type === 'word' &&
    /^(?:お願い|その後|次に|そして|頼|希望|を?お願い|ください)/.test(next.text)
  )
    return true
  return (
    next.type === 'ready' &&
    slots
      .slice(at + 1)
      .every((slot) => slot.type === 'ready' || slot.type === 'stop')
  )
}

/** Whether the sentence asks about an order, and gives none. */
export function isAbout(
  text: string,
  slot: Slot,
  slots: readonly Slot[],
  at: number,
): boolean {
  const stop = slots
    .slice(at, at + 40)
    .find((each) => each.type === 'stop')?.start
  const rest = text.slice(
    slot.start,
    Math.min(stop ?? text.length, slot.start + 80) + 1,
  )
  return /(?:する|る|す|う|く)(?:メリット|デメリット|意味|理由|リスク|時間|手数料|コスト|際の|ときの|場合の)|た(?:場合|とき|時)の|(?:られ|れ|え|け|せ)る(?:の|ところ|場所|とこ)(?:は|が|って)|(?:たら|れば|ると|すると|場合|なら)[^、。]{0,12}(?:いくら|どれ|何|どう|どのくらい|幾ら)|(?:ますか|のか|るの)?[はが]?(?:いくら|どのくらい|どれくらい)|べき|方法|やり方|とは何|って(?:何|なに|どういう)|(?:ほう|方)が(?:いい|良い|よい)|(?:して|ても)(?:も)?(?:いい|良い|大丈夫)(?:です)?か|どうやって|の(?:見積|価格|レート)/.test(
    rest,
  )
}
