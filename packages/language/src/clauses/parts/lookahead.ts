import { type Item, textOf } from '../../text/Item.js'

export function lookahead(
  items: readonly Item[],
  index: number,
  count: number,
): string {
  const words: string[] = []
  for (let at = index; at < index + count; at += 1) {
    const item = items[at]
    if (item === undefined || item.type === 'break') break
    words.push(
      item.type === 'number'
        ? item.decimal
        : textOf(item) === ''
          ? '§'
          : textOf(item).replaceAll(' ', '_'),
    )
  }
  return words.join(' ')
}

export function countWords(text: string): number {
  return text.trim().split(' ').length
}
