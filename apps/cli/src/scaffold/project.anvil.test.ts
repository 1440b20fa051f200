import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repositoryRoot } from '../stack/stackConfig.js'
import { createAgentProject } from './createAgentProject.js'

// Inside the checkout everything is installed around it: no network is needed.
let parent: string
beforeAll(() => {
  mkdirSync(join(repositoryRoot, '.cache'), { recursive: true })
  parent = mkdtempSync(join(repositoryRoot, '.cache', 'project-'))
})
afterAll(() => {
  rmSync(parent, { recursive: true, force: true })
})

describe('a new agent’s project', () => {
  test('behavior: type-checks and passes its own tests as it is', async () => {
    const { folder } = await createAgentProject({
      folder: join(parent, 'fresh-agent'),
    })
    const { status, stdout, stderr } = spawnSync(
      'npm',
      ['test', '--loglevel=error'],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, CI: '1' } },
    )
    expect(`${stdout}${stderr}`).toMatch(/Tests .*15 passed/)
    expect(status).toBe(0)
  }, 120_000)
})
