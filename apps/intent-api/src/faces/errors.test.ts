import { describe, expect, test } from 'vitest'
import { HostRefusedError } from '../http/assertOwnHost.js'
import { LastTurnError } from './desk/converse.js'
import {
  IntentIdMalformedError,
  NotAQuestionError,
} from './mcp/createToolServer.js'
import {
  MethodNotAllowedError,
  ModelNotFoundError,
  ParameterInvalidError,
  ParameterUnsupportedError,
  ResponseNotFoundError,
  toOpenAiError,
} from './openai/errors.js'

const errors = [
  new HostRefusedError({ host: 'evil.example' }),
  new LastTurnError(),
  new NotAQuestionError(),
  new IntentIdMalformedError(),
  new MethodNotAllowedError({ method: 'GET', path: '/v1/responses' }),
  new ModelNotFoundError({ model: 'gpt' }),
  new ParameterInvalidError({ param: 'n', problem: 'it is no number' }),
  new ParameterUnsupportedError({ param: 'n', problem: 'there is one answer' }),
  new ResponseNotFoundError({ param: 'previous_response_id' }),
]

describe('errors of the faces', () => {
  test('default: read as what happened and what to do next', () => {
    expect(
      errors.map(({ code, shortMessage }) => `${code}: ${shortMessage}`),
    ).toMatchInlineSnapshot(`
      [
        "HOST_REFUSED: "evil.example" is not the name of this server, which serves this machine only. Ask 127.0.0.1 or localhost, or bind it elsewhere with BEHEST_HOST.",
        "LAST_TURN_NOT_THE_USERS: The last message is not the user's; only the user's own words are acted on. End the conversation with a message of role user.",
        "NOT_A_QUESTION: That is something to carry out, not a question. Nothing was started; use quote.",
        "INTENT_ID_MALFORMED: That is no id of an intent. Use the one that quote gave.",
        "METHOD_NOT_ALLOWED: GET is not done at /v1/responses. See /openapi.json for what is.",
        "MODEL_NOT_FOUND: There is no model "gpt". Use "behest".",
        "PARAMETER_INVALID: Parameter "n" is not usable: it is no number. Correct it.",
        "PARAMETER_UNSUPPORTED: Parameter "n" is not supported: there is one answer. Leave it out.",
        "RESPONSE_NOT_FOUND: There is no such response; responses are not kept. Continue with the id of a response of this server, or send the whole conversation as input.",
      ]
    `)
  })

  test('behavior: clients of the OpenAI API get their own names, and never a 409', () => {
    expect(
      errors.slice(4).map((error) => {
        const { status, error: body } = toOpenAiError(error)
        return [status, body.type, body.code, body.param]
      }),
    ).toMatchInlineSnapshot(`
      [
        [
          405,
          "invalid_request_error",
          "method_not_allowed",
          null,
        ],
        [
          404,
          "invalid_request_error",
          "model_not_found",
          "model",
        ],
        [
          400,
          "invalid_request_error",
          "invalid_value",
          "n",
        ],
        [
          400,
          "invalid_request_error",
          "unsupported_parameter",
          "n",
        ],
        [
          404,
          "invalid_request_error",
          "response_not_found",
          "previous_response_id",
        ],
      ]
    `)
    expect(toOpenAiError(new TypeError('secret'))).toMatchObject({
      status: 500,
      error: { type: 'server_error', code: 'internal' },
    })
    expect(
      JSON.stringify(toOpenAiError(new TypeError('secret'))),
    ).not.toContain('secret')
  })
})
