// Kills a registry in the middle of a storm of registrations, starts it again on
// the same data, and asks for every agent that was acknowledged.
// Run after a build: node apps/registry-api/bench/storm.mjs [rounds]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildAgentCard, defineAgent, publishAgent } from '@behest/sdk'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { startRegistry } from './startRegistry.mjs'

const rounds = Number(process.argv[2] ?? 3)
const folder = mkdtempSync(join(tmpdir(), 'behest-storm-'))
const acknowledged = new Set()
let running

async function storm(registryUrl, until) {
  while (performance.now() < until) {
    const signer = privateKeyToAccount(generatePrivateKey())
    const agent = defineAgent({
      name: `storm-${acknowledged.size}`,
      version: '1.0.0',
      summary: 'Stays.',
      chainIds: [31_337],
      serves: ['transfer'],
      examples: [],
      limits: { spenders: [], maxValidForSeconds: 60 },
      quote: () => null,
    })
    try {
      const { agentId } = await publishAgent({
        registryUrl,
        chainId: 31_337,
        agent,
        signer,
        url: 'http://127.0.0.1:9/',
        cardText: JSON.stringify(
          buildAgentCard({
            agent,
            agentAddress: signer.address,
            url: 'http://127.0.0.1:9/',
          }),
        ),
      })
      acknowledged.add(agentId)
    } catch {
      return // the registry was killed: what was not answered is not promised
    }
  }
}

const report = []
try {
  for (let round = 0; round < rounds; round += 1) {
    running = await startRegistry({ folder })
    const { url } = running
    const before = acknowledged.size
    const started = performance.now()
    const writers = Array.from({ length: 8 }, () => storm(url, started + 3_000))
    await new Promise((resume) => setTimeout(resume, 1_000 + 200 * round))
    running.child.kill('SIGKILL')
    const seconds = (performance.now() - started) / 1000
    await Promise.all(writers)
    await running.ended
    running = await startRegistry({ folder })
    let lost = 0
    for (const agentId of acknowledged) {
      const response = await fetch(`${running.url}/v1/agents/${agentId}`)
      await response.arrayBuffer()
      if (response.status !== 200) lost += 1
    }
    running.child.kill('SIGTERM')
    await running.ended
    report.push({
      acknowledged: acknowledged.size - before,
      publishedPerSecond: Math.round((acknowledged.size - before) / seconds),
      lost,
    })
  }
} finally {
  running?.child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
process.stdout.write(`${JSON.stringify({ rounds: report }, null, 2)}\n`)
process.exit(report.every(({ lost }) => lost === 0) ? 0 : 1)
