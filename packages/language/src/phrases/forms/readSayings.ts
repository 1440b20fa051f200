import { createTable } from '../../text/createTable.js'
import { SAYINGS } from './sayings.js'

/** One place of a saying: words, a class of words, or where it begins or ends. */
export type Element =
  | { readonly type: 'begins' | 'ends' | 'pause' }
  | {
      readonly type: 'words'
      readonly any: readonly string[]
      readonly name: string | undefined
      readonly least: 0 | 1
      readonly most: number
    }
  | {
      readonly type: 'class'
      readonly class: string
      readonly name: string
      readonly least: 0 | 1
      /** Words that tie it to what stands before: `on <l>`, or neither. */
      readonly cue: readonly string[]
    }

/** What is said, and the plain order that it stands for. */
export type Saying = {
  readonly elements: readonly Element[]
  readonly stands: readonly string[]
}

/** How many words may be repeated where any number of them may stand. */
const MOST_REPEATED = 6
const CLASSES: Readonly<Record<string, string>> = createTable({
  m: '<m>',
  h: '<m>',
  t: '<m>',
  n: '<m>',
  s: '<m>',
  v: '<v>',
  l: '<v>',
  g: '<v>',
  p: '<p>',
  ps: '<p>',
})

/** Reads the table, by the words or classes that a saying may begin with. */
export function readSayings(): Map<string, Saying[]> {
  const table = new Map<string, Saying[]>()
  for (const line of SAYINGS) {
    const [left = '', right = ''] = line.split(' → ')
    const elements = left.split(' ').map(readElement)
    const saying = { elements, stands: right.split(' ') }
    for (const key of firstKeys(elements)) {
      const list = table.get(key)
      if (list === undefined) table.set(key, [saying])
      else list.push(saying)
    }
  }
  return table
}

/** What a saying may begin with, as far as its first elements may be missing. */
function firstKeys(elements: readonly Element[]): Set<string> {
  const keys = new Set<string>()
  for (const element of elements) {
    if (element.type === 'words') {
      for (const words of element.any) {
        keys.add(words)
        keys.add(words.split(' ', 1)[0] ?? words)
      }
      if (element.least === 1) break
    } else if (element.type === 'class') {
      const key = CLASSES[element.class]
      if (key !== undefined) keys.add(key)
      if (element.least === 1) break
    }
  }
  return keys
}

function readElement(text: string): Element {
  if (text === '^') return { type: 'begins' }
  if (text === '$') return { type: 'ends' }
  if (text === '~') return { type: 'pause' }
  const least = /[?*]$/.test(text) ? 0 : 1
  const bare = text.replace(/[?*]$/, '')
  const named = /^<(.+)>$/.exec(bare)?.[1]
  if (named !== undefined)
    return {
      type: 'class',
      class: named.replace(/\d$/, ''),
      name: named,
      least,
      cue: [],
    }
  const toWords = (list: string) =>
    list
      .split('/')
      .map((each) => each.replaceAll('_', ' '))
      // `free up` before `free`: no other is tried behind the first that fits.
      .sort((one, other) => other.length - one.length)
  const cued = /^(.+):([a-z]\d?)$/.exec(bare)
  if (cued !== null) {
    const name = cued[2] ?? ''
    // `more_than/over:q`: the words themselves are used again.
    if (name === 'q')
      return {
        type: 'words',
        any: toWords(cued[1] ?? ''),
        name,
        least,
        most: 1,
      }
    return {
      type: 'class',
      class: name.replace(/\d$/, ''),
      name,
      least,
      cue: toWords(cued[1] ?? ''),
    }
  }
  const name = /^([a-z])=(.+)$/.exec(bare)
  return {
    type: 'words',
    any: toWords(name?.[2] ?? bare),
    name: name?.[1],
    least,
    most: text.endsWith('*') ? MOST_REPEATED : 1,
  }
}
