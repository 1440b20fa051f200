// One file because it is one life: a registry in a process of its own is filled,
// killed without warning, started again, and asked about everything it answered.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildAgentCard, defineAgent, publishAgent } from '@behest/sdk'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type RegistryProcess,
  startRegistryProcess,
} from './testing/startRegistryProcess.js'

const killAfter = 300
const writers = 8
/** Letters alone, and none like another: a name finds itself and no neighbour. */
const toName = (place: number) =>
  createHash('sha256')
    .update(String(place))
    .digest('hex')
    .slice(0, 16)
    .replaceAll(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '')

type Span = { readonly name: string; readonly attributes: readonly unknown[] }

let folder: string
let collector: Server
let running: RegistryProcess | undefined
const spans: Span[] = []
let received = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'behest-storm-'))
  collector = createServer(async (incoming, outgoing) => {
    let text = ''
    for await (const chunk of incoming) text += String(chunk)
    received += text
    const body = JSON.parse(text) as {
      resourceSpans: { scopeSpans: { spans: Span[] }[] }[]
    }
    for (const { scopeSpans } of body.resourceSpans)
      for (const scope of scopeSpans) spans.push(...scope.spans)
    outgoing.setHeader('content-type', 'application/json')
    outgoing.end('{}')
  })
  await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done))
})
afterAll(async () => {
  await running?.kill('SIGKILL')
  collector.closeAllConnections()
  await new Promise((done) => collector.close(done))
  rmSync(folder, { recursive: true, force: true })
})

async function startAgain(): Promise<RegistryProcess> {
  running = await startRegistryProcess({
    BEHEST_DATA: folder,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
  })
  return running
}

async function publish(registryUrl: string, name: string): Promise<string> {
  const signer = privateKeyToAccount(generatePrivateKey())
  const url = 'http://127.0.0.1:9/'
  const agent = defineAgent({
    name,
    version: '1.0.0',
    summary: 'Stays.',
    chainIds: [31_337],
    serves: ['transfer'],
    limits: { spenders: [], maxValidForSeconds: 60 },
    quote: () => null,
  })
  const card = buildAgentCard({ agent, agentAddress: signer.address, url })
  const { agentId } = await publishAgent({
    registryUrl,
    chainId: 31_337,
    agent,
    signer,
    url,
    cardText: JSON.stringify(card),
  })
  return agentId
}

describe('a registry that is killed', () => {
  test('behavior: none that was answered is lost, and each can be found', async () => {
    const first = await startAgain()
    const answered = new Map<string, string>()
    let asked = 0
    let killed: Promise<unknown> | undefined
    const write = async () => {
      while (killed === undefined) {
        const name = toName(asked)
        asked += 1
        try {
          answered.set(name, await publish(first.url, name))
        } catch {
          // Killed while it was asked: what was not answered is not promised.
          return
        }
        // In the middle of what the others are asking.
        if (answered.size === killAfter) killed = first.kill('SIGKILL')
      }
    }
    await Promise.all(Array.from({ length: writers }, write))
    await killed
    expect(answered.size).toBeGreaterThanOrEqual(killAfter)
    expect(asked).toBeGreaterThan(answered.size)

    const again = await startAgain()
    const lost: string[] = []
    const unfound: string[] = []
    for (const [name, agentId] of answered) {
      const shown = await fetch(`${again.url}/v1/agents/${agentId}`)
      await shown.arrayBuffer()
      if (shown.status !== 200) lost.push(agentId)
      // Not the first one always: who is down comes after others that are alike.
      const found = await fetch(
        `${again.url}/v1/search?q=${name}&limit=50&action=transfer&status=live,degraded,unverified,down`,
      )
      const { results } = (await found.json()) as {
        results: { agentId: string }[]
      }
      if (!results.some((hit) => hit.agentId === agentId))
        unfound.push(
          `${name}: ${found.status}, ${JSON.stringify(results.map((hit) => hit.agentId))}`,
        )
    }
    expect(lost).toEqual([])
    expect(unfound).toEqual([])
  }, 180_000)

  test('behavior: spans tell what was asked and what was visited, never the words', async () => {
    await fetch(`${running?.url}/v1/search?q=secretword&action=transfer`)
    const wanted = ['registry search', 'registry publish', 'registry probe']
    const has = (name: string) => spans.some((span) => span.name === name)
    const until = Date.now() + 20_000
    while (!wanted.every(has) && Date.now() < until)
      await new Promise((resume) => setTimeout(resume, 100))
    expect(wanted.filter((name) => !has(name))).toEqual([])
    expect(received).toContain('behest.agent.id')
    expect(received).toContain('behest.search.results')
    expect(received).not.toContain('secretword')
  }, 60_000)
})
