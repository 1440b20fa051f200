import { describe, expect, test } from 'vitest'
import { ApiAnswerMalformedError } from './ApiAnswerMalformedError.js'
import { ApiUnreachableError } from './ApiUnreachableError.js'

describe('client errors', () => {
  test('default: read as what happened and what to do next', () => {
    const call = { method: 'GET', path: '/v1/intents/i1' }
    expect([
      new ApiUnreachableError({ ...call, reason: 'the connection failed' })
        .message,
      new ApiAnswerMalformedError({
        ...call,
        status: 200,
        problem: 'gasWei does not fit',
      }).message,
    ]).toMatchInlineSnapshot(`
      [
        "GET /v1/intents/i1 got no answer: the connection failed. Check that the server runs, then send the same request again.

        method: GET
        path:   /v1/intents/i1
        reason: the connection failed",
        "GET /v1/intents/i1 answered 200, but gasWei does not fit. Check that client and server are of one version.

        method:  GET
        path:    /v1/intents/i1
        status:  200
        problem: gasWei does not fit",
      ]
    `)
  })
})
