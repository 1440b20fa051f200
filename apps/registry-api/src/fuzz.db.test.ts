import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fuzzOpenApi } from './testing/fuzzOpenApi.js'
import {
  startTestRegistry,
  type TestRegistry,
  testOperatorToken,
} from './testing/startTestRegistry.js'

/** More by hand: `BEHEST_FUZZ_CASES=10000 npx vitest run --project chain <this file>`. */
const cases = Number(process.env.BEHEST_FUZZ_CASES ?? 1_500)

let api: TestRegistry
beforeAll(async () => {
  api = await startTestRegistry({ probes: 'off' })
  await api.registry.importAgents(['{"name":"there","description":"an agent"}'])
})
afterAll(async () => {
  await api.stop()
})

describe('every endpoint, from its description', () => {
  test('error: no request gets a 5xx, hangs, or is refused without a problem', async () => {
    const report = await fuzzOpenApi({
      url: api.url,
      cases,
      seed: 4,
      token: testOperatorToken,
      timeoutMs: 20_000,
    })
    expect(report.faults).toEqual([])
    // Some fit: a fuzzer that is always refused at the door tests the door.
    expect(report.statuses[200]).toBeGreaterThan(100)
    expect(api.errors).toEqual([])
  }, 600_000)
})
