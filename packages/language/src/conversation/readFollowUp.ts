import type { Action } from '@behest/spec'
import { getSymbol } from '../lexicon/lexicon.js'
import { normaliseText } from '../text/normaliseText.js'

/** What words that lean on an earlier request ask for, and which they mean. */
export type ReadFollowUp = {
  readonly type: 'repeat' | 'change' | 'undo' | 'cancel' | 'status' | 'history'
  /** `my last swap`: only requests with such a step; any where absent. */
  readonly actions?: readonly Action[]
  /** `the one before that`: not the newest, but the one before it. */
  readonly skips: number
  /** Where the words that only point end: what follows may change something. */
  readonly end: number
  /** `get my eth back`: only requests that gave such a token away. */
  readonly token?: string
  /** Nothing is said besides. */
  readonly isAll: boolean
}

const noun =
  'one|thing|order|request|intent|instruction|transaction|tx|action|job|swap|trade|exchange|conversion|transfer|payment|send|supply|deposit|lend|lending|loan|borrow|borrowing|withdrawal|withdraw|repayment|repay|bridge|approval'
const thing = `(?:it|that|this|them|everything|all of (?:it|that)|(?:the )?same(?: thing| order| swap| trade)?|(?:(?:my|the|that|this) )?(?:very )?(?:(?:last|latest|previous|prior|most recent|recent|earlier|first) )?(?:${noun})(?: before(?: (?:that|it|this|the last(?: one)?))?)?|(?:my|the) (?:last|latest|previous))`
const filler =
  "(?:(?:ok(?:ay)?|please|pls|plz|now|and|yes|yeah|yep|hey|hi|great|cool|nice|oops|wait|no|hm+|so|then|just|actually|can you|could you|would you|will you|can we|i want to|i wanna|i'd like to|let's|lets)[ ,]+)*"
/** `… to bob`, `… of yesterday`: which one, for people; not looked up. */
const tail = '(?: (?:to|for|from|of|with) [^?!]{1,40}?)?'
const earlierInJapanese =
  '(?:(?:あ|やっぱり?|すみません|ごめん|じゃあ|また)?[、 ]?(?:その|この|さっきの|先ほどの|前の|前回の|直前の|最後の|今の|同じ)?(?:注文|取引|スワップ|交換|送金|ブリッジ|借り入れ|借入|返済|預け入れ|引き出し|操作|もの|やつ|の|こと|内容)?(?:を|は|と|で)?)?'
const politely =
  '(?:(?:やって|して|実行して|頼む|頼みます|お願い(?:します|できますか)?|おねがい(?:します)?|よろしく)?(?:ください|くれ|ほしい|欲しい|ね|よ)?)'
const closing = '(?: (?:please|pls|plz|now|thanks|thank you))?[.!?。！？ ]*$'

