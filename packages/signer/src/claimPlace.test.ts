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

  test('behavior: what a killed one leaves behind is in nobody’s way', async () => {
    const socket = placeSocket(placeFile, 'claim')
    const holder = spawn(process.execPath, [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => process.stdout.write('held'))`,
    ])
    await new Promise((done) => holder.stdout.once('data', done))
    await expect(claimPlace({ placeFile, waitMs: 0 })).rejects.toThrow(
      SignerRunningError,
    )
    const gone = new Promise((done) => holder.once('exit', done))
    holder.kill('SIGKILL')
    await gone
    expect(existsSync(socket)).toBe(true)
    const { release } = await claimPlace({ placeFile, waitMs: 0 })
    release()
  })
})
