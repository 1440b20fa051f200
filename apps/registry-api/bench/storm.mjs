// Kills a registry in the middle of a storm of registrations, starts it again on
// the same data, and asks for every agent that was acknowledged.
// Run after a build: node apps/registry-api/bench/storm.mjs [rounds]
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAgentCard, defineAgent, publishAgent } from '@behest/sdk'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const rounds = Number(process.argv[2] ?? 3)
const folder = mkdtempSync(join(tmpdir(), 'behest-storm-'))
const script = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const acknowledged = new Set()
let running

function startRegistry() {
  return new Promise((done, failed) => {
    running = spawn(process.execPath, [script], {
      env: {
        ...process.env,
        BEHEST_DATA: folder,
        BEHEST_REGISTRY_PORT: '0',
        BEHEST_CHAIN_ID: '31337',
        BEHEST_ENCODER: 'none',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    running.once('exit', failed)
    running.stdout.once('data', (line) => done(JSON.parse(line).url))
  })
}

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
    const url = await startRegistry()
    const before = acknowledged.size
    const started = performance.now()
    const writers = Array.from({ length: 8 }, () => storm(url, started + 3_000))
    await new Promise((resume) => setTimeout(resume, 1_000 + 200 * round))
    running.removeAllListeners('exit')
    running.kill('SIGKILL')
    const seconds = (performance.now() - started) / 1000
    await Promise.all(writers)
    const again = await startRegistry()
    let lost = 0
    for (const agentId of acknowledged) {
      const response = await fetch(`${again}/v1/agents/${agentId}`)
      await response.arrayBuffer()
      if (response.status !== 200) lost += 1
    }
    running.removeAllListeners('exit')
    running.kill('SIGTERM')
    await new Promise((done) => running.once('exit', done))
    report.push({
      acknowledged: acknowledged.size - before,
      publishedPerSecond: Math.round((acknowledged.size - before) / seconds),
      lost,
    })
  }
} finally {
  running?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
process.stdout.write(`${JSON.stringify({ rounds: report }, null, 2)}\n`)
process.exit(report.every(({ lost }) => lost === 0) ? 0 : 1)
