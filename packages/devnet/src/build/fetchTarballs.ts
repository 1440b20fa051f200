import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BehestError } from '@behest/spec'
import type { Manifest, ManifestPackage } from './manifest.js'

const run = promisify(execFile)

/** Thrown when a package's bytes are not the ones that the manifest pins. */
export class TarballMismatchError extends BehestError {
  readonly code = 'DEVNET_TARBALL_MISMATCH'
  readonly retry = 'never'

  constructor(facts: {
    readonly packageName: string
    readonly expected: string
    readonly actual: string
  }) {
    super(
      `The tarball of "${facts.packageName}" is not the pinned one. Do not build from it; find out who changed it.`,
      { facts },
    )
  }
}

/**
 * Gets the manifest's packages as tarballs, without installing anything.
 *
 * A tarball in the cache is verified again, so a changed byte never passes.
 *
 * @param options.cacheFolder - Where tarballs are kept between builds.
 * @returns The tarball file of each package, by its key in the manifest.
 * @throws {TarballMismatchError} when the bytes differ from the manifest.
 */
export async function fetchTarballs(options: {
  readonly manifest: Manifest
  readonly cacheFolder: string
}): Promise<ReadonlyMap<string, string>> {
  const { manifest, cacheFolder } = options
  await mkdir(cacheFolder, { recursive: true })
  const entries = Object.entries(manifest.packages)
  const missing = entries
    .map(([, one]) => one)
    .filter((one) => !existsSync(join(cacheFolder, toFileName(one))))
  if (missing.length > 0) await packInto(missing, cacheFolder)

  const files = new Map<string, string>()
  for (const [key, one] of entries) {
    const file = join(cacheFolder, toFileName(one))
    await assertIntegrity(file, one)
    files.set(key, file)
  }
  return files
}

/**
 * Checks a tarball's own bytes; what npm prints about them is not evidence.
 *
 * @throws {TarballMismatchError} when they differ from the manifest.
 */
export async function assertIntegrity(
  file: string,
  expected: ManifestPackage,
): Promise<void> {
  const bytes = await readFile(file)
  const actual = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
  if (actual !== expected.integrity)
    throw new TarballMismatchError({
      packageName: `${expected.name}@${expected.version}`,
      expected: expected.integrity,
      actual,
    })
}

function toFileName(one: ManifestPackage): string {
  return `${one.name.replace('@', '').replace('/', '-')}-${one.version}.tgz`
}

async function packInto(
  packages: readonly ManifestPackage[],
  cacheFolder: string,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'behest-devnet-pack-'))
  // Started by "npm run -w", npm would look for the packages in the workspace.
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_config_workspaces?$/i.test(name),
    ),
  )
  try {
    await run(
      'npm',
      [
        'pack',
        '--ignore-scripts',
        '--pack-destination',
        folder,
        ...packages.map((one) => `${one.name}@${one.version}`),
      ],
      { cwd: folder, env: environment, maxBuffer: 64 * 1024 * 1024 },
    )
    for (const one of packages)
      await move(join(folder, toFileName(one)), cacheFolder, toFileName(one))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function move(from: string, folder: string, name: string): Promise<void> {
  // Temporary folder and cache may be on different disks, where rename fails;
  // the rename inside the cache keeps half-written tarballs out of it.
  const partial = join(folder, `${name}.partial`)
  await copyFile(from, partial)
  await rename(partial, join(folder, name))
}
