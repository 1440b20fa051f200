import { toProblem } from '@behest/engine'
import { toDatabaseError } from '@behest/journal'
import { BehestError } from '@behest/spec'
import type { ErrorRequestHandler } from 'express'
import type { Logger } from 'pino'
import {
  BodyTooLargeError,
  edgeStatus,
  MediaTypeError,
  RequestInvalidError,
} from './errors.js'

/**
 * Turns whatever was thrown into `application/problem+json`, in this one place.
 *
 * @param options.maxBytes - The body limit, for its message.
 */
export function handleError(options: {
  readonly logger: Logger
  readonly maxBytes: number
}): ErrorRequestHandler {
  return (thrown, request, response, next) => {
    if (response.headersSent) {
      next(thrown)
      return
    }
    const error = toOurs(thrown, options.maxBytes)
    const problem = toProblem(error)
    const status = edgeStatus[problem.code] ?? problem.status
    if (status >= 500 && !BehestError.isInstance(error))
      options.logger.error({ error, path: request.path }, 'defect')
    const wait = problem.facts?.retryAfterSeconds
    if (wait !== undefined || status === 429 || status === 503)
      response.setHeader('Retry-After', wait ?? '1')
    response
      .status(status)
      .type('application/problem+json')
      .send(
        JSON.stringify({
          ...problem,
          status,
          instance: request.originalUrl.slice(0, 200),
        }),
      )
  }
}

/** The body reader and the router have errors of their own; these are their names. */
export function toOurs(thrown: unknown, maxBytes: number): unknown {
  if (typeof thrown !== 'object' || thrown === null) return thrown
  if (BehestError.isInstance(thrown)) return thrown
  const away = toDatabaseError(thrown)
  if (away !== undefined) return away
  const { type, status } = thrown as { type?: unknown; status?: unknown }
  if (type === 'entity.too.large') return new BodyTooLargeError({ maxBytes })
  if (type === 'encoding.unsupported' || type === 'charset.unsupported')
    return new MediaTypeError({ given: 'an encoding that is not read' })
  if (type === 'entity.parse.failed')
    return new RequestInvalidError({
      where: 'body',
      problem: 'it is not valid JSON',
    })
  if (
    thrown instanceof URIError ||
    (typeof status === 'number' && status < 500)
  )
    return new RequestInvalidError({
      where: 'request',
      problem: 'it could not be read',
    })
  return thrown
}
