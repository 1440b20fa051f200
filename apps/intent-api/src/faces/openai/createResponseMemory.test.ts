import { describe, expect, test } from 'vitest'
import { createResponseMemory } from './createResponseMemory.js'
import { ResponseNotFoundError } from './errors.js'

const intentId = '0193f2a0-7b7e-7c3a-9f64-0d5d2c1b7a11'
const planHash = `0x${'0c'.repeat(32)}` as const

describe('createResponseMemory', () => {
  test('default', () => {
    const memory = createResponseMemory()
    const id = memory.createId(intentId)
    memory.keep(id, { intentId, planHash })
    expect(memory.find(id)).toEqual({ intentId, planHash })
    expect(memory.createId(intentId)).not.toBe(id)
  })

  test('behavior: another process knows the intent and no plan', () => {
    const memory = createResponseMemory()
    const id = memory.createId(intentId)
    memory.keep(id, { intentId, planHash })
    expect(createResponseMemory().find(id)).toEqual({ intentId })
  })

  test('behavior: a response about nothing is about nothing', () => {
    const memory = createResponseMemory()
    expect(memory.find(memory.createId(undefined))).toBeUndefined()
    expect(memory.find(null)).toBeUndefined()
  })

  test('error: ResponseNotFoundError', () => {
    const memory = createResponseMemory()
    for (const id of ['', 'resp_', 'resp_123', `resp_${intentId}_00`])
      expect(() => memory.find(id)).toThrow(ResponseNotFoundError)
  })
})
