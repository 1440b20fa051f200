import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { encodeAddresses, readAddresses } from '../addresses.js'
import { packageFolder, readManifest } from './manifest.js'
import { renderNotice } from './renderNotice.js'

function readText(path: string): Promise<string> {
  return readFile(new URL(path, packageFolder), 'utf8')
}

describe('the committed snapshot', () => {
  test('behavior: its hash is the committed one', async () => {
    const packed = await readFile(
      new URL('snapshot/state.json.gz', packageFolder),
    )
    const hash = createHash('sha256').update(gunzipSync(packed)).digest('hex')
    expect(await readText('snapshot/state.sha256')).toBe(`${hash}\n`)
  })

  test('behavior: the notice names what the manifest has', async () => {
    expect(await readText('NOTICE.md')).toBe(renderNotice(readManifest()))
  })

  test('behavior: addresses survive reading and writing', async () => {
    const addresses = readAddresses()
    expect(addresses.morpho.markets.map((market) => market.lltv)).toEqual([
      860_000_000_000_000_000n,
      860_000_000_000_000_000n,
    ])
    expect(encodeAddresses(addresses)).toBe(
      await readText('snapshot/addresses.json'),
    )
  })

  test('behavior: starting it needs nothing of its build', async () => {
    const seen = new Set<string>()
    const collect = async (path: string): Promise<void> => {
      if (seen.has(path)) return
      seen.add(path)
      const source = await readText(path)
      for (const [, specifier = ''] of source.matchAll(/from '([^']+)'/g)) {
        if (!specifier.startsWith('.')) {
          seen.add(specifier)
          continue
        }
        const base = new URL(path, packageFolder)
        const target = new URL(specifier.replace(/\.js$/, '.ts'), base)
        await collect(target.pathname.slice(packageFolder.pathname.length))
      }
    }
    await collect('src/index.ts')
    await collect('src/runDevnet.ts')
    const paths = [...seen]
    expect(paths).toContain('src/start.ts')
    expect(paths.filter((path) => /^src\/(build|deploy)\//.test(path))).toEqual(
      [],
    )
    expect(paths.filter((path) => /solc|metamask/.test(path))).toEqual([])
  })
})
