import type { Request } from 'express'
import * as z from 'zod'
import { MediaTypeError, RequestInvalidError } from './errors.js'

// Deeper than any request of ours; recursive schemas would overflow the stack.
const maxDepth = 24

/**
 * Reads a JSON body by its schema.
 *
 * @throws {MediaTypeError} when it is not JSON.
 * @throws {RequestInvalidError} when it does not fit, with the place.
 */
export function readBody<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): z.output<Schema> {
  if (!request.is('application/json'))
    throw new MediaTypeError({
      given: request.headers['content-type'] ?? 'nothing',
    })
  return parse('body', schema, request.body)
}

/** Reads the query by its schema; unknown parameters are refused. */
export function readQuery<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): z.output<Schema> {
  return parse('query', schema, request.query)
}

/** Reads one path parameter. */
export function readId(request: Request, name: string): string {
  return parse(
    'path',
    z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z0-9_-]+$/),
    request.params[name],
  )
}

/** Refuses JSON that is nested deeper than any request of ours. */
export function assertShallow(raw: Buffer): void {
  let depth = 0
  let isText = false
  for (let at = 0; at < raw.length; at += 1) {
    const byte = raw[at]
    if (isText) {
      if (byte === 0x5c) at += 1
      else if (byte === 0x22) isText = false
      continue
    }
    if (byte === 0x22) isText = true
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1
      if (depth > maxDepth)
        throw new RequestInvalidError({
          where: 'body',
          problem: `it is nested deeper than ${maxDepth}`,
        })
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1
  }
}

function parse<Schema extends z.ZodType>(
  where: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path.map(String).join('.') ?? ''
  throw new RequestInvalidError({
    where,
    problem: `${path === '' ? '' : `${path.slice(0, 100)}: `}${issue?.message ?? 'it does not fit'}`,
  })
}
