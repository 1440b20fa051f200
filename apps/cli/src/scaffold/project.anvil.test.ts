import { spawn, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
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

  test('behavior: dev serves it, serves it again after a change, and leaves nothing', async () => {
    const { folder } = await createAgentProject({
      folder: join(parent, 'changing-agent'),
    })
    const child = spawn(
      process.execPath,
      [
        join(repositoryRoot, 'apps/cli/dist/main.js'),
        'agent',
        'dev',
        '--port',
        '0',
      ],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk
      })
    const ended = new Promise((done) => child.once('exit', done))
    const findUrl = () => /(http:\/\/127\.0\.0\.1:\d+) answers;/.exec(said)?.[1]
    await vi.waitFor(() => expect(findUrl(), said).toBeDefined(), 60_000)
    const readVersion = async (): Promise<string> => {
      const response = await fetch(`${findUrl()}/.well-known/agent-card.json`)
      return (await response.json()).version
    }
    expect(await readVersion()).toBe('0.1.0')
    const file = join(folder, 'src/agent.ts')
    const source = readFileSync(file, 'utf8')
    writeFileSync(file, `${source}const wrong: number = 'text'\n`)
    await vi.waitFor(() => expect(said).toContain('TS2322'), 60_000)
    // What ran before the mistake still does.
    expect(await readVersion()).toBe('0.1.0')
    writeFileSync(file, source.replace("'0.1.0'", "'0.2.0'"))
    await vi.waitFor(
      async () => expect(await readVersion()).toBe('0.2.0'),
      60_000,
    )
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    await expect(readVersion()).rejects.toThrow()
  }, 180_000)
})
