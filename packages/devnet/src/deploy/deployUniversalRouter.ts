import { type Address, keccak256 } from 'viem'
import type { DevnetAddresses } from '../addresses.js'
import type { Deployer } from './deployer.js'
import { poolInitCodeHash } from './deployUniswapV3.js'

/** Phase 5: Universal Router, without Uniswap V4. */
export async function deployUniversalRouter(
  deployer: Deployer,
  deployed: Pick<
    DevnetAddresses,
    'permit2' | 'tokens' | 'uniswapV2' | 'uniswapV3'
  >,
): Promise<Address> {
  const unsupported = await deployer.deploy('UnsupportedProtocol')
  const pair = deployer.artifacts.contracts.get('UniswapV2Pair')
  return deployer.deploy('UniversalRouter', {
    args: [
      {
        permit2: deployed.permit2,
        weth9: deployed.tokens.WETH,
        v2Factory: deployed.uniswapV2.factory,
        v3Factory: deployed.uniswapV3.factory,
        pairInitCodeHash: keccak256(pair?.bytecode ?? '0x'),
        poolInitCodeHash,
        v4PoolManager: unsupported,
        v3NFTPositionManager: deployed.uniswapV3.positionManager,
        v4PositionManager: unsupported,
        spokePool: unsupported,
      },
    ],
  })
}
