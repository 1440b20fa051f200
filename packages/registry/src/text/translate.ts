// One file because it is a table: what Japanese requests call the things that
// English cards describe. The sentence encoder knows English alone.
const english: readonly (readonly [string, string])[] = [
  ['両替', 'exchange'],
  ['交換', 'swap exchange'],
  ['スワップ', 'swap'],
  ['買', 'buy'],
  ['購入', 'buy'],
  ['売', 'sell'],
  ['送金', 'send payment'],
  ['送', 'send'],
  ['支払', 'pay'],
  ['預け', 'deposit supply'],
  ['運用', 'invest yield'],
  ['利回り', 'yield interest rate'],
  ['利息', 'interest'],
  ['金利', 'interest rate'],
  ['稼', 'earn'],
  ['貸', 'lend'],
  ['借', 'borrow'],
  ['担保', 'collateral'],
  ['返済', 'repay debt'],
  ['返', 'repay'],
  ['清算', 'liquidation'],
  ['健全', 'health'],
  ['引き出', 'withdraw'],
  ['出金', 'withdraw'],
  ['ステーキング', 'staking'],
  ['ステーク', 'stake'],
  ['ブリッジ', 'bridge'],
  ['流動性', 'liquidity'],
  ['報酬', 'rewards'],
  ['受け取', 'claim receive'],
  ['承認', 'approval allowance'],
  ['許可', 'permission allowance'],
  ['取り消', 'revoke cancel'],
  ['価格', 'price'],
  ['値段', 'price'],
  ['いくら', 'how much price'],
  ['相場', 'market price'],
  ['残高', 'balance'],
  ['資産', 'assets holdings'],
  ['ガス', 'gas fee'],
  ['手数料', 'fee'],
  ['安', 'cheap low'],
  ['高い', 'high most'],
  ['一番', 'best most'],
  ['最', 'best most'],
  ['比較', 'compare'],
  ['毎日', 'daily every day'],
  ['毎週', 'weekly every week'],
  ['毎月', 'monthly every month'],
  ['投票', 'vote'],
  ['税', 'tax'],
  ['半分', 'half'],
  ['全部', 'all'],
  ['全て', 'all'],
  ['イーサリアム', 'ethereum'],
  ['イーサ', 'ether eth'],
  ['ビットコイン', 'bitcoin'],
  ['ステーブルコイン', 'stablecoin'],
  ['トークン', 'token'],
  ['ドル', 'dollar usd'],
  ['円', 'yen'],
  ['財布', 'wallet'],
  ['ウォレット', 'wallet'],
  ['友達', 'friend person'],
  ['天気', 'weather forecast'],
  ['翻訳', 'translate'],
  ['予約', 'book reserve'],
  ['予定', 'calendar schedule'],
  ['検索', 'search'],
  ['メール', 'email'],
  ['画像', 'image picture'],
  ['音楽', 'music'],
  ['料理', 'recipe cook'],
  ['旅行', 'travel trip'],
  ['ホテル', 'hotel room'],
  ['飛行機', 'flight airline'],
  ['要約', 'summary'],
  ['コード', 'code'],
  ['仕事', 'job work'],
]

const japanese = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u

/**
 * Adds English words to a Japanese request, so that English cards are found.
 *
 * @param text - A request.
 * @returns The request with the words that it speaks of; itself when it is not
 *   Japanese.
 */
export function addEnglish(text: string): string {
  if (!japanese.test(text)) return text
  const words = english
    .filter(([word]) => text.includes(word))
    .map(([, meaning]) => meaning)
  return words.length === 0 ? text : `${text} ${words.join(' ')}`
}

/**
 * Gives the English side of a request, for an encoder that knows English alone.
 *
 * @returns What is English in it, with the words that were added.
 */
export function toEnglish(text: string): string {
  if (!japanese.test(text)) return text
  return addEnglish(text)
    .replace(
      /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}\u30fc\u3001\u3002]+/gu,
      ' ',
    )
    .replace(/\s+/g, ' ')
    .trim()
}
