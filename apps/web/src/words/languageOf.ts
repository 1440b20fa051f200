/**
 * Tells which of the page's languages a text of the server's is in, so that a
 * screen reader says it with the right voice.
 */
export function languageOf(text: string): 'en' | 'ja' {
  return /[\u3040-\u30ff\u4e00-\u9fff]/.test(text) ? 'ja' : 'en'
}
