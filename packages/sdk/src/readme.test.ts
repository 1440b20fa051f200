import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const root = new URL('../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

/** The lines between the marks, without the indent that they share. */
function readRegion(source: string): string {
  const [path = '', region = ''] = source.split('#')
  const lines = read(path).split('\n')
  const from = lines.findIndex((line) => line.trim() === `//#region ${region}`)
  const to = lines.findIndex((line) => line.trim() === `//#endregion ${region}`)
  const body = lines.slice(from + 1, to)
  const indent = /^ */.exec(body[0] ?? '')?.[0].length ?? 0
  return body.map((line) => line.slice(indent)).join('\n')
}

const blocks = [
  ...read('README.md').matchAll(
    /<!-- source: (\S+) -->\n```ts\n([\s\S]*?)\n```/g,
  ),
].map(([, source = '', code = '']) => ({ source, code }))

describe('README.md', () => {
  test('shows code that is type-checked', () => {
    expect(blocks.length).toBeGreaterThan(2)
    for (const { source, code } of blocks)
      expect(code, source).toBe(readRegion(source))
  })

  test('has an agent in fifteen lines', () => {
    expect(blocks[0]?.code.split('\n').length).toBeLessThanOrEqual(15)
  })
})
