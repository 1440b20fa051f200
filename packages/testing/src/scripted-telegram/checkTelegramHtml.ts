const tags = new Set(['b', 'i', 'u', 's', 'code', 'pre', 'blockquote'])

/**
 * Checks markup as Telegram does: a few tags, closed in their order, and `<`,
 * `>` and `&` nowhere else.
 *
 * @returns What is wrong, or nothing.
 */
export function checkTelegramHtml(html: string): string | undefined {
  const open: string[] = []
  for (const [token] of html.matchAll(/<[^>]*>?|&[^;\s]{0,8};?|>/g)) {
    if (token.startsWith('&')) {
      if (!/^&(?:lt|gt|amp|quot);$/.test(token)) return `bare ${token}`
      continue
    }
    const [, slash, name = ''] = /^<(\/?)(\w+)>$/.exec(token) ?? []
    if (!tags.has(name)) return `unsupported ${token}`
    if (slash === '') open.push(name)
    else if (open.pop() !== name) return `unmatched ${token}`
  }
  return open.length === 0 ? undefined : `unclosed <${open.at(-1)}>`
}
