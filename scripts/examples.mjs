// `npm run examples`: runs every example against a stack of its own and holds the
// guides against them: each block in a guide is a region of a file that was run, or a
// terminal whose commands were run. Names of examples run those alone.
import { spawn, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { ensureBuilt, ensureInstalled, root, run } from './ensureReady.mjs'
import { findDrift, readGuideBlocks } from './guideBlocks.mjs'
import { runTranscripts } from './transcripts.mjs'

const folder = join(root, 'docs/examples')
const output = join(root, 'node_modules/.cache/behest/examples')
const exampleTimeoutMs = 180_000
/** The stack that all examples share: one of them sells its quotes. */
const shared = 'startPaying.sh'

ensureInstalled()
ensureBuilt()
const { takePort } = await import('@behest/testing')
const only = process.argv.slice(2)
const isWanted = (name) =>
  only.length === 0 || only.some((wanted) => name.startsWith(wanted))
const counts = { passed: 0, failed: 0 }
const blocks = readGuideBlocks()
for (const problem of findDrift(blocks)) report(problem, 1)
rmSync(output, { recursive: true, force: true })
mkdirSync(output, { recursive: true })
writeFileSync(join(output, 'package.json'), '{"type":"module"}\n')
run(join(root, 'node_modules/.bin/tsc'), ['-p', folder])

const files = readdirSync(folder).sort()
const starts = files.filter(
  (file) => /^start\w*\.sh$/.test(file) && !/Check\.sh$/.test(file),
)
/** What is asked while a start is up; everything else is run on the shared stack. */
const checkOf = (start) =>
  files.find(
    (file) =>
      /Check\.\w+$/.test(file) && file.replace(/Check\.\w+$/, '.sh') === start,
  )
const checks = starts.flatMap((start) => checkOf(start) ?? [])
const plain = files.filter(
  (file) =>
    /\.(?:sh|ts)$/.test(file) &&
    !starts.includes(file) &&
    !checks.includes(file) &&
    !isRunByStart(file) &&
    !blocks.some(({ mark }) => mark.after && basename(mark.after) === file),
)

if ([...plain, ...starts.filter(isBeside), shared].some(isWanted))
  await withStart(shared, async (environment) => {
    runExample(checkOf(shared), environment)
    for (const file of plain.filter(isWanted)) runExample(file, environment)
    for (const start of starts.filter(isWanted))
      if (isBeside(start)) await runStart(start, environment)
  })
for (const start of starts.filter(isWanted))
  if (start !== shared && !isBeside(start)) await runStart(start)
for (const [guide, transcripts] of groupByGuide(
  blocks.filter(({ mark }) => mark.type === 'transcript'),
))
  if (isWanted(guide))
    await withStart('startHere.sh', (environment) => {
      const problems = runTranscripts({
        blocks: transcripts,
        cwd: folder,
        environment,
        runFile: (path) => execute(basename(path), environment),
      })
      for (const problem of problems) report(problem, 1)
      if (problems.length === 0) report(`${guide}, as its terminals say`, 0)
    })

console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1)

/** A start has what it needs made by a neighbour, in its own place. */
function isRunByStart(file) {
  const path = `$EXAMPLES/${file.replace(/ts$/, 'js')}`
  return starts.some((start) =>
    readFileSync(join(folder, start), 'utf8').includes(path),
  )
}

function isBeside(start) {
  return readFileSync(join(folder, start), 'utf8').includes(
    `\n# beside: ${shared}\n`,
  )
}

async function runStart(start, around) {
  const check = checkOf(start)
  if (check === undefined) report(`${start} has nothing that checks it`, 1)
  else
    await withStart(
      start,
      (environment) => runExample(check, environment),
      around,
    )
}

function report(what, status) {
  if (status === 0) counts.passed += 1
  else counts.failed += 1
  console.log(`${status === 0 ? '✓' : '✕'} ${what}`)
}

function runExample(file, environment) {
  const started = performance.now()
  const { status, said } = execute(file, environment)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  report(`${file} (${seconds} s)`, status)
  if (status !== 0) console.log(said)
}

function execute(file, environment) {
  const [command, commandArguments] = file.endsWith('.sh')
    ? ['sh', ['-eu', join(folder, file)]]
    : [process.execPath, [join(output, file.replace(/ts$/, 'js'))]]
  const { status, stdout, stderr } = spawnSync(command, commandArguments, {
    cwd: root,
    encoding: 'utf8',
    timeout: exampleTimeoutMs,
    env: environment,
  })
  return { status, said: `${stdout}${stderr}` }
}

/**
 * Runs a file that starts something and goes on, in a place of its own, and calls
 * back when it says that it is ready. Its first line has the words: `# ready: …`.
 *
 * @param around - The environment of what it runs beside, where it says so.
 */
async function withStart(file, callBack, around) {
  const place = mkdtempSync(join(tmpdir(), 'behest-examples-'))
  const [intent, registry, rpc] = await Promise.all([
    takePort(),
    takePort(),
    takePort(),
  ])
  const environment = {
    ...process.env,
    ...(around ?? {
      BEHEST_DATA: join(place, 'data'),
      BEHEST_INTENT_PORT: String(intent),
      BEHEST_REGISTRY_PORT: String(registry),
      BEHEST_RPC_PORT: String(rpc),
    }),
    PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
    // A folder of the example's own, and where its compiled neighbours are.
    EXAMPLE_PLACE: place,
    EXAMPLES: output,
  }
  const path = join(folder, file)
  const ready = /^# ready: (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1]
  const child = spawn('sh', ['-eu', path], {
    cwd: root,
    env: environment,
    // A group of its own, as a terminal gives it: Ctrl-C reaches all of it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const ended = new Promise((done) => child.once('exit', done))
  try {
    await new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error(`${file} ended:\n${said}`)))
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => {
          said += chunk
          if (said.includes(ready)) resolve()
        })
    })
    await callBack(environment)
    report(`${file} is ready and stops`, 0)
  } catch (error) {
    report(`${file}: ${error.message}`, 1)
  } finally {
    endGroup(child.pid)
    await ended
    rmSync(place, { recursive: true, force: true })
  }
}

/** Ends what a start began, also what outlived the start itself. */
function endGroup(groupId) {
  try {
    process.kill(-groupId, 'SIGINT')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error // nobody is left of it
  }
}

function groupByGuide(transcripts) {
  const groups = new Map()
  for (const block of transcripts)
    groups.set(block.guide, [...(groups.get(block.guide) ?? []), block])
  return groups
}
