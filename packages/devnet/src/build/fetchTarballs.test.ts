import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fetchTarballs, TarballMismatchError } from './fetchTarballs.js'
import type { Manifest } from './manifest.js'

let cacheFolder: string
beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'behest-devnet-test-'))
})
afterEach(() => rm(cacheFolder, { recursive: true, force: true }))

const bytes = Buffer.from('the bytes of a tarball')

const manifest: Manifest = {
  packages: {
    contracts: {
      name: '@example/contracts',
      version: '1.2.3',
      integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
      licence: 'MIT',
    },
  },
  artifacts: {},
  files: {},
  sources: {},
}

describe('fetchTarballs', () => {
  test('default', async () => {
    const file = join(cacheFolder, 'example-contracts-1.2.3.tgz')
    await writeFile(file, bytes)
    const tarballs = await fetchTarballs({ manifest, cacheFolder })
    expect([...tarballs]).toEqual([['contracts', file]])
    expect(await readFile(file)).toEqual(bytes)
  })

  test('error: TarballMismatchError on one changed byte', async () => {
    const changed = Buffer.from(bytes)
    changed[3] = (changed[3] ?? 0) ^ 1
    await writeFile(join(cacheFolder, 'example-contracts-1.2.3.tgz'), changed)
    await expect(fetchTarballs({ manifest, cacheFolder })).rejects.toThrow(
      TarballMismatchError,
    )
  })
})
