import type { Hex } from '@behest/spec'

/** What a person's turn is, where a plan was shown. */
export type ReadReply =
  /** A yes or no; `planHash` where they named the plan, or its beginning. */
  | {
      readonly type: 'approve' | 'reject'
      readonly planHash?: Hex
    }
  | { readonly type: 'words' }

// Not here on purpose: "ok", "sure", "fine", "thanks". They are said in passing.
const yes =
  /^(?:(?:yes|please) )*(?:y|yes|approve|approved|i approve|confirm|confirmed|i confirm|proceed|go ahead|(?:do|approve|confirm) (?:it|this|that|exactly this|exactly that|this plan|the plan|exactly this plan)|はい|承認|承認します|承認する|実行して|実行してください)(?: please)?$/
const no =
  /^(?:no )*(?:n|no|nope|no thanks|no thank you|reject|rejected|reject it|reject this|i reject|cancel|cancel it|cancel this|cancel that|stop|abort|never mind|nevermind|forget it|don ?t|don ?t do it|do not|do not do it|いいえ|却下|キャンセル|やめて|中止)(?: please)?$/
const named =
  /^(?:yes )?(approve|confirm|reject|cancel|yes|no)(?: the)?(?: plan)? (0x[0-9a-f]{8,64})$/

/**
 * Reads a turn as a yes or a no. Only a turn that says nothing else is one:
 * "yes, but make it 2" is words.
 *
 * @param text - The user's own turn and nothing else.
 */
export function readReply(text: string): ReadReply {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{P}\p{S}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const [, verb, planHash] = named.exec(words) ?? []
  if (verb !== undefined && planHash !== undefined)
    return {
      type: ['reject', 'cancel', 'no'].includes(verb) ? 'reject' : 'approve',
      planHash: planHash as Hex,
    }
  if (yes.test(words)) return { type: 'approve' }
  if (no.test(words)) return { type: 'reject' }
  return { type: 'words' }
}
