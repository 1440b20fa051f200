import { describe, expect, test } from 'vitest'
import { bold, code, joinLines, safe } from './html.js'

describe('html', () => {
  test.each([
    '<b>free money</b>',
    '<a href="http://evil.example">USDC</a>',
    'A & B < C > D',
    '\u202eCDSU',
  ])('behavior: %s is no markup', (name) => {
    for (const shown of [safe(name), code(name), bold(name)]) {
      expect(shown.replace(/^<(b|code)>|<\/(b|code)>$/g, '')).not.toMatch(
        /[<>\u202e]/,
      )
      expect(shown).not.toMatch(/&(?!(?:amp|lt|gt);)/)
    }
  })

  test.each([
    'evil.example',
    'https://evil.example/x',
    '@admin',
    '/start',
    't.me/x',
    '#tag',
  ])('behavior: %s is no link', (text) => {
    expect(safe(`see ${text} now`)).not.toContain(text)
    expect(safe(text).replaceAll('\u2060', '')).toBe(text)
  })

  test('behavior: amounts stay as they are', () => {
    expect(safe('1.5 ETH for 4,500.25 USDC, 0.30 %')).toBe(
      '1.5 ETH for 4,500.25 USDC, 0.30 %',
    )
  })

  test('behavior: what is too long is cut between lines', () => {
    const html = joinLines(Array.from({ length: 900 }, () => bold('a line')))
    expect(html.length).toBeLessThan(4000)
    expect(html.split('<b>').length).toBe(html.split('</b>').length)
    const one = joinLines([bold('x<y'.repeat(3000))])
    expect(one.length).toBeLessThan(4096)
    expect(one).not.toContain('<b>')
  })
})
