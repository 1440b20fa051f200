import { ApiProblemError, ApiUnreachableError } from '@behest/client'
import { expect, test } from 'vitest'
import { findAnchor } from './findAnchor.js'

const call = { method: 'GET', path: '/v1/agents/a1/anchor' }
const failWith = (error: Error) => ({
  anchor: async () => {
    throw error
  },
})

test('behavior: only the word that there is none counts as none', async () => {
  const absent = new ApiProblemError({
    ...call,
    problem: {
      type: 'about:blank',
      title: 'Absent',
      status: 404,
      detail: 'It has none.',
      code: 'ANCHOR_ABSENT',
      retry: 'never',
    },
  })
  expect(await findAnchor(failWith(absent), 'a1')).toBeUndefined()
  // Taken for "none", it would be anchored a second time.
  const away = new ApiUnreachableError({ ...call, reason: 'no connection' })
  await expect(findAnchor(failWith(away), 'a1')).rejects.toBe(away)
})
