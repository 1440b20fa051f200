/** Finds what stands in quotation marks and is more than a name. */
export function findQuotes(text: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = []
  for (const [open, close] of [
    ['「', '」'],
    ['『', '』'],
    ['"', '"'],
  ] as const) {
    let at = text.indexOf(open)
    while (at >= 0) {
      const end = text.indexOf(close, at + 1)
      if (end < 0) break
      // A quoted name is just a name; a quoted order is someone else's.
      if (end - at > 9 || /[てをにだ]/.test(text.slice(at, end)))
        found.push({ start: at, end: end + 1 })
      at = text.indexOf(open, end + 1)
    }
  }
  return found
}
