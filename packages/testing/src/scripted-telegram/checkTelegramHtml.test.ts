import { describe, expect, test } from 'vitest'
import { checkTelegramHtml } from './checkTelegramHtml.js'

describe('checkTelegramHtml', () => {
  test.each([
    'plain',
    '<b>a</b> &lt;x&gt; &amp; <code>c</code>',
    '<b><i>x</i></b>',
  ])('behavior: %s is taken', (html) =>
    expect(checkTelegramHtml(html)).toBeUndefined(),
  )
  test.each([
    'a < b',
    'a > b',
    'R&D',
    '<b>a',
    '<b><i>a</b></i>',
    '<a href="x">y</a>',
    '</b>',
  ])('behavior: %s is refused', (html) =>
    expect(checkTelegramHtml(html)).toBeDefined(),
  )
})
