import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { doctorCommand } from './doctorCommand.js'

const folder = mkdtempSync(join(tmpdir(), 'behest-doctor-'))
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

describe('doctorCommand', () => {
  test('default: finds the binaries that are installed, and no server where none is', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    vi.stubEnv('BEHEST_DATA', join(folder, 'data'))
    vi.stubEnv('BEHEST_INTENT_PORT', '1')
    vi.stubEnv('BEHEST_REGISTRY_PORT', '1')
    vi.stubEnv('DATABASE_URL', '')
    expect(await doctorCommand(['--json'])).toBe(0)
    const { findings } = JSON.parse(String(log.mock.calls[0]?.[0]))
    expect(
      findings.map((one: { name: string; state: string }) => [
        one.name,
        one.state,
      ]),
    ).toEqual([
      ['node', 'ok'],
      ['chain', 'ok'],
      ['database', 'ok'],
      ['data folder', 'ok'],
      ['language', 'ok'],
      ['intent API', 'warning'],
      ['registry API', 'warning'],
    ])
    expect(existsSync(join(folder, 'data'))).toBe(true)
  })
})
