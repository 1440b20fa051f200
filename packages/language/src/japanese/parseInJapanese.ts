import type { ParseContext, ParseResult } from '@behest/spec'
import type { DraftStep } from '../bind/DraftStep.js'
import { buildResult } from '../check/buildResult.js'
import { findInjection } from '../check/findInjection.js'
import { findLeftovers } from '../check/findLeftovers.js'
import { NO_ADVICE_JA, NOTHING_JA, none } from '../check/none.js'
import { isValidAddress } from '../clauses/isValidAddress.js'
import { resolveSteps } from '../resolve/resolveSteps.js'
import type { NormalisedText } from '../text/normaliseText.js'
import { verbatim } from '../text/tagItems.js'
import { askWho } from './askWho.js'
import { findQuotes } from './findQuotes.js'
import { parseJapanese } from './parseJapanese.js'

export function parseInJapanese(
  normalised: NormalisedText,
  context: ParseContext,
): ParseResult {
  if (
    findInjection(normalised, []) ||
    isJapaneseInjection(withoutQuotes(normalised.text))
  )
    return none(
      'injection',
      'ご自身の言葉ではない指示が含まれています。何をしたいかをご自身の言葉で書いてください。',
    )
  const read = parseJapanese(normalised, context)
  // `先週2ETHをUSDCに替えたら損しちゃった`: what was, and no order.
  if (
    /(?:先週|先月|昨日|きのう|去年|一昨日|おととい|この前|この間|さっき)[^。！!]*(?:ちゃった|じゃった|てしまった|でしまった|した|った|れた|えた|ました)(?:よ|ね|な|わ|んだ|けど|w|笑)*[。！!…\s]*$/.test(
      normalised.text,
    )
  )
    return none(
      'out-of-scope',
      'できることが見つかりませんでした。例：「1ETHをUSDCに交換して」',
    )
  if (read.drafts.length === 0) {
    if (read.quoted)
      return none(
        'injection',
        '指示が引用の中にしかありません。何をしたいかをご自身の言葉で書いてください。',
      )
    const about = /[a-z]{3,5}を|eth|usd|イーサ|ビットコイン|トークン/.test(
      normalised.text,
    )
    return none(
      about && !read.advice && !read.blocked
        ? 'not-understood'
        : 'out-of-scope',
      read.advice
        ? NO_ADVICE_JA
        : read.blocked
          ? NOTHING_JA
          : 'できることが見つかりませんでした。例：「1ETHをUSDCに交換して」',
    )
  }
  const { steps, tooMany } = resolveSteps(
    askWho(withAddress(read.drafts, normalised)).filter(
      (draft, at) =>
        draft.action !== 'ask' ||
        draft.topic !== read.drafts[at - 1]?.topic ||
        draft.legs.main?.token?.start !==
          read.drafts[at - 1]?.legs.main?.token?.start,
    ),
  )
  return buildResult({
    steps,
    normalised,
    context,
    language: 'ja',
    leftovers: [
      ...findLeftovers(
        steps,
        read.clauses.map(({ step, parts }) => ({
          step,
          parts: parts.filter(
            (part) =>
              part.type !== 'party' ||
              part.text !== 'アドレス' ||
              steps[step]?.to === undefined,
          ),
        })),
        normalised,
        'ja',
      ),
      ...(read.unclear
        ? [{ step: 0, problem: { reason: 'どちらにしますか？' } }]
        : []),
      ...(tooMany
        ? [
            {
              step: steps.length - 1,
              problem: { reason: '一度に十の操作までです。どれを省きますか？' },
            },
          ]
        : []),
    ],
  })
}

/** `このアドレスに…送って: 0x…`: the address that is written behind it, or none. */
function withAddress(
  drafts: readonly DraftStep[],
  normalised: NormalisedText,
): DraftStep[] {
  const written = [...normalised.text.matchAll(/0x[0-9a-f]{40}(?![0-9a-z])/g)]
  const [only] = written
  return drafts.map((draft) => {
    if (draft.to === undefined || !/^(?:この)?アドレス$/.test(draft.to.value))
      return draft
    const { to: _, ...open } = draft
    if (only === undefined || written.length > 1) return open
    const range = { start: only.index, end: only.index + 42 }
    const value = verbatim(normalised, range)
    return isValidAddress(value) ? { ...open, to: { ...range, value } } : open
  })
}

/** What the speaker says themselves; what is quoted orders nothing anyway. */
function withoutQuotes(text: string): string {
  let own = ''
  let at = 0
  for (const { start, end } of findQuotes(text).sort(
    (a, b) => a.start - b.start,
  )) {
    if (start < at) continue
    own += text.slice(at, start)
    at = end
    // `「…」と書いてあった`: told of, and no order.
    const told = /^(?:と|って|という|とか)[^。、]{0,20}/.exec(
      text.slice(at, at + 24),
    )
    at += told?.[0].length ?? 0
  }
  return own + text.slice(at)
}

function isJapaneseInjection(text: string): boolean {
  return /(?:次|以下|この|下記)の?(?:メッセージ|指示|内容|メール|命令)(?:に従|の通り|どおり)|(?:これまで|上記|以前|前|今まで|すべて|全て)の(?:指示|命令|ルール|制限)[^。]{0,6}(?:無視|忘れ)|システム(?:プロンプト|メッセージ)|秘密鍵|シードフレーズ|(?:と|って)(?:書いて|言って|言われ|メッセージ|メールが)/.test(
    text,
  )
}
