import { Transform } from 'node:stream'
import { BodyTooLargeError } from './problem.js'

/** Passes a body on until it is larger than is read. */
export function limitBytes(maxBytes: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > maxBytes) done(new BodyTooLargeError({ maxBytes }))
      else done(null, chunk)
    },
  })
}
