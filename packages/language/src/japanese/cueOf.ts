import type { Item } from '../text/Item.js'

/** The cue that a particle is, behind what it stands behind, in front of which verb. */
export function cueOf(
  particle: string,
  last: readonly Item[],
  sense: string,
): string {
  const place = last.some(
    (item) =>
      item.type === 'word' &&
      (item.senses.venue !== undefined || item.senses.chain !== undefined),
  )
  const token = last.some(
    (item) => item.type === 'word' && item.senses.token !== undefined,
  )
  if (particle.includes('担保')) return 'against'
  switch (particle) {
    case 'に':
    case 'へ':
    case 'まで':
    case '宛に':
    case '宛て':
    case '宛':
    case 'あてに':
      if (/^(?:long|short|borrow)$/.test(sense)) return 'on'
      if (/^(?:vote|claim)$/.test(sense)) return 'on'
      if (sense === 'approve' || sense === 'revoke') return 'for'
      return 'to'
    case '建てで':
      return sense === 'buy' ? 'with' : 'to'
    case 'から':
      return 'from'
    case '経由で':
    case '経由':
    case 'を通じて':
    case 'を通して':
      return 'via'
    case '上で':
    case 'において':
    case 'における':
    case 'の上で':
      return 'on'
    case 'で':
      if (
        place &&
        !(
          token &&
          /^(?:swap|buy)$/.test(sense) &&
          last.some((item) => item.type === 'number')
        )
      )
        return token && sense === 'buy' ? 'with' : 'on'
      return 'with'
    case 'を使って':
    case 'を使い':
    case 'をつかって':
    case 'を利用して':
    case 'を用いて':
    case '使って':
      if (place && /^(?:long|short|close)$/.test(sense)) return 'on'
      return place && !token ? 'via' : 'with'
    case 'に対して':
      return 'against'
    case 'と':
      return ''
    default:
      return ''
  }
}
