/** Tells whether a text is to be read as Japanese. */
export function isJapanese(text: string): boolean {
  return /[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Han}]/u.test(text)
}
