import type { Hex } from '@behest/spec'

/** What a button stands for. Telegram gives 64 bytes for it. */
export type ButtonMeaning =
  | {
      readonly type: 'approve' | 'reject'
      readonly intentId: string
      /** The plan's hash, but for its last two bytes: more does not fit. */
      readonly planHashStart: Hex
    }
  | {
      readonly type: 'option'
      readonly intentId: string
      /** Of the question as it was shown, so that an old button is told apart. */
      readonly questionMark: string
      readonly index: number
    }

const letters = { approve: 'A', reject: 'R' } as const
const hashBytes = 30

/** Writes what a button stands for into at most 64 bytes. */
export function encodeCallbackData(meaning: ButtonMeaning): string {
  const id = Buffer.from(meaning.intentId.replaceAll('-', ''), 'hex').toString(
    'base64url',
  )
  if (meaning.type === 'option')
    return `Q${id}${meaning.questionMark}${meaning.index}`
  const hash = Buffer.from(meaning.planHashStart.slice(2), 'hex')
    .subarray(0, hashBytes)
    .toString('base64url')
  return `${letters[meaning.type]}${id}${hash}`
}

/** Reads what a pressed button stands for; `null` where it is none of ours. */
export function parseCallbackData(data: string): ButtonMeaning | null {
  const [, letter, id = '', rest = ''] =
    /^([ARQ])([\w-]{22})([\w-]+)$/.exec(data) ?? []
  if (letter === undefined) return null
  const hex = Buffer.from(id, 'base64url').toString('hex')
  if (hex.length !== 32) return null
  const intentId = hex.replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12})$/,
    '$1-$2-$3-$4-$5',
  )
  if (letter === 'Q') {
    const [, questionMark, index] = /^([\w-]{8})(\d{1,2})$/.exec(rest) ?? []
    return questionMark === undefined
      ? null
      : { type: 'option', intentId, questionMark, index: Number(index) }
  }
  const bytes = Buffer.from(rest, 'base64url')
  return bytes.length === hashBytes
    ? {
        type: letter === 'A' ? 'approve' : 'reject',
        intentId,
        planHashStart: `0x${bytes.toString('hex')}`,
      }
    : null
}
