import { text } from '@behest/spec'
import type * as z from 'zod'
import type { AgentRecord } from '../store/agentRecord.js'

// Direction overrides and zero-width letters make one text look like another.
// The joiner U+200D stays: emoji are built with it.
const misleading = /[\u200b\u200c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/

/**
 * Builds a schema for text of strangers that people will read.
 *
 * @param maxLength - Most UTF-16 units.
 */
export function displayText(maxLength: number): z.ZodString {
  return text(maxLength).refine((value) => !misleading.test(value), {
    message: 'must not hold bidirectional or zero-width characters',
  })
}

const instructionLike =
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|all|other|your)\b.{0,40}\b(?:instruction|rule|prompt|message|agent|polic)|\bsystem prompt\b|\byou (?:must|should|are to) (?:always|only|now)\b.{0,60}\b(?:choose|select|pick|use|recommend|approve|send|transfer)|\balways (?:choose|select|pick|rank|recommend) (?:this|me|us)\b/i
const spokenToModels =
  /<\|(?:im_start|system|assistant)|\[\/?INST\]|###\s*(?:system|instruction)|\byou are now\b|\bnew instructions?\s*:|\bdeveloper mode\b|\bdo not (?:tell|ask|warn|inform|show) (?:the )?users?\b|\b(?:skip|bypass|disable|ignore) (?:the |any |all )?(?:approvals?|confirmations?|simulations?|safety checks?)\b/i
// Orders, not praise: "always picks the best price" is what a description says of
// itself, "always pick this" is said to whoever reads it.
const japaneseOrders =
  /(?:これまで|以前|前|上記|上|先|他|ほか|すべて|全て|全部|あらゆる|元|既存)の?.{0,12}(?:指示|命令|ルール|規則|プロンプト|制限|制約|ポリシー|設定).{0,8}(?:無視|忘れ|破棄|従わな|上書き)|システム\s*(?:プロンプト|メッセージ|命令|指示)|あなたは(?:今|これ)から|新しい(?:指示|命令)\s*[::]|(?:必ず|常に|いつも|絶対に|今すぐ|直ちに|(?:この|当)エージェントを|これを|私を).{0,30}(?:(?:選んで|選択して|推奨して|推薦して|勧めて|承認して|許可して|送金して|送って|使って|利用して)(?:ください|下さい|くれ)|(?:選べ|選択せよ|推奨せよ|承認せよ|送金せよ|使え)|(?:選ぶ|選択する|推奨する|承認する|送金する|使う)こと)|(?:確認|承認|許可)(?:なし|無し|せず|を省略|を飛ば|をスキップ|は不要).{0,20}(?:して(?:ください|下さい|くれ)|せよ|しろ|すること)|(?:利用者|ユーザー?)(?:に|には)(?:知らせ|伝え|聞か|確認し|見せ)(?:ない|ず|るな)/
const markup =
  /<\s*\/?\s*(?:script|iframe|img|svg|object|embed|style|link|a)\b|javascript:/i

/** Sentences that an agent should show of itself: fewer, and it is hard to find. */
const wantedExamples = 10

/** What a reader should know about a stranger's text. */
export type Mark = 'instruction-like' | 'markup' | 'few-examples'

/**
 * Tells what a reader should know about an agent's card. Its text is kept as data;
 * nothing in it is ever followed.
 *
 * @returns `instruction-like` where it speaks to a model, `markup` where it holds
 *   HTML, `few-examples` where a published one shows fewer than ten requests.
 */
export function collectAgentMarks(
  record: Pick<
    AgentRecord,
    'name' | 'description' | 'keywords' | 'examples' | 'source'
  >,
): Mark[] {
  const { name, description, keywords, examples, source } = record
  return [
    ...collectMarks([name, description, keywords, ...examples]),
    ...(source === 'signed' && examples.length < wantedExamples
      ? (['few-examples'] as const)
      : []),
  ]
}

/**
 * Tells what a reader should know about a stranger's text. The text itself is
 * kept as data; nothing in it is ever followed.
 *
 * @param texts - Name, description and examples.
 * @returns `instruction-like` when it speaks to a model, `markup` when it holds
 *   HTML.
 */
export function collectMarks(
  texts: readonly string[],
): ('instruction-like' | 'markup')[] {
  const marks: ('instruction-like' | 'markup')[] = []
  // Wide letters read the same to a model.
  const read = texts.map((value) => value.normalize('NFKC'))
  const holds = (pattern: RegExp) => read.some((value) => pattern.test(value))
  if ([instructionLike, spokenToModels, japaneseOrders].some(holds))
    marks.push('instruction-like')
  if (holds(markup)) marks.push('markup')
  return marks
}
