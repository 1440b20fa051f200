import express, { type RequestHandler } from 'express'
import { MediaTypeUnsupportedError, RequestMalformedError } from './problem.js'

/** A card of 64 KB as a JSON string, its quotes escaped, and the message. */
export const maxBodyBytes = 160 * 1024
const maxDepth = 20

/**
 * Reads JSON bodies: size, then kind, then depth, all before anything is parsed.
 *
 * @param maxBytes - Most bytes; larger bodies are refused while they come in.
 */
export function readJsonBody(maxBytes: number): RequestHandler[] {
  return [
    (request, _response, next) => {
      if (request.is('application/json')) next()
      else next(new MediaTypeUnsupportedError({ expected: 'application/json' }))
    },
    express.json({
      limit: maxBytes,
      strict: true,
      // A small compressed body may be a large one.
      inflate: false,
      verify: (_request, _response, bytes) => assertShallow(bytes),
    }),
    (request, _response, next) => {
      if (request.body === undefined)
        next(
          new RequestMalformedError({ where: 'body', reason: 'it is empty' }),
        )
      else next()
    },
  ]
}

// Recursive readers run out of stack at depths that JSON.parse still takes.
function assertShallow(bytes: Buffer): void {
  let depth = 0
  let inString = false
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index]
    if (inString) {
      if (byte === 0x5c) index += 1
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1
      if (depth > maxDepth)
        throw new RequestMalformedError({
          where: 'body',
          reason: `it is nested deeper than ${maxDepth} levels`,
        })
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1
  }
}
