import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { claimPlace } from './claimPlace.js'
import { SignerRunningError } from './errors.js'
import { placeSocket } from './placeSocket.js'

let folder: string
let placeFile: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behest-claim-'))
  placeFile = join(folder, 'signer.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A process that holds the place is killed, and its socket stays. */
async function leaveBehind(
  whileHeld: () => Promise<void> = async () => {},
): Promise<void> {
  const socket = placeSocket(placeFile, 'claim.1')
  const holder = spawn(process.execPath, [
    '-e',
    `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => process.stdout.write('held'))`,
  ])
  await new Promise((done) => holder.stdout.once('data', done))
  await whileHeld()
  const gone = new Promise((done) => holder.once('exit', done))
  holder.kill('SIGKILL')
  await gone
  expect(existsSync(socket)).toBe(true)
}

describe('claimPlace', () => {
  test('error: one signer at a time', async () => {
    const first = await claimPlace({ placeFile, waitMs: 0 })
    await expect(claimPlace({ placeFile, waitMs: 0 })).rejects.toThrow(
      SignerRunningError,
    )
    first.release()
  })

  test('behavior: the next one comes in when the first one has gone', async () => {
    const first = await claimPlace({ placeFile, waitMs: 0 })
    const second = claimPlace({ placeFile, waitMs: 60_000 })
    setTimeout(first.release, 120)
    await expect(second.then(({ release }) => release())).resolves.toBe(
      undefined,
    )
  })

  test('behavior: of many that find what a killed one left, one comes in', async () => {
    for (let round = 0; round < 10; round++) {
      await leaveBehind()
      const asked = await Promise.allSettled(
        Array.from({ length: 6 }, () => claimPlace({ placeFile, waitMs: 0 })),
      )
      const held = asked.flatMap((one) =>
        one.status === 'fulfilled' ? [one.value] : [],
      )
      expect(held).toHaveLength(1)
      for (const { release } of held) release()
    }
  })

  test('behavior: what a killed one leaves behind is in nobody’s way', async () => {
    await leaveBehind(async () => {
      await expect(claimPlace({ placeFile, waitMs: 0 })).rejects.toThrow(
        SignerRunningError,
      )
    })
    const { release } = await claimPlace({ placeFile, waitMs: 0 })
    release()
  })
})
