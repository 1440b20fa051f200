// Asks a running server with requests drawn from its own OpenAPI document.
// Run after a build: node apps/registry-api/bench/fuzz.mjs http://127.0.0.1:4100 [cases] [seed]
// BEHEST_OPERATOR_TOKEN lets half of the operator's calls through.
import { fuzzOpenApi } from '../dist/testing/fuzzOpenApi.js'

const [url = 'http://127.0.0.1:4100', cases = '10000', seed = '1'] =
  process.argv.slice(2)
const token = process.env.BEHEST_OPERATOR_TOKEN
const report = await fuzzOpenApi({
  url,
  cases: Number(cases),
  seed: Number(seed),
  ...(token === undefined ? {} : { token }),
})
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
process.exitCode = report.faults.length === 0 ? 0 : 1
