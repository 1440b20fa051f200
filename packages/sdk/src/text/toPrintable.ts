/**
 * Makes text that others wrote fit for errors, logs and artifacts: cut, without
 * control characters, without the halves of letters that a cut leaves.
 *
 * @param text - Anything.
 * @param maxLength - Most UTF-16 units.
 */
export function toPrintable(text: string, maxLength: number): string {
  return (
    text
      .slice(0, maxLength)
      // Control characters, line separators, and marks that turn text around.
      .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, ' ')
      .replace(
        /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
        '\ufffd',
      )
  )
}
