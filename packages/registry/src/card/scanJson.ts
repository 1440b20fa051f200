import { CardMalformedError } from '../errors/registryErrors.js'

/**
 * Asserts that JSON text is not nested too deep and names no key twice in one
 * object. `JSON.parse` keeps the last of two equal keys, so that two readers of
 * one signed text could see two cards.
 *
 * @param json - Text that `JSON.parse` accepts.
 * @param maxDepth - Most levels of objects and arrays.
 * @throws {CardMalformedError} when it is too deep or repeats a key.
 */
export function assertPlainJson(json: string, maxDepth: number): void {
  const scopes: (Set<string> | undefined)[] = []
  let expectsKey = false
  for (let index = 0; index < json.length; index += 1) {
    const letter = json.charCodeAt(index)
    if (letter === 0x22) {
      const end = findStringEnd(json, index)
      const scope = scopes.at(-1)
      if (expectsKey && scope !== undefined) {
        // Escapes may spell one key in two ways: compare what they mean.
        const key = JSON.parse(json.slice(index, end + 1)) as string
        if (scope.has(key))
          throw new CardMalformedError({ reason: `key "${key}" comes twice` })
        scope.add(key)
        expectsKey = false
      }
      index = end
    } else if (letter === 0x7b || letter === 0x5b) {
      scopes.push(letter === 0x7b ? new Set() : undefined)
      expectsKey = letter === 0x7b
      if (scopes.length > maxDepth)
        throw new CardMalformedError({
          reason: `it is nested deeper than ${maxDepth} levels`,
        })
    } else if (letter === 0x7d || letter === 0x5d) {
      scopes.pop()
      expectsKey = false
    } else if (letter === 0x2c) {
      expectsKey = scopes.at(-1) !== undefined
    }
  }
}

function findStringEnd(json: string, start: number): number {
  let index = start + 1
  while (index < json.length && json.charCodeAt(index) !== 0x22)
    index += json.charCodeAt(index) === 0x5c ? 2 : 1
  return index
}
