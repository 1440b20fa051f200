import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { checkQuote } from '@behest/engine'
import { unlockKeystore } from '@behest/evm'
import { quoteInProcess } from '@behest/sdk'
import { createTestRequest } from '@behest/sdk/testing'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repositoryRoot } from '../stack/stackConfig.js'
import { createAgentProject } from './createAgentProject.js'
import { agent } from './template/agent.js'

let parent: string
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'behest-new-'))
})
afterAll(() => {
  rmSync(parent, { recursive: true, force: true })
})

// A keystore takes its time on purpose.
describe('createAgentProject', { timeout: 60_000 }, () => {
  test('default: a project under its name, linked to this checkout, with a key of its own', async () => {
    const folder = join(parent, 'tea-agent')
    const project = await createAgentProject({ folder })
    expect(project).toMatchObject({
      folder,
      name: 'tea-agent',
      isInstalled: false,
    })
    const read = (file: string) => readFileSync(join(folder, file), 'utf8')
    expect(read('src/agent.ts')).toContain("name: 'tea-agent'")
    for (const file of project.files)
      expect(read(file)).not.toContain('my-agent')
    const manifest = JSON.parse(read('package.json'))
    expect(manifest).toMatchObject({ name: 'tea-agent', private: true })
    const link = manifest.dependencies['@behest/sdk'].replace('file:', '')
    expect(resolve(folder, link)).toBe(join(repositoryRoot, 'packages/sdk'))
    expect(read('.gitignore')).toContain('.keys/')
    expect(statSync(join(folder, '.keys/password')).mode & 0o077).toBe(0)
    const { address } = await unlockKeystore({
      path: join(folder, '.keys/agent.json'),
      password: read('.keys/password').trim(),
      chainId: 31_337,
    })
    expect(address).toBe(project.address)
  })

  test('behavior: what the guides’ agents import is there when they are pasted in', async () => {
    const folder = join(parent, 'pasted')
    await createAgentProject({ folder })
    const { dependencies } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    )
    for (const guide of ['payAgent.ts', 'wrapAgent.ts']) {
      const source = readFileSync(
        join(repositoryRoot, 'docs/examples', guide),
        'utf8',
      )
      const imported = [...source.matchAll(/ from '([^.'][^']*)'/g)].map(
        ([, name]) => name,
      )
      expect(Object.keys(dependencies)).toEqual(
        expect.arrayContaining(imported),
      )
      expect(imported).toContain('@behest/sdk')
    }
  })

  test('behavior: the agent is fifteen lines of declaration', () => {
    const source = readFileSync(
      join(repositoryRoot, 'apps/cli/src/scaffold/template/agent.ts'),
      'utf8',
    )
    const declaration = source.slice(source.indexOf('export const'))
    expect(declaration.trim().split('\n').length).toBeLessThanOrEqual(16)
  })

  test('behavior: an engine takes its quote', async () => {
    const request = createTestRequest({
      instruction: {
        action: 'transfer',
        token: {
          chainId: 31_337,
          address: 'native',
          symbol: 'ETH',
          decimals: 18,
        },
        amount: { type: 'exact', units: 10n ** 17n },
        to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      },
    })
    const quote = await quoteInProcess(agent, {
      request,
      signer: privateKeyToAccount(`0x${'01'.repeat(32)}`),
    })
    if (quote.type !== 'behest.quote') throw new RangeError('it declined')
    expect(
      checkQuote({
        quote,
        request,
        wrappedNative: '0x00000000000000000000000000000000000000e2',
        nowUnixSeconds: request.deadlineUnixSeconds - 1,
      }),
    ).toBeNull()
  })

  test('error: a folder that holds something is left as it is', async () => {
    const folder = join(parent, 'taken')
    mkdirSync(folder)
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    await expect(createAgentProject({ folder })).rejects.toMatchObject({
      code: 'FOLDER_NOT_EMPTY',
    })
    expect(readdirSync(folder)).toEqual(['notes.txt'])
  })

  test.each(['My Agent', '-x', 'ümlaut', 'a'.repeat(64), 'x_y', 'x-'])(
    'error: %s is no name, and no folder is made',
    async (name) => {
      const folder = join(parent, name)
      await expect(createAgentProject({ folder })).rejects.toMatchObject({
        code: 'AGENT_NAME_INVALID',
      })
      expect(existsSync(folder)).toBe(false)
    },
  )

  test('error: a path that leads through a file', async () => {
    writeFileSync(join(parent, 'file'), '')
    await expect(
      createAgentProject({ folder: join(parent, 'file', 'agent') }),
    ).rejects.toMatchObject({ code: 'FOLDER_UNUSABLE' })
  })
})
