import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DevnetAddresses } from '../addresses.js'
import { encodeAddresses } from '../addresses.js'
import { deployAaveV3 } from '../deploy/deployAaveV3.js'
import { deployEntryPoints, deploySafe } from '../deploy/deployAccounts.js'
import { deployCanonical } from '../deploy/deployCanonical.js'
import { deployDelegation } from '../deploy/deployDelegation.js'
import { createDeployer, type Deployer } from '../deploy/deployer.js'
import { deployMorpho, deployMorphoDaiMarket } from '../deploy/deployMorpho.js'
import { deployTokens } from '../deploy/deployTokens.js'
import { deployUniswapV2 } from '../deploy/deployUniswapV2.js'
import { deployUniswapV3 } from '../deploy/deployUniswapV3.js'
import { deployUniversalRouter } from '../deploy/deployUniversalRouter.js'
import { spawnAnvil } from '../spawnAnvil.js'
import { fetchTarballs } from './fetchTarballs.js'
import { packageFolder, readManifest } from './manifest.js'
import { normaliseState, type StateDump } from './normaliseState.js'
import { readArtifacts } from './readArtifacts.js'
import { renderNotice } from './renderNotice.js'

/** The chain that the snapshot is made for; signatures depend on it. */
const chainId = 31337

/** 2026-01-01 00:00:00 UTC. */
const genesisUnixSeconds = 1_767_225_600

/** The files of a snapshot, as texts. */
export type Snapshot = {
  readonly state: string
  /** Of the uncompressed state: what gzip writes depends on zlib's version. */
  readonly sha256: string
  readonly addresses: string
  readonly notice: string
}

/**
 * Builds the snapshot from the pinned packages.
 *
 * @returns The files' texts; the same on every machine.
 */
export async function buildSnapshot(): Promise<Snapshot> {
  const manifest = readManifest()
  const cacheFolder = fileURLToPath(new URL('.cache', packageFolder))
  const tarballs = await fetchTarballs({ manifest, cacheFolder })
  const artifacts = await readArtifacts({
    manifest,
    tarballs,
    contractsFolder: fileURLToPath(new URL('contracts', packageFolder)),
    cacheFolder,
  })

  const folder = await mkdtemp(join(tmpdir(), 'behest-devnet-build-'))
  try {
    const dumpFile = join(folder, 'raw.json')
    const anvil = await spawnAnvil({
      port: 0,
      flags: [
        '--timestamp',
        String(genesisUnixSeconds),
        '--dump-state',
        dumpFile,
      ],
    })
    let addresses: DevnetAddresses
    try {
      const deployer = await createDeployer({
        url: anvil.url,
        chainId,
        artifacts,
      })
      await deployer.request('anvil_setBlockTimestampInterval', [1])
      addresses = await deployAll(deployer)
      await deployer.request('anvil_removeBlockTimestampInterval')
    } finally {
      await anvil.stop()
    }
    const dump = JSON.parse(await readFile(dumpFile, 'utf8')) as StateDump
    const state = normaliseState(dump)
    return {
      state,
      sha256: createHash('sha256').update(state).digest('hex'),
      addresses: encodeAddresses(addresses),
      notice: renderNotice(manifest),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Addresses follow from nonces, so a new phase goes to the end. */
async function deployAll(deployer: Deployer): Promise<DevnetAddresses> {
  const canonical = await deployCanonical(deployer)
  const market = await deployTokens(deployer)
  const uniswapV2 = await deployUniswapV2(deployer, market.tokens)
  const uniswapV3 = await deployUniswapV3(
    deployer,
    market.tokens,
    uniswapV2.factory,
  )
  const universalRouter = await deployUniversalRouter(deployer, {
    permit2: canonical.permit2,
    tokens: market.tokens,
    uniswapV2,
    uniswapV3,
  })
  const aaveV3 = await deployAaveV3(deployer, market)
  const morphoUsdc = await deployMorpho(deployer, market)
  const accounts = await deployEntryPoints(deployer)
  const safe = await deploySafe(deployer)
  const delegation = await deployDelegation(deployer, accounts.entryPoints.v07)
  const morpho = await deployMorphoDaiMarket(deployer, {
    ...market,
    morpho: morphoUsdc,
  })
  const block = await deployer.request<{
    readonly number: string
    readonly timestamp: string
  }>('eth_getBlockByNumber', ['latest', false])
  return {
    chainId,
    snapshot: {
      blockNumber: Number(block.number),
      timestampUnixSeconds: Number(block.timestamp),
    },
    ...canonical,
    ...market,
    uniswapV2,
    uniswapV3,
    universalRouter,
    aaveV3,
    morpho,
    ...accounts,
    safe,
    delegation,
  }
}
