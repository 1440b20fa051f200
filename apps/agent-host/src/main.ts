import {
  existsSync,
  fstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { createRegistryClient, type RegistryClient } from '@behest/client'
import { readAddresses } from '@behest/devnet'
import {
  createChainPort,
  createKeystoreAccount,
  readDeployment,
  toLocalDeployment,
  unlockKeystore,
} from '@behest/evm'
import { keepPublished, serveAgent } from '@behest/sdk'
import { BehestError } from '@behest/spec'
import { createLogger, startTracing } from '@behest/telemetry'
import { keccak256 } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import * as z from 'zod'
import { createBuiltInAgents } from './createBuiltInAgents.js'
import { startFacilitator } from './facilitator/startFacilitator.js'

// Names its key beside those of the agents; no agent can have this name.
const facilitatorName = 'x402 facilitator'

const port = z.coerce.number().int().min(0).max(65_535)
const environmentSchema = z.object({
  BEHEST_AGENT_PORT: port.default(0),
  BEHEST_FACILITATOR_PORT: port.optional(),
  BEHEST_HOST: z.string().default('127.0.0.1'),
  BEHEST_DATA: z.string().default('.behest'),
  BEHEST_RPC_URL: z.url().default('http://127.0.0.1:8545'),
  BEHEST_REGISTRY_URL: z.url().default('http://127.0.0.1:4100'),
  BEHEST_CHAIN: z.string().optional(),
  BEHEST_PASSWORD_FILE: z.string().optional(),
  BEHEST_LOG_LEVEL: z.string().default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
})

async function main(): Promise<void> {
  const config = environmentSchema.parse(
    Object.fromEntries(
      Object.entries(process.env).filter(([, value]) => value !== ''),
    ),
  )
  const tracing = await startTracing({
    service: 'agents',
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
  })
  const dataFolder = resolve(config.BEHEST_DATA)
  const runFolder = join(dataFolder, 'run')
  mkdirSync(runFolder, { recursive: true, mode: 0o700 })
  const deployment = await readDeployment({
    rpcUrl: config.BEHEST_RPC_URL,
    local: toLocalDeployment(readAddresses()),
    ...(config.BEHEST_CHAIN === undefined ? {} : { name: config.BEHEST_CHAIN }),
  })
  const chain = createChainPort({ rpcUrl: config.BEHEST_RPC_URL, deployment })
  const agents = createBuiltInAgents({ chain })

  const password = readFileSync(
    config.BEHEST_PASSWORD_FILE ?? join(dataFolder, 'keys', 'password'),
    'utf8',
  ).trim()
  const logger = createLogger({
    server: 'agents',
    level: config.BEHEST_LOG_LEVEL,
    secrets: [password],
  })
  const keys = await readSigners({
    names: [...agents.map(({ name }) => name), facilitatorName],
    path: join(dataFolder, 'keys', 'agents.json'),
    password,
    chainId: deployment.chainId,
  })
  const { [facilitatorName]: facilitatorKey, ...signers } = keys
  writeFileSync(
    join(runFolder, 'house-agents.json'),
    JSON.stringify(Object.values(signers).map(({ address }) => address)),
  )
  const server = await serveAgent(agents, {
    signer: signers,
    host: config.BEHEST_HOST,
    port: config.BEHEST_AGENT_PORT,
    before: tracing.serve,
    onError: (error) =>
      logger.warn({ error: describe(error) }, 'an agent failed'),
  })
  const publications = server.agents.map((served) =>
    keepPublished({
      registryUrl: config.BEHEST_REGISTRY_URL,
      chainId: deployment.chainId,
      agent: served.agent,
      signer: served.signer,
      url: served.url,
      cardText: served.cardText,
      onError: (error) =>
        logger.warn({ error: describe(error) }, 'publishing failed'),
    }),
  )
  const facilitator =
    facilitatorKey &&
    (await startFacilitator({
      chain,
      deployment,
      account: facilitatorKey,
      host: config.BEHEST_HOST,
      port: config.BEHEST_FACILITATOR_PORT,
      rpcUrl: config.BEHEST_RPC_URL,
      onError: (error) =>
        logger.warn({ error: describe(error) }, 'the facilitator'),
    }))
  writeFileSync(
    join(runFolder, 'facilitator.json'),
    JSON.stringify({ url: facilitator?.url, address: facilitatorKey?.address }),
  )
  const pidFile = join(runFolder, 'agents.pid')
  writeFileSync(pidFile, `${process.pid}\n`)

  let isStopping = false
  const stop = async (): Promise<void> => {
    if (isStopping) return
    isStopping = true
    setTimeout(() => process.exit(1), 8000).unref()
    for (const publication of publications) publication.stop()
    await Promise.all([server.close(), facilitator?.close()])
    await tracing.stop()
    rmSync(pidFile, { force: true })
    process.exit(0)
  }
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => void stop())
  if (fstatSync(0).isFIFO() || fstatSync(0).isSocket()) {
    // Whoever started us holds the other end: when they are gone, we go too.
    process.stdin.once('end', () => void stop())
    process.stdin.once('close', () => void stop())
    process.stdin.resume()
  }
  // Ready means that people can be served: published, and found live by the
  // registry's own first look. A registry that is away holds nobody up for ever.
  const registry = createRegistryClient({
    baseUrl: config.BEHEST_REGISTRY_URL,
  })
  await Promise.race([
    Promise.all(
      publications.map(async ({ agentId, published }) => {
        await published
        while (!(await isLive(registry, agentId)))
          await new Promise((resume) => setTimeout(resume, 20))
      }),
    ),
    new Promise((resume) => setTimeout(resume, 10_000).unref()),
  ])
  console.log(
    JSON.stringify({
      ready: true,
      name: 'agents',
      url: server.localUrl,
      agents: agents.map(({ name }) => name).join(', '),
      facilitator: facilitator?.url,
    }),
  )
}

async function isLive(
  registry: RegistryClient,
  agentId: string,
): Promise<boolean> {
  try {
    return (await registry.get(agentId)).status === 'live'
  } catch {
    return false
  }
}

/**
 * Gives each agent a key of its own, all from one keystore: opening one takes
 * half a second on purpose, and a house has many agents.
 */
async function readSigners(options: {
  readonly names: readonly string[]
  readonly path: string
  readonly password: string
  readonly chainId: number
}): Promise<Record<string, PrivateKeyAccount>> {
  const { names, path, password, chainId } = options
  const seed = existsSync(path)
    ? await unlockKeystore({ path, password, chainId })
    : await createKeystoreAccount({ path, password, chainId })
  const entries = await Promise.all(
    names.map(async (name) => {
      // Signing is deterministic (RFC 6979), so a name has one key for ever.
      const secret = await seed.signMessage({
        message: `behest agent key: ${name}`,
      })
      return [name, privateKeyToAccount(keccak256(secret))] as const
    }),
  )
  return Object.fromEntries(entries)
}

function describe(error: unknown): string {
  return BehestError.isInstance(error)
    ? `${error.code}: ${error.shortMessage}`
    : String(error)
}

main().catch((error: unknown) => {
  console.error(
    BehestError.isInstance(error) ? `${error.name}: ${error.message}` : error,
  )
  process.exit(1)
})
