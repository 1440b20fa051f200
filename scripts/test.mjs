// `npm test`: installs what is missing, then runs every test that needs no key.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root } from './ensureReady.mjs'

ensureInstalled()
// Tests run on the sources; the ones that start processes run what was built.
ensureBuilt()

const folder = join(root, 'node_modules/.cache/behest')
mkdirSync(folder, { recursive: true })

/** More files than these are no accident of a busy machine. */
const mostToAskAgain = 8

const first = runTests('test-report.json', process.argv.slice(2))
let { passed, failed, failedFiles } = first
// Chain, database and browser tests are real processes on a machine that may be busy
// with others. Where no person looks on, a file that fails is asked once more, whole,
// from fresh state and with nothing beside it, before it counts. It is named, whatever
// it says then.
if (
  process.env.CI !== undefined &&
  failedFiles.length > 0 &&
  failedFiles.length <= mostToAskAgain
) {
  console.error(`Failed, and asked again alone: ${failedFiles.join(', ')}`)
  const again = runTests('test-report-again.json', [
    '--maxWorkers=1',
    ...failedFiles,
  ])
  passed = first.passedElsewhere + again.passed
  failed = again.failed
  failedFiles = again.failedFiles
}
if (failed > 0)
  console.error(`Failed: ${failedFiles.join(', ') || 'the test run itself'}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

function runTests(name, options) {
  const report = join(folder, name)
  rmSync(report, { force: true })
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...options,
    ],
    { cwd: root, stdio: 'inherit' },
  )
  return readReport(report, status)
}

function readReport(path, status) {
  try {
    const { numFailedTests, testResults } = JSON.parse(
      readFileSync(path, 'utf8'),
    )
    const countPassed = (results) =>
      results
        .flatMap(({ assertionResults }) => assertionResults)
        .filter(({ status }) => status === 'passed').length
    const failedResults = testResults.filter(
      ({ status }) => status === 'failed',
    )
    const failedFiles = failedResults.map(({ name }) => name)
    // A file that does not even load has no tests to count, and neither has an
    // error that belongs to no file.
    const failed = Math.max(numFailedTests, failedFiles.length)
    return {
      passed: countPassed(testResults),
      passedElsewhere: countPassed(
        testResults.filter(({ status }) => status !== 'failed'),
      ),
      failed: failed === 0 && status !== 0 ? 1 : failed,
      failedFiles,
    }
  } catch {
    return {
      passed: 0,
      passedElsewhere: 0,
      failed: 1,
      failedFiles: [],
    }
  }
}
