import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { watchFolder } from './watchFolder.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behest-watch-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('watchFolder', () => {
  test('behavior: sees files written, replaced, written again, and in new folders', async () => {
    const onChange = vi.fn()
    const file = join(folder, 'agent.ts')
    writeFileSync(file, 'a')
    const watcher = watchFolder({ folder, onChange })
    const expectChange = async (change: () => void): Promise<void> => {
      onChange.mockClear()
      change()
      await vi.waitFor(() => expect(onChange).toHaveBeenCalled(), 10_000)
    }
    await expectChange(() => appendFileSync(file, 'b'))
    // What editors do: a new file takes the old one's place.
    await expectChange(() => {
      writeFileSync(`${file}.new`, 'c')
      renameSync(`${file}.new`, file)
    })
    await expectChange(() => appendFileSync(file, 'd'))
    await expectChange(() => mkdirSync(join(folder, 'deep')))
    await expectChange(() => writeFileSync(join(folder, 'deep', 'x.ts'), 'e'))
    watcher.close()
  }, 60_000)
})
