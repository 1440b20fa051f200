import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

type Report = {
  readonly intents: number
  readonly statuses: Readonly<Record<string, number>>
  readonly kills: Readonly<Record<string, number>>
  readonly doubled: number
  readonly lost: number
  readonly wrong: number
  readonly nonces: number
  readonly transactions: number
}

test('behavior: two servers on one database, either killed under load: each payment once', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      fileURLToPath(new URL('../../../../scripts/chaos.mjs', import.meta.url)),
      ...['--engine', '--seed', 'test', '--minutes', '0.4'],
      ...['--per-minute', '40', '--kill-every', '3'],
    ],
    // What it says of itself is judged here, not its exit code.
  ).catch((error: { stdout: string }) => error)
  const line = stdout.split('\n').find((one) => one.startsWith('{"type"'))
  const report = JSON.parse(line ?? '{}') as Report
  expect(report).toMatchObject({ doubled: 0, lost: 0, wrong: 0 })
  expect(report.nonces).toBe(report.transactions)
  expect(report.statuses['done MET']).toBeGreaterThan(report.intents / 2)
  // Without them it proves nothing.
  expect(
    (report.kills['intent-api'] ?? 0) + (report.kills.second ?? 0),
  ).toBeGreaterThan(2)
}, 300_000)
