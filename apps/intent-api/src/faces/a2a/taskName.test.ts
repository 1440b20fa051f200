import { RequestMalformedError, TaskNotFoundError } from '@a2a-js/sdk/errors'
import { describe, expect, test } from 'vitest'
import { parseTaskName, toTaskName } from './taskName.js'

const intentId = '0193f2a0-7b7e-7c3a-9f64-0d5d2c1b7a11'

describe('taskName', () => {
  test('default', () => {
    expect(toTaskName(intentId, '')).toEqual({
      taskId: intentId,
      intentId,
      contextId: intentId,
    })
    for (const contextId of ['', intentId, 'errand-7', 'a.b:c_d']) {
      const name = toTaskName(intentId, contextId)
      expect(parseTaskName(name.taskId)).toEqual(name)
    }
  })

  test('error: RequestMalformedError for a context that no name can hold', () => {
    for (const contextId of ['a b', 'a/b', 'x'.repeat(129), '~', 'é'])
      expect(() => toTaskName(intentId, contextId)).toThrow(
        RequestMalformedError,
      )
  })

  test('error: TaskNotFoundError for what is no name of ours', () => {
    for (const taskId of ['', 'nope', `${intentId}~`, `${intentId}~a/b`])
      expect(() => parseTaskName(taskId)).toThrow(TaskNotFoundError)
  })
})
