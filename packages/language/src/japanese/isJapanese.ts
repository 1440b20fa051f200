/** Tells whether a text is to be read as Japanese. */
export function isJapanese(text: string): boolean {
  return (
    /[\p{sc=Hiragana}\p{sc=Katakana}]/u.test(text) ||
    /[交換送貸借預売買残高価格]/.test(text)
  )
}