const repeat = new RegExp(
  `^${filler}(?:(?:do|run|make|repeat|execute|try|place|send|submit)(?: ${thing})?,? (?:again|once more|one more time|another time)|(?:repeat|redo|retry|rerun)(?: ${thing})?(?: again)?|(?:the )?same(?: (?:again|thing|order|swap|trade|as before|as last time))*|do the same(?: thing)?|again|once more|one more time|one more|another(?: one)?|${earlierInJapanese}(?:もう一度|もう一回|もういちど|もっかい|もう1回|もう1度|再度|再実行|リピート|繰り返して|繰り返し)${politely}|また(?:同じ(?:の|こと|もの)?(?:を)?)?(?:やって|して|お願い)(?:ください)?|今度は|次は|同じ(?:の|こと|もの|注文|やつ)?(?:を)?(?:もう一度|もう一回)?${politely})(?=[ ,.!?、。0-9]|$|で|を|に|、)`,
)
const undo = new RegExp(
  `^${filler}(?:(?:undo|revert|reverse|unwind|roll ?back)(?: ${thing})?|(?:take|roll|put|turn|swap|sell|trade|change|convert) ${thing} back(?: again)?|${earlierInJapanese}(?:元に戻して|元どおりにして|元通りにして|取り消して|取消して|戻して|アンドゥ(?:して)?|なかったことにして|無かったことにして)(?:ください|お願い(?:します)?|くれ|ほしい)?)${closing}`,
)
const back = new RegExp(
  `^${filler}(?:get|give|bring|take|pull|return|send|i want|i need|want|need|have)(?: me)?(?: all)?(?: of)? (?:my|the|that) ([a-z][a-z0-9.]{1,15})(?: (?:tokens?|coins?))? back(?: (?:out|again|to me|in my wallet))?${closing}`,
)
const cancel = new RegExp(
  `^${filler}(?:(?:cancel|abort|stop|kill|drop|forget|scrap|call off|withdraw|discard)(?: about)? ${thing}|(?:cancel|abort|stop)|never ?mind|nvm|forget about it|(?:(?:やっぱり?|もう|いや|すみません|ごめん)[、 ]?)?(?:やめて(?:おく|おきます|ください|くれ)?|やめる|やめます|やめとく|やめとこう|キャンセル(?:で|して|します|する)?(?:ください)?|中止(?:で|して|します)?(?:ください)?|取りやめ(?:て|で)?|ストップ|なしで))${closing}`,
)
const status = new RegExp(
  `^${filler}(?:what(?:'s| is| has| did)? (?:happened|become|became|happen)(?: (?:(?:to|of|with) )?${thing}${tail})?|what(?:'s| is| was) (?:the )?(?:status|state|result|outcome)(?: (?:of|for|on|with) ${thing})?|what about ${thing}|what was ${thing}|how (?:did|is|was) ${thing}(?: go| going| doing| turn out)?|(?:the )?status(?: (?:of|for|on) ${thing})?|(?:did|has|have|was|is) ${thing}${tail} (?:go(?:ne)? through|gone|work(?:ed)?|succeed(?:ed)?|complete(?:d)?|finish(?:ed)?|land(?:ed)?|happen(?:ed)?|fail(?:ed)?|done|ready|over|through|executed|confirmed|still (?:going|running|pending|open)|pending|get (?:executed|done|confirmed))(?: yet| already)?|where(?:'s| is) ${thing}|(?:show|tell)(?: me)?(?: about)? (?:my )?(?:last|latest|previous) (?:${noun})|(?:(?:さっき|先ほど|前回|直前|今)の)?(?:注文|取引|スワップ|交換|送金|やつ|の)?(?:は|って|が)?(?:どうな(?:った|りました|って(?:る|いる|います))|終わ(?:った|りました)|完了した|通った|成功した|状況(?:は|を)?(?:教えて|どう)?|進捗(?:は|を)?(?:教えて|どう)?|ステータス(?:は|を)?(?:教えて)?)(?:か|の|かな)?(?:ください)?)${closing}`,
)
const history = new RegExp(
  `^${filler}(?:(?:show|list|give|tell)(?: me)? )?(?:(?:my|the|our) )?(?:(?:whole|full|last|past|previous|recent|all) )*(?:history|(?:past|previous|recent|last|all my) (?:orders|requests|intents|transactions|trades|swaps)|my (?:orders|requests|intents|transactions))${closing}|^${filler}what (?:did|have) i (?:do|done|order|ordered|ask(?:ed)?(?: for)?|swap(?:ped)?|send|sent)(?: (?:last|before|today|yesterday|lately|recently|so far))?${closing}|^(?:(?:今までの|これまでの|過去の|私の|最近の)?(?:履歴|注文履歴|取引履歴|注文一覧|注文|取引)(?:を|は)?(?:見せて|表示(?:して)?|見たい|教えて|確認(?:したい|して)?|一覧)?)(?:ください)?[。！？?!]*$`,
)
/** What only makes sense of something that was said before. */
const change =
  /^(?:(?:no|nope|wait|sorry|ok|please|pls|and)[ ,]+)*(?:make (?:it|that|them)|change (?:it|that|the \w+) (?:to|into)|(?:use|take) .{1,40} instead|.{1,40} instead|i mean(?:t)?|rather|actually|not that|no|nope|いや|違う|やっぱり|やっぱ)(?=[ ,.、]|$|、)|^(?:いや|いえ|違う|やっぱり?)(?=[^ぁ-ん]|$)|^[a-zァ-ヶー]{2,20}に(?:変更|変えて|替えて|チェンジ)(?:して)?(?:ください|お願い(?:します)?)?[。！!]*$|^[0-9][0-9.,]{0,20}[万億千百%割]?[a-z]{0,10}(?:枚|ドル|円)?に(?:して|変更(?:して)?|変えて|増やして|減らして)(?:ください|お願い(?:します)?)?[。！!]*$/
