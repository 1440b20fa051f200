import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

// One less than what the kernel takes; macOS takes 103.
const mostSocketBytes = 100

/**
 * Where a socket of a place lies: beside its file, or in a folder of our own where
 * that path is too long for a socket.
 *
 * @param placeFile - What the signer writes at each start.
 * @param name - Of the socket, without its ending.
 */
export function placeSocket(placeFile: string, name: string): string {
  const beside = join(dirname(placeFile), `${name}.sock`)
  const folder = createHash('sha256').update(placeFile).digest('hex')
  if (process.platform === 'win32')
    return `\\\\.\\pipe\\behest-${name}-${folder.slice(0, 16)}`
  return Buffer.byteLength(beside) <= mostSocketBytes
    ? beside
    : join(tmpdir(), `behest-${folder.slice(0, 16)}`, `${name}.sock`)
}
