// `npm run examples`: runs every example against a stack of its own and holds the
// guides against them: each snippet is a region of a file that was run.
import { spawn, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root, run } from './ensureReady.mjs'

const folder = join(root, 'docs/examples')
const output = join(root, 'node_modules/.cache/behest/examples')
const exampleTimeoutMs = 180_000

ensureInstalled()
ensureBuilt()
const only = process.argv.slice(2)
const drifted = checkSnippets()
rmSync(output, { recursive: true, force: true })
mkdirSync(output, { recursive: true })
writeFileSync(join(output, 'package.json'), '{"type":"module"}\n')
run(join(root, 'node_modules/.bin/tsc'), ['-p', folder])

const data = mkdtempSync(join(tmpdir(), 'behest-examples-'))
const [intent, registry, rpc] = await Promise.all([
  findPort(),
  findPort(),
  findPort(),
])
const environment = {
  ...process.env,
  BEHEST_DATA: data,
  BEHEST_INTENT_PORT: String(intent),
  BEHEST_REGISTRY_PORT: String(registry),
  BEHEST_RPC_PORT: String(rpc),
  // One of the examples sells its quotes.
  BEHEST_PAY_PER_INTENT: '0.05',
  BEHEST_PAY_PER_DAY: '1',
}
const stack = await startStack()
let passed = 0
let failed = drifted
try {
  for (const file of readdirSync(folder).sort()) {
    if (only.length > 0 && !only.some((name) => file.startsWith(name))) continue
    const command = toCommand(file)
    if (command === undefined) continue
    const started = performance.now()
    const { status, stdout, stderr } = spawnSync(...command, {
      cwd: root,
      encoding: 'utf8',
      timeout: exampleTimeoutMs,
      env: environment,
    })
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    if (status === 0) passed += 1
    else failed += 1
    console.log(`${status === 0 ? '✓' : '✕'} ${file} (${seconds} s)`)
    if (status !== 0) console.log(`${stdout}${stderr}`)
  }
} finally {
  await stack.stop()
  rmSync(data, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

/** Files that are only imported by others do nothing, and are run all the same. */
function toCommand(file) {
  if (file.endsWith('.sh')) return ['sh', ['-eu', join(folder, file)]]
  if (file.endsWith('.ts'))
    return [process.execPath, [join(output, file.replace(/ts$/, 'js'))]]
  return undefined
}

async function startStack() {
  const child = spawn(
    process.execPath,
    [join(root, 'apps/cli/dist/main.js'), 'start'],
    { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  const ended = new Promise((done) => child.once('exit', done))
  await new Promise((ready, fail) => {
    child.once('exit', () => fail(new Error(`The stack ended:\n${said}`)))
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk
        if (said.includes('Behest is ready')) ready()
      })
  })
  return {
    stop: async () => {
      child.kill('SIGINT')
      await ended
    },
  }
}

function findPort() {
  return new Promise((found) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => found(port))
    })
  })
}

/** Counts the snippets that are not what their file says. */
function checkSnippets() {
  let count = 0
  const guides = join(root, 'docs/guides')
  for (const guide of readdirSync(guides)) {
    const text = readFileSync(join(guides, guide), 'utf8')
    for (const [, source, code] of text.matchAll(
      /<!-- source: (\S+) -->\n```\w+\n([\s\S]*?)\n```/g,
    )) {
      const [path, region] = source.split('#')
      if (readRegion(join(guides, path), region) === code) continue
      console.log(`✕ docs/guides/${guide}: not what ${source} says`)
      count += 1
    }
  }
  return count
}

/** The lines between the marks, without the indent that they share. */
function readRegion(path, region) {
  const text = readFileSync(path, 'utf8').trimEnd()
  if (region === undefined) return text
  const lines = text.split('\n')
  const find = (mark) =>
    lines.findIndex((line) =>
      [`//#${mark} ${region}`, `#${mark} ${region}`].includes(line.trim()),
    )
  const body = lines.slice(find('region') + 1, find('endregion'))
  const indent = /^ */.exec(body[0] ?? '')[0].length
  return body.map((line) => line.slice(indent)).join('\n')
}
