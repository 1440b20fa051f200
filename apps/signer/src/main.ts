import { appendFileSync, existsSync, fstatSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readAddresses } from '@behest/devnet'
import {
  knownContracts,
  orderContracts,
  readDeployment,
  toLocalDeployment,
} from '@behest/evm'
import {
  claimPlace,
  createFirewall,
  createFirewallChain,
  createKeyVault,
  openSignedLedger,
  serveSigner,
} from '@behest/signer'
import { BehestError } from '@behest/spec'
import { parseConfig } from './config.js'
import { hideMemory } from './hideMemory.js'
import { openPayer } from './openPayer.js'

const chainWaitMs = 20_000
// One that ends takes five seconds at most.
const claimWaitMs = 10_000

async function main(): Promise<void> {
  const config = parseConfig(process.env)
  hideMemory()
  // Nothing here needs them, and what is not there cannot be read.
  for (const name of [
    'DATABASE_URL',
    'OPENAI_API_KEY',
    'BEHEST_PRIVATE_RPC_URL',
  ])
    delete process.env[name]
  const dataFolder = resolve(config.dataFolder)
  const keyFolder = join(dataFolder, 'keys')
  const signerFolder = join(dataFolder, 'signer')
  for (const folder of [keyFolder, signerFolder, join(dataFolder, 'run')])
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  const placeFile = join(dataFolder, 'run', 'signer.json')
  await claimPlace({ placeFile, waitMs: claimWaitMs })
  const deployment = await waitForChain(config)
  const vault = createKeyVault({
    folder: keyFolder,
    passwordFile: config.passwordFile ?? join(keyFolder, 'password'),
    chainId: deployment.chainId,
    holdMs: config.keyHoldMs,
  })
  const [account, executor, engine] = await Promise.all([
    vault.unlock('account'),
    vault.unlock('executor'),
    vault.unlock('engine'),
  ])
  const haltFile = join(signerFolder, 'HALT')
  const ledger = openSignedLedger(join(signerFolder, 'signed.ndjson'))
  const chain = createFirewallChain({ rpcUrl: config.rpcUrl, deployment })
  const readHalt = (): string | null =>
    existsSync(haltFile) ? `signing is stopped by ${haltFile}` : null
  const onVerdict = (verdict: object): void =>
    appendFileSync(
      join(signerFolder, 'audit.ndjson'),
      `${JSON.stringify({ at: new Date().toISOString(), ...verdict })}\n`,
      { mode: 0o600 },
    )
  const payer = await openPayer({
    limits: config.payments,
    vault,
    rpcUrl: config.rpcUrl,
    deployment,
    chain,
    signerFolder,
    readHalt,
    onVerdict,
  })
  const firewall = createFirewall({
    addresses: {
      account: account.address,
      executor: executor.address,
      engine: engine.address,
    },
    unlock: vault.unlock,
    deployment,
    chain,
    knownContracts: [
      ...knownContracts(deployment),
      ...orderContracts(deployment),
    ],
    ledger,
    approvers: config.approvers,
    readHalt,
    onVerdict,
  })
  const served = await serveSigner({
    firewall,
    ...(payer === null ? {} : { payments: payer.payments }),
    placeFile,
  })

  let isStopping = false
  const stop = async (): Promise<void> => {
    if (isStopping) return
    isStopping = true
    setTimeout(() => process.exit(1), 5000).unref()
    await served.stop()
    vault.lock()
    ledger.close()
    payer?.book.close()
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
  console.log(JSON.stringify({ ready: true, name: 'signer' }))
}

/** The chain may be starting at this very moment. */
async function waitForChain(
  config: ReturnType<typeof parseConfig>,
): ReturnType<typeof readDeployment> {
  const until = performance.now() + chainWaitMs
  for (;;)
    try {
      return await readDeployment({
        rpcUrl: config.rpcUrl,
        local: toLocalDeployment(readAddresses()),
        ...(config.chain === undefined ? {} : { name: config.chain }),
      })
    } catch (error) {
      if (
        !BehestError.isInstance(error) ||
        error.code !== 'CHAIN_UNREACHABLE' ||
        performance.now() > until
      )
        throw error
      await sleep(50)
    }
}

main().catch((error: unknown) => {
  // Our own errors name no key; of others only the name is told.
  console.error(
    BehestError.isInstance(error)
      ? `${error.name}: ${error.message}`
      : `the signer failed: ${error instanceof Error ? error.name : 'unknown'}`,
  )
  process.exit(1)
})
