import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@behest/journal'
import { defineAgent, publishAgent } from '@behest/sdk'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type RegistryProcess,
  startRegistryProcess,
} from './testing/startRegistryProcess.js'
import { until } from './testing/startTestRegistry.js'

const chainId = 31_337
let folder: string
let database: Awaited<ReturnType<typeof openDatabase>>
let count = 0
const running = new Set<RegistryProcess>()
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'behest-processes-'))
  // A server of its own that keeps what it said: others run without that.
  database = await openDatabase({ dataFolder: folder })
})
afterAll(async () => {
  await Promise.all([...running].map((one) => one.kill('SIGKILL')))
  await database.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<RegistryProcess> {
  count += 1
  const one = await startRegistryProcess({
    BEHEST_DATA: join(folder, `process-${count}`),
    DATABASE_URL: database.connectionString,
  })
  running.add(one)
  return one
}
async function kill(
  one: RegistryProcess,
  signal: 'SIGKILL' | 'SIGTERM',
): Promise<number | null> {
  running.delete(one)
  return one.kill(signal)
}

const publish = async (at: RegistryProcess, name: string) => {
  const { agentId } = await publishAgent({
    agent: defineAgent({
      name,
      version: '1.0.0',
      summary: `Sends coins as ${name}.`,
      chainIds: [chainId],
      serves: ['transfer'],
      limits: { spenders: [], maxValidForSeconds: 60 },
      quote: () => null,
    }),
    signer: privateKeyToAccount(generatePrivateKey()),
    url: 'http://127.0.0.1:9/agent',
    registryUrl: at.url,
    chainId,
  })
  return agentId
}
/** Finds an agent in the index of one process, not in the table of all. */
const finds = async (at: RegistryProcess, name: string) => {
  const response = await fetch(
    `${at.url}/v1/search?q=${name}&status=live,unverified,down&limit=1`,
  )
  const { results } = (await response.json()) as { results: { name: string }[] }
  return results[0]?.name
}
const findsSoon = (at: RegistryProcess, name: string) =>
  until(
    () => finds(at, name),
    (found) => found === name,
  )
const readSeq = async (at: RegistryProcess) =>
  ((await (await fetch(`${at.url}/readyz`)).json()) as { indexSeq: number })
    .indexSeq

describe('two processes over one database', () => {
  test('behavior: each finds what the other took in, also after one was killed in the middle of it', async () => {
    const one = await start()
    const two = await start()
    await publish(one, 'alpha')
    expect(await findsSoon(two, 'alpha')).toBe('alpha')
    await publish(two, 'beta')
    expect(await findsSoon(one, 'beta')).toBe('beta')

    // Writers at both, and one of the two dies among them.
    const answered: string[] = []
    const writes = Array.from({ length: 24 }, async (_, number) => {
      const name = `storm-${number}`
      await publish(number % 2 === 0 ? one : two, name)
      answered.push(name)
    })
    // Looked at now: who was asked when it died is refused before it is awaited.
    const settled = Promise.allSettled(writes)
    await until(
      async () => answered.length,
      (count) => count >= 4,
    )
    await kill(one, 'SIGKILL')
    await settled
    // The survivor has everything that was answered, and takes in more.
    for (const name of answered) expect(await findsSoon(two, name)).toBe(name)
    await publish(two, 'gamma')
    const again = await start()
    expect(await findsSoon(again, 'gamma')).toBe('gamma')
    for (const name of answered) expect(await findsSoon(again, name)).toBe(name)
    const same = await until(
      async () => [await readSeq(two), await readSeq(again)],
      ([left, right]) => left === right,
    )
    expect(same[0]).toBe(same[1])
  }, 120_000)

  test('behavior: who is asked to leave ends with 0 after what it had begun', async () => {
    const leaving = await start()
    const staying = await start()
    const answered: string[] = []
    const writes = Array.from({ length: 8 }, async (_, number) => {
      await publish(leaving, `last-${number}`)
      answered.push(`last-${number}`)
    })
    const settled = Promise.allSettled(writes)
    await until(
      async () => answered.length,
      (count) => count >= 1,
    )
    expect(await kill(leaving, 'SIGTERM')).toBe(0)
    await settled
    for (const name of answered)
      expect(await findsSoon(staying, name)).toBe(name)
  }, 120_000)
})
