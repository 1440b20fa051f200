/** Telegram takes 4096 characters; entities may count for more than they show. */
const longest = 3900

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
}

/**
 * Makes text safe to stand in a message: nothing in it is markup, and nothing is
 * drawn as a link, a mention or a command, which Telegram does by itself.
 *
 * @param text - Anybody's words.
 */
export function safe(text: string): string {
  return (
    text
      .replace(
        /[\p{Cc}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f]/gu,
        ' ',
      )
      // A word joiner where a link would begin: it shows as nothing.
      .replace(/([\p{L}\p{N}-])([.:])(?=[\p{L}/])/gu, '$1$2\u2060')
      .replace(/([@#$/])(?=\p{L})/gu, '$1\u2060')
      .replace(/[&<>]/g, (found) => entities[found] ?? found)
  )
}

/** A name or number that others chose, as code: Telegram links nothing in there. */
export function code(text: string): string {
  const plain = text
    .replace(
      /[\p{Cc}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f]/gu,
      '',
    )
    .replace(/[&<>]/g, (found) => entities[found] ?? found)
  return plain === '' ? '' : `<code>${plain}</code>`
}

/** Bold text, made safe. */
export function bold(text: string): string {
  return `<b>${safe(text)}</b>`
}

/**
 * Joins lines, as many as fit into one message. Each line closes its own tags,
 * so that cutting between lines never leaves one open.
 */
export function joinLines(lines: readonly string[]): string {
  const kept: string[] = []
  let length = 0
  for (const line of lines) {
    // One line that fits nowhere loses its markup with its end.
    const fitting =
      line.length > longest
        ? `${safe(line.replace(/<[^>]*>/g, '').slice(0, 2000))} …`
        : line
    if (length + fitting.length + 1 > longest) {
      kept.push('…')
      break
    }
    kept.push(fitting)
    length += fitting.length + 1
  }
  return kept.join('\n').trim() || '…'
}
