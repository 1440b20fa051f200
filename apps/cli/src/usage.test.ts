import { describe, expect, test } from 'vitest'
import { asksForHelp, getUsageOf } from './usage.js'

describe('getUsageOf', () => {
  test('default: the lines of a command, and how they go on', () => {
    expect(getUsageOf('approve')).toMatchInlineSnapshot(`
      "  behest approve <id> --as <keystore> --password-file <file>
                                                   a second person's yes, signed with their own key

      All commands: behest help"
    `)
  })

  test('behavior: commands that share a line', () => {
    for (const name of ['status', 'list', 'resume'])
      expect(getUsageOf(name)).toContain('behest status <id> · list · resume')
  })

  test('behavior: all lines of a command with several', () => {
    expect(getUsageOf('agents').match(/behest agents/g)).toHaveLength(3)
    expect(getUsageOf('agent').match(/behest agent/g)).toHaveLength(1)
  })
})

describe('asksForHelp', () => {
  test('behavior: after two dashes it is what was said', () => {
    expect(asksForHelp(['--help'])).toBe(true)
    expect(asksForHelp(['swap', '-h'])).toBe(true)
    expect(asksForHelp(['--', '--help'])).toBe(false)
    expect(asksForHelp(['help me'])).toBe(false)
  })
})
