import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  defineAgent,
  publishAgent,
  signHeartbeat,
  unpublishAgent,
} from '@behest/sdk'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, describe, expect, test } from 'vitest'
import { until } from './testing/startTestRegistry.js'

const script = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const chainId = 31_337
const folder = mkdtempSync(join(tmpdir(), 'behest-mirror-'))
const children = new Set<ChildProcess>()

/** A registry process of its own, over an embedded database of its own. */
async function startProcess(options: {
  readonly name: string
  readonly mirrors?: string
}): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, [script], {
    env: {
      ...process.env,
      BEHEST_DATA: join(folder, options.name),
      DATABASE_URL: '',
      BEHEST_REGISTRY_PORT: '0',
      BEHEST_CHAIN_ID: `${chainId}`,
      BEHEST_ENCODER: 'none',
      BEHEST_MIRRORS: options.mirrors ?? '',
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  children.add(child)
  const url = await new Promise<string>((done, failed) => {
    child.once('exit', (code) => failed(new Error(`ended with ${code}`)))
    child.stdout?.once('data', (line) => done(JSON.parse(`${line}`).url))
  })
  child.removeAllListeners('exit')
  return { url, child }
}

const stop = (child: ChildProcess) => end(child, 'SIGTERM')
const kill = (child: ChildProcess) => end(child, 'SIGKILL')
async function end(
  child: ChildProcess,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  if (child.exitCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill(signal)
  await gone
  children.delete(child)
}

async function listAgents(url: string) {
  const agents = new Map<string, { sequence: number; leaseUntil: string }>()
  for (let cursor: string | null = '0'; cursor !== null; ) {
    const response: Response = await fetch(
      `${url}/v1/agents?limit=100&cursor=${cursor}`,
    )
    const page = await response.json()
    for (const {
      agentId,
      sequence,
      leaseUntil,
      cardHash,
      owner,
    } of page.agents)
      agents.set(agentId, { sequence, leaseUntil, cardHash, owner } as never)
    cursor = page.nextCursor
  }
  return agents
}

const describeAgents = async (url: string) =>
  [...(await listAgents(url))]
    .map(([agentId, rest]) => JSON.stringify({ agentId, ...rest }))
    .map((line) => line.replace(/"leaseUntil":"[^"]*"/, ''))
    .sort()

function buildAgent(number: number) {
  return defineAgent({
    name: `mirrored-${number}`,
    version: '1.0.0',
    summary: `Sends coins, number ${number}.`,
    chainIds: [chainId],
    serves: ['transfer'],
    limits: { spenders: [], maxValidForSeconds: 60 },
    quote: () => null,
  })
}

afterAll(async () => {
  await Promise.all([...children].map(stop))
  rmSync(folder, { recursive: true, force: true })
})

describe('a mirror', () => {
  test('default: a second registry holds what the first one does, also after it died', async () => {
    const first = await startProcess({ name: 'first' })
    const signers = Array.from({ length: 30 }, () =>
      privateKeyToAccount(generatePrivateKey()),
    )
    const publish = (number: number) =>
      publishAgent({
        agent: buildAgent(number),
        signer: signers[number] as (typeof signers)[number],
        url: 'http://127.0.0.1:9/agent',
        registryUrl: first.url,
        chainId,
      })
    for (let number = 0; number < 20; number += 1) await publish(number)
    const second = await startProcess({
      name: 'second',
      mirrors: first.url,
    })
    const isSame = async (url: string) =>
      JSON.stringify(await describeAgents(url)) ===
      JSON.stringify(await describeAgents(first.url))
    expect(await until(() => isSame(second.url), Boolean)).toBe(true)
    expect((await listAgents(second.url)).size).toBe(20)
    // It is found there as well, by the mirror's own index.
    const found = await until(
      async () => {
        const query = `${second.url}/v1/search?q=mirrored-7&limit=1&status=live,unverified,down`
        return (await (await fetch(query)).json()).results[0]?.name
      },
      (name) => name === 'mirrored-7',
    )
    expect(found).toBe('mirrored-7')

    await kill(second.child)
    for (let number = 20; number < 30; number += 1) await publish(number)
    const { agentId } = await publish(3)
    await unpublishAgent({
      agent: buildAgent(0),
      signer: signers[0] as (typeof signers)[number],
      registryUrl: first.url,
      chainId,
    })
    const again = await startProcess({
      name: 'second',
      mirrors: first.url,
    })
    expect(await until(() => isSame(again.url), Boolean)).toBe(true)
    expect((await listAgents(again.url)).size).toBe(29)

    // A renewal changes no agent, and reaches the mirror all the same.
    const before = (await listAgents(again.url)).get(agentId)?.leaseUntil
    await new Promise((done) => setTimeout(done, 1_100))
    const renewal = await fetch(`${first.url}/v1/agents/${agentId}/heartbeat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(
        await signHeartbeat({
          message: {
            agentId,
            counter: 1,
            atUnixSeconds: Math.floor(Date.now() / 1000),
          },
          signer: signers[3] as (typeof signers)[number],
          chainId,
        }),
      ),
    })
    expect(renewal.status).toBe(200)
    const renewed = await until(
      async () => (await listAgents(again.url)).get(agentId)?.leaseUntil,
      (leaseUntil) => leaseUntil !== before,
    )
    expect(Date.parse(renewed ?? '')).toBeGreaterThan(Date.parse(before ?? ''))
  }, 90_000)
})
