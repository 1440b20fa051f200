import { describe, expect, expectTypeOf, test } from 'vitest'
import { AgentDefinitionError, defineAgent } from './defineAgent.js'

const base = {
  name: 'pool-supply',
  version: '1.0.0',
  summary: 'Supplies.',
  chainIds: [8453],
  limits: {
    spenders: ['0x00000000000000000000000000000000000000aa'],
    maxValidForSeconds: 60,
  },
  quote: () => null,
} as const

describe('defineAgent', () => {
  test('default', () => {
    const agent = defineAgent({ ...base, serves: ['supply'] })
    expect(agent).toMatchObject({
      name: 'pool-supply',
      tokens: 'any',
      venues: [],
      feeBps: 0,
      examples: [],
    })
  })

  test('behavior: frozen to the bottom', () => {
    const agent = defineAgent({ ...base, serves: ['supply'] })
    expect(() => {
      ;(agent.limits.spenders as string[]).push('0x')
    }).toThrow(TypeError)
    expect(Object.isFrozen(agent.limits)).toBe(true)
  })

  test('behavior: changing the author’s own arrays later changes nothing', () => {
    const spenders: `0x${string}`[] = []
    const agent = defineAgent({
      ...base,
      serves: ['supply'],
      limits: { spenders, maxValidForSeconds: 60 },
    })
    spenders.push('0x00000000000000000000000000000000000000bb')
    expect(agent.limits.spenders).toEqual([])
  })

  test('behavior: serves narrows the instruction', () => {
    const agent = defineAgent({
      ...base,
      serves: ['swap', 'supply'],
      quote(instruction) {
        expectTypeOf(instruction.action).toEqualTypeOf<'swap' | 'supply'>()
        if (instruction.action === 'supply')
          expectTypeOf(instruction.token.decimals).toEqualTypeOf<number>()
        return null
      },
    })
    expect(agent.serves).toEqual(['swap', 'supply'])
  })

  test.each([
    ['name', { name: 'Pool Supply' }],
    ['version', { version: 'one' }],
    ['summary', { summary: '' }],
    ['chainIds', { chainIds: [] }],
    ['serves', { serves: [] }],
    ['feeBps', { feeBps: 10_001 }],
    [
      'limits.spenders.0',
      { limits: { spenders: ['0x12'], maxValidForSeconds: 60 } },
    ],
    [
      'limits.maxValidForSeconds',
      { limits: { spenders: [], maxValidForSeconds: 0 } },
    ],
    ['quote', { quote: 'no function' }],
    ['', { surprise: true }],
  ])('error: AgentDefinitionError at %s', (field, change) => {
    const attempt = () =>
      defineAgent({ ...base, serves: ['supply'], ...change } as never)
    expect(attempt).toThrow(AgentDefinitionError)
    try {
      attempt()
    } catch (error) {
      expect((error as AgentDefinitionError).facts.field).toBe(field)
    }
  })

  test('error: says what to do', () => {
    expect(() =>
      defineAgent({ ...base, name: 'A', serves: ['supply'] }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [AgentDefinitionError: The definition of agent "A" is not valid at "name": Invalid string: must match pattern /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/. Correct that field.

        agent:  A
        field:  name
        reason: Invalid string: must match pattern /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/]
    `)
  })
})
