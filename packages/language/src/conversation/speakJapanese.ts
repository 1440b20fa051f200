import type { ParseAnswer, ParseResult } from '@behest/spec'
import { createTable } from '../text/createTable.js'

const JAPANESE: Readonly<Record<string, string>> = createTable({
  'What should be different this time? Say the amount, token, chain or recipient.':
    '今回は何を変えますか？金額・トークン・チェーン・送り先のどれかを書いてください。',
  'That asks for more than the same again. Say the whole request in one sentence.':
    '繰り返し以上の内容が含まれています。依頼全体を一文で書いてください。',
  'Which token do you want to get this time?':
    '今回はどのトークンを受け取りますか？',
  'Which token do you want to pay with this time?':
    '今回はどのトークンで支払いますか？',
  'There is nothing to undo.': '元に戻せるものがありません。',
  'What is locked stays locked until its time is over.':
    'ロックしたものは、期間が終わるまで戻せません。',
  'Which tokens were swapped was not said.':
    'どのトークンを交換したかが分かりません。',
  'From which chain it came was not said.':
    'どのチェーンから移したかが分かりません。',
  'What was sent belongs to its recipient now.':
    '送ったものは、すでに受取人のものです。',
  'Staking is left by unstaking, which takes its time: say “unstake …”.':
    'ステーキングは解除に時間がかかります。「…をアンステーク」と書いてください。',
  'Nothing was asked for yet, so there is nothing to tell of.':
    'まだ依頼がないので、お伝えできる状況がありません。',
  'What became of it is told by the journal.': '状況は記録からお伝えします。',
  'There is nothing that could be cancelled.':
    '取りやめられる依頼がありません。',
  'It is to end.': '取りやめます。',
  'Nothing was carried out, so nothing can be undone.':
    'まだ何も実行していないので、元に戻すものがありません。',
  'There is nothing before this that could be done again. Say what you want, such as “swap 1 ETH to USDC”.':
    '繰り返せる依頼がまだありません。例：「1ETHをUSDCに交換して」',
  'It is still being carried out; how it ends is not known yet. Ask again when it has ended.':
    'まだ実行中で、結果が分かりません。終わってからもう一度お尋ねください。',
  'Nothing of it was carried out, so there is nothing to take back.':
    '何も実行されていないので、元に戻すものがありません。',
  'That goes back too often. Say the whole request afresh.':
    'さかのぼりすぎています。依頼全体を改めて書いてください。',
})

const REFUSED = 'That cannot be undone. '

function inJapanese(text: string): string {
  return text.startsWith(REFUSED)
    ? `これは元に戻せません。${inJapanese(text.slice(REFUSED.length))}`
    : (JAPANESE[text] ?? text)
}

/** Gives what a follow-up comes to in Japanese, to who asked in Japanese. */
export function speakJapanese<
  Answer extends Pick<ParseAnswer, 'result' | 'follows'>,
>(answer: Answer): Answer {
  const { result, follows } = answer
  return {
    ...answer,
    result: withJapanese(result),
    ...(follows === undefined
      ? {}
      : { follows: { ...follows, cannot: follows.cannot.map(inJapanese) } }),
  }
}

function withJapanese(result: ParseResult): ParseResult {
  switch (result.type) {
    case 'none':
      return { ...result, message: inJapanese(result.message) }
    case 'clarify':
      return {
        ...result,
        questions: result.questions.map((question) => ({
          ...question,
          text: inJapanese(question.text),
        })),
      }
    case 'intent':
      return result
  }
}
