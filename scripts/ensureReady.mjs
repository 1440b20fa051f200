// Plain JavaScript on purpose: it runs before anything is installed or built.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const installStamp = join(root, 'node_modules/.behest-install')
const buildStamp = join(root, 'node_modules/.behest-build')

/** Installs what the lockfile names, unless that very lockfile is installed. */
export function ensureInstalled() {
  assertNodeVersion()
  const wanted = hashFiles(['package-lock.json'])
  if (readStamp(installStamp) === wanted) return
  say('Installing what is missing (the first time takes about a minute) …')
  // Install scripts stay off: nothing that is installed needs them here.
  const options = ['--ignore-scripts', '--no-audit', '--loglevel=error']
  // `npm ci` starts by removing everything, so it is for the first time only; a
  // registry that lacks packages of other platforms fails it, not the install.
  const isClean =
    !existsSync(join(root, 'node_modules')) &&
    attempt('npm', ['ci', ...options])
  if (!isClean) run('npm', ['install', '--no-save', ...options])
  writeStamp(installStamp, wanted)
}

/** Builds every package and the page, unless the sources are those of the last build. */
export function ensureBuilt() {
  const wanted = hashTree()
  if (readStamp(buildStamp) === wanted) return
  say('Building …')
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'])
  run(process.execPath, [join(root, 'scripts/bundle.mjs')])
  run(process.execPath, [
    join(root, 'node_modules/vite/bin/vite.js'),
    'build',
    join(root, 'apps/web'),
    '--logLevel=warn',
  ])
  writeStamp(buildStamp, wanted)
}

function assertNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(
    `Node ${process.versions.node} is too old; Behest needs 20.19 or newer. Install a newer Node and try again.`,
  )
  process.exit(1)
}

/** Path, size and time of every source file: reading them all would cost a second. */
function hashTree() {
  const hash = createHash('sha256')
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (
        ['node_modules', 'dist', 'dist-types', '.cache', '.turbo'].includes(
          entry.name,
        )
      )
        continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) visit(path)
      else if (/\.(?:tsx?|css|html|json|mjs)$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(path)
        hash.update(`${path} ${size} ${mtimeMs}\n`)
      }
    }
  }
  visit(join(root, 'packages'))
  visit(join(root, 'apps'))
  return hash
    .update(hashFiles(['tsconfig.json', 'tsconfig.base.json']))
    .digest('hex')
}

function hashFiles(names) {
  const hash = createHash('sha256')
  for (const name of names) hash.update(readFileSync(join(root, name)))
  return hash.digest('hex')
}

function readStamp(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function writeStamp(path, value) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, value)
}

// Progress goes to stderr: stdout belongs to what was asked for.
function say(line) {
  process.stderr.write(`${line}\n`)
}

/** Runs a command to its end, with its output on stderr; tells whether it succeeded. */
function attempt(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  return status === 0
}

/** Runs a command to its end, with its output on stderr; ends this process when it fails. */
export function run(command, args, environment = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...environment },
  })
  if (status === 0) return
  console.error(
    `"${[command, ...args].join(' ')}" failed${error ? `: ${error.message}` : ` with exit code ${status}`}. Its output above says why.`,
  )
  process.exit(1)
}
