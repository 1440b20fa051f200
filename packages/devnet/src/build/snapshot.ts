import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { BehestError } from '@behest/spec'
import { buildSnapshot, type Snapshot } from './buildSnapshot.js'
import { packageFolder } from './manifest.js'

/** Thrown when the committed snapshot is not what its sources give. */
export class SnapshotDriftError extends BehestError {
  readonly code = 'DEVNET_SNAPSHOT_DRIFT'
  readonly retry = 'never'

  constructor(facts: { readonly file: string }) {
    super(
      `"${facts.file}" differs from a fresh build. Run "npm run snapshot -w @behest/devnet" and commit the result, if the change is intended.`,
      { facts },
    )
  }
}

const files = {
  state: new URL('snapshot/state.json.gz', packageFolder),
  sha256: new URL('snapshot/state.sha256', packageFolder),
  addresses: new URL('snapshot/addresses.json', packageFolder),
  notice: new URL('NOTICE.md', packageFolder),
} as const

async function writeSnapshot(snapshot: Snapshot): Promise<void> {
  await mkdir(new URL('snapshot/', packageFolder), { recursive: true })
  const packed = await promisify(gzip)(snapshot.state, { level: 9 })
  await writeFile(files.state, packed)
  await writeFile(files.sha256, `${snapshot.sha256}\n`)
  await writeFile(files.addresses, snapshot.addresses)
  await writeFile(files.notice, snapshot.notice)
}

async function checkSnapshot(snapshot: Snapshot): Promise<void> {
  const committed = await promisify(gunzip)(await readFile(files.state))
  if (committed.toString() !== snapshot.state)
    throw new SnapshotDriftError({ file: 'snapshot/state.json.gz' })
  const texts = [
    ['sha256', `${snapshot.sha256}\n`],
    ['addresses', snapshot.addresses],
    ['notice', snapshot.notice],
  ] as const
  for (const [name, expected] of texts)
    if ((await readFile(files[name], 'utf8')) !== expected)
      throw new SnapshotDriftError({ file: files[name].pathname })
}

const snapshot = await buildSnapshot()
if (process.argv.includes('--check')) await checkSnapshot(snapshot)
else await writeSnapshot(snapshot)
console.log(`snapshot ${snapshot.sha256}`)