/** `2ETHでもう一度`: what differs is said in front. */
const differently = new RegExp(
  `^[0-9a-zァ-ヶー.,%万億千百割半分全部額円ドル枚]{1,40}(?:で|に(?:して|変えて|変更して)?|を)、?(?:もう一度|もう一回|もっかい|もう1回|再度|リピート)${politely}[。！!]*$`,
)

const actionsByNoun: Readonly<Record<string, readonly Action[]>> = {
  swap: ['swap'],
  trade: ['swap'],
  exchange: ['swap'],
  conversion: ['swap'],
  transfer: ['transfer'],
  payment: ['transfer'],
  send: ['transfer'],
  supply: ['supply', 'deposit'],
  deposit: ['supply', 'deposit'],
  lend: ['supply', 'deposit'],
  lending: ['supply', 'deposit'],
  loan: ['borrow'],
  borrow: ['borrow'],
  borrowing: ['borrow'],
  withdrawal: ['withdraw'],
  withdraw: ['withdraw'],
  repayment: ['repay'],
  repay: ['repay'],
  bridge: ['bridge'],
  approval: ['approve'],
  スワップ: ['swap'],
  交換: ['swap'],
  送金: ['transfer'],
  借り入れ: ['borrow'],
  借入: ['borrow'],
  預け入れ: ['supply', 'deposit'],
}
const nounPattern = new RegExp(
  `\\b(?:${noun})\\b|スワップ|交換|送金|借り入れ|借入|預け入れ`,
  'g',
)

/**
 * Reads words as a follow-up on an earlier request, by their form alone.
 *
 * @param words - What was said, verbatim.
 * @returns What is asked of which request; `undefined` where the words point at
 *   none.
 */
export function readFollowUp(words: string): ReadFollowUp | undefined {
  const plain = normaliseText(words).text.trim().replace(/[’‘]/g, "'")
  if (plain.length > 500) return undefined
  if (differently.test(plain))
    return { type: 'repeat', skips: 0, end: 0, isAll: false }
  const returned = back.exec(plain)
  const token = returned?.[1] === undefined ? undefined : getSymbol(returned[1])
  if (returned !== null && token !== undefined)
    return {
      type: 'undo',
      token,
      skips: 0,
      end: returned[0].length,
      isAll: true,
    }
  const kinds = [
    ['history', history],
    ['status', status],
    ['undo', undo],
    ['cancel', cancel],
    ['repeat', repeat],
    ['change', change],
  ] as const
  for (const [type, pattern] of kinds) {
    const match = pattern.exec(plain)
    if (match === null) continue
    const pointing = match[0]
    // The last noun of the words that point is what they point at.
    const named = [...pointing.matchAll(nounPattern)]
      .map(([found]) => found)
      .filter((found) => found in actionsByNoun)
      .at(-1)
    // `cancel`, `send it again`: there the noun is the verb.
    const isVerb =
      named !== undefined &&
      /^[a-z]/.test(named) &&
      !new RegExp(
        `(?:my|the|that|this|last|latest|previous|same|recent|earlier) ${named}\\b`,
      ).test(pointing)
    const actions =
      named === undefined || isVerb || type === 'change'
        ? undefined
        : actionsByNoun[named]
    return {
      type,
      ...(actions === undefined ? {} : { actions }),
      skips: new RegExp(
        `\\b(?:${noun}) before(?: (?:that|it|this|the last(?: one)?))?\\b`,
      ).test(pointing)
        ? 1
        : 0,
      end: pointing.length,
      isAll: /^[ .!?。！？]*$/.test(plain.slice(pointing.length)),
    }
  }
  return undefined
}
