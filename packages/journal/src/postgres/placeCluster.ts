import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataFolderError } from './errors.js'
import { canReach, getRunAs, type RunAs } from './runAs.js'

/** Where one cluster lives and which account it runs under. */
export type ClusterPlace = {
  /** Behest's data folder, resolved. */
  readonly dataFolder: string
  /** PostgreSQL's own data folder. */
  readonly clusterFolder: string
  /** Where the Unix socket lies. */
  readonly socketFolder: string
  /** Process ids and logs. */
  readonly runFolder: string
  /** Where a copy of PostgreSQL's programs would go. */
  readonly nativeCopyFolder: string
  readonly runAs: RunAs
}

/** Where root keeps a cluster whose data folder only root can enter. */
const systemFolder = '/var/lib/behest'

/**
 * Decides where the cluster of a data folder lives, and makes the folders
 * around it. Deterministic: every starter of one data folder finds one place.
 */
export function placeCluster(dataFolderGiven: string): ClusterPlace {
  mkdirSync(dataFolderGiven, { recursive: true, mode: 0o711 })
  const dataFolder = realpathSync(dataFolderGiven)
  const runFolder = join(dataFolder, 'run')
  mkdirSync(runFolder, { recursive: true, mode: 0o755 })

  const ownRunAs = getRunAs()
  if (ownRunAs.uid !== undefined) letPass(dataFolder)
  const inPlace = join(dataFolder, 'postgres')
  const hash = shortHash(dataFolder)
  const elsewhere = join(systemFolder, hash)
  const runAs =
    ownRunAs.uid === undefined ? ownRunAs : ownerOf(inPlace, ownRunAs)

  if (canReach(dataFolder, runAs)) {
    const moved = join(elsewhere, 'postgres')
    const isMoved =
      ownRunAs.uid !== undefined && !existsSync(inPlace) && existsSync(moved)
    return finish(isMoved ? moved : inPlace, join(dataFolder, 'native'))
  }
  // Moving on would start an empty database beside the one that is there.
  if (existsSync(join(inPlace, 'PG_VERSION')))
    throw new DataFolderError({
      folder: inPlace,
      reason: `uid ${runAs.uid}, which PostgreSQL runs under, cannot enter a folder above it`,
    })
  mkdirSync(elsewhere, { recursive: true, mode: 0o755 })
  return finish(join(elsewhere, 'postgres'), join(systemFolder, 'native'))

  function finish(
    clusterFolder: string,
    nativeCopyFolder: string,
  ): ClusterPlace {
    const socketFolder = placeSocket(clusterFolder, hash, runAs)
    return {
      dataFolder,
      clusterFolder,
      socketFolder,
      runFolder,
      nativeCopyFolder,
      runAs,
    }
  }
}

/** Lets the database's account walk through, and list nothing. */
function letPass(folder: string): void {
  const { mode } = statSync(folder)
  if ((mode & 0o001) === 0) chmodSync(folder, (mode & 0o7777) | 0o001)
}

function ownerOf(folder: string, fallback: RunAs): RunAs {
  if (!existsSync(folder)) return fallback
  const { uid, gid } = statSync(folder)
  return uid === 0 ? fallback : { uid, gid }
}

/** Longest path of a socket that the operating system takes, in bytes. */
const maxSocketPathBytes = process.platform === 'darwin' ? 103 : 107

function placeSocket(
  clusterFolder: string,
  hash: string,
  runAs: RunAs,
): string {
  const pathBytes = Buffer.byteLength(join(clusterFolder, '.s.PGSQL.5432'))
  if (pathBytes <= maxSocketPathBytes) return clusterFolder
  const folder = join(realpathSync(tmpdir()), `behest-${hash}`)
  try {
    mkdirSync(folder, { mode: 0o700 })
    if (runAs.uid !== undefined) chownSync(folder, runAs.uid, runAs.gid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  // The temporary folder is shared: whoever owns the socket owns the database.
  const found = lstatSync(folder)
  const ownUid = runAs.uid ?? process.getuid?.() ?? found.uid
  const isOurs = found.uid === ownUid || found.uid === process.getuid?.()
  if (!found.isDirectory() || !isOurs || (found.mode & 0o077) !== 0)
    throw new DataFolderError({
      folder,
      reason:
        'it lies in the shared temporary folder and is not a private folder of ours',
    })
  if (runAs.uid !== undefined && found.uid !== runAs.uid)
    chownSync(folder, runAs.uid, runAs.gid)
  return folder
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
