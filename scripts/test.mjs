// `npm test`: installs what is missing, then runs every test that needs no key.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root } from './ensureReady.mjs'

ensureInstalled()
// Tests run on the sources; the ones that start processes run what was built.
ensureBuilt()

const report = join(root, 'node_modules/.cache/behest/test-report.json')
mkdirSync(join(root, 'node_modules/.cache/behest'), { recursive: true })
rmSync(report, { force: true })
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
)
const { passed, failed, files } = readReport(report)
if (files.length > 0) console.error(`Failed: ${files.join(', ')}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(status === 0 && failed === 0 && passed > 0 ? 0 : 1)

function readReport(path) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(
      readFileSync(path, 'utf8'),
    )
    // A file that does not even load has no tests to count.
    const files = testResults
      .filter(({ status }) => status === 'failed')
      .map(({ name }) => name)
    return {
      passed: numPassedTests,
      failed: Math.max(numFailedTests, files.length),
      files,
    }
  } catch {
    return { passed: 0, failed: 1, files: ['the test run itself'] }
  }
}
