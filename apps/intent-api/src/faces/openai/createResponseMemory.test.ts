import type { ResponseStore } from '@behest/journal'
import { describe, expect, test } from 'vitest'
import { createResponseMemory } from './createResponseMemory.js'
import { ResponseNotFoundError } from './errors.js'

const intentId = '0193f2a0-7b7e-7c3a-9f64-0d5d2c1b7a11'
const planHash = `0x${'0c'.repeat(32)}` as const

function createStore(): ResponseStore {
  const shown = new Map<string, Parameters<ResponseStore['keep']>[0]>()
  return {
    keep: async (response) => void shown.set(response.id, response),
    find: async (id) => {
      const response = shown.get(id)
      return response
        ? { intentId: response.intentId, planHash: response.planHash }
        : null
    },
  }
}

describe('createResponseMemory', () => {
  test('default', async () => {
    const memory = createResponseMemory({ responses: createStore() })
    const id = memory.createId(intentId)
    await memory.keep(id, { intentId, planHash })
    expect(await memory.find(id)).toEqual({ intentId, planHash })
    expect(memory.createId(intentId)).not.toBe(id)
  })

  test('behavior: another process knows the plan as well', async () => {
    const responses = createStore()
    const id = createResponseMemory({ responses }).createId(intentId)
    await createResponseMemory({ responses }).keep(id, { intentId, planHash })
    expect(await createResponseMemory({ responses }).find(id)).toEqual({
      intentId,
      planHash,
    })
  })

  test('behavior: a response that showed no plan binds no yes', async () => {
    const memory = createResponseMemory({ responses: createStore() })
    const id = memory.createId(intentId)
    await memory.keep(id, { intentId })
    expect(await memory.find(id)).toEqual({ intentId })
  })

  test('behavior: a response about nothing is about nothing', async () => {
    const memory = createResponseMemory({ responses: createStore() })
    expect(await memory.find(memory.createId(undefined))).toBeUndefined()
    expect(await memory.find(null)).toBeUndefined()
  })

  test('error: ResponseNotFoundError', async () => {
    const memory = createResponseMemory({ responses: createStore() })
    for (const id of ['', 'resp_', 'resp_123', `resp_${intentId}_00`])
      await expect(memory.find(id)).rejects.toThrow(ResponseNotFoundError)
  })
})
