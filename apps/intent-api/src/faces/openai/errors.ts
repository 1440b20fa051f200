import { toProblem } from '@behest/engine'
import { BehestError } from '@behest/spec'
import type { ErrorRequestHandler } from 'express'
import type { Logger } from 'pino'
import { edgeStatus } from '../../http/errors.js'
import { toOurs } from '../../http/handleError.js'

/** An error as clients of the OpenAI API read it. */
export type OpenAiError = {
  readonly message: string
  readonly type: string
  readonly param: string | null
  readonly code: string | null
}

const statusByCode: Readonly<Record<string, number>> = {
  MODEL_NOT_FOUND: 404,
  RESPONSE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  PARAMETER_INVALID: 400,
  PARAMETER_UNSUPPORTED: 400,
  LAST_TURN_NOT_THE_USERS: 400,
  UTTERANCE_EMPTY: 400,
  UTTERANCE_TOO_LONG: 400,
}

// Codes that these clients know by name.
const knownCodes: Readonly<Record<string, string>> = {
  MODEL_NOT_FOUND: 'model_not_found',
  RATE_LIMITED: 'rate_limit_exceeded',
  PARAMETER_UNSUPPORTED: 'unsupported_parameter',
  PARAMETER_INVALID: 'invalid_value',
}

/**
 * Turns whatever was thrown into an error of this family.
 *
 * @returns The HTTP status and the body's `error`. Conflicts are 400, because
 *   these clients send a 409 again by themselves.
 */
export function toOpenAiError(thrown: unknown): {
  readonly status: number
  readonly error: OpenAiError
} {
  const problem = toProblem(thrown)
  const found =
    statusByCode[problem.code] ?? edgeStatus[problem.code] ?? problem.status
  const status = found === 409 || found === 422 ? 400 : found
  return {
    status,
    error: {
      message: problem.detail,
      type:
        status === 429
          ? 'rate_limit_error'
          : status >= 500
            ? 'server_error'
            : 'invalid_request_error',
      param: problem.facts?.param ?? null,
      code: knownCodes[problem.code] ?? problem.code.toLowerCase(),
    },
  }
}

/** The one place where an error of these routes becomes an answer. */
export function handleOpenAiError(options: {
  readonly logger: Logger
  readonly maxBytes: number
}): ErrorRequestHandler {
  return (thrown, request, response, next) => {
    if (response.headersSent) {
      next(thrown)
      return
    }
    const error = toOurs(thrown, options.maxBytes)
    if (!BehestError.isInstance(error))
      options.logger.error({ error, path: request.path }, 'defect')
    const { status, error: body } = toOpenAiError(error)
    if (status === 429 || status === 503) response.setHeader('Retry-After', '1')
    response.status(status).json({ error: body })
  }
}

/** Thrown when a parameter does not fit. */
export class ParameterInvalidError extends BehestError {
  readonly code = 'PARAMETER_INVALID'
  readonly retry = 'never'

  constructor(facts: { param: string; problem: string }) {
    super(
      `Parameter "${facts.param}" is not usable: ${facts.problem}. Correct it.`,
      { facts },
    )
  }
}

/** Thrown when a parameter asks for something that is not done here. */
export class ParameterUnsupportedError extends BehestError {
  readonly code = 'PARAMETER_UNSUPPORTED'
  readonly retry = 'never'

  constructor(facts: { param: string; problem: string }) {
    super(
      `Parameter "${facts.param}" is not supported: ${facts.problem}. Leave it out.`,
      { facts },
    )
  }
}

/** Thrown when a model is asked for that is not served. */
export class ModelNotFoundError extends BehestError {
  readonly code = 'MODEL_NOT_FOUND'
  readonly retry = 'never'

  constructor(facts: { model: string }) {
    super(`There is no model "${facts.model}". Use "behest".`, {
      facts: { ...facts, param: 'model' },
    })
  }
}

/** Thrown when a response is named that this server did not give, or keep. */
export class ResponseNotFoundError extends BehestError {
  readonly code = 'RESPONSE_NOT_FOUND'
  readonly retry = 'never'

  constructor(facts: { param: string }) {
    super(
      'There is no such response; responses are not kept. Continue with the id of a response of this server, or send the whole conversation as input.',
      { facts },
    )
  }
}

/** Thrown when a route is asked in a way that it has not. */
export class MethodNotAllowedError extends BehestError {
  readonly code = 'METHOD_NOT_ALLOWED'
  readonly retry = 'never'

  constructor(facts: { method: string; path: string }) {
    super(
      `${facts.method} is not done at ${facts.path}. See /openapi.json for what is.`,
      { facts },
    )
  }
}
