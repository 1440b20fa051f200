import { type Address, keccak256 } from 'viem'
import type { DevnetAddresses, TokenSymbol } from '../addresses.js'
import {
  farDeadlineUnixSeconds,
  millions,
  sortTokens,
  toUnits,
} from './amounts.js'
import { type Deployer, DeploymentFailedError } from './deployer.js'
import { approveAll } from './deployTokens.js'

/** Depth per side, in US dollars. */
const pairs = [
  { tokens: ['WETH', 'USDC'], usdPerSide: millions(20) },
  { tokens: ['WETH', 'DAI'], usdPerSide: millions(8) },
  { tokens: ['WBTC', 'WETH'], usdPerSide: millions(10) },
  { tokens: ['DAI', 'USDC'], usdPerSide: millions(10) },
] as const

/** The router computes pair addresses from this hash. */
const pairInitCodeHash =
  '0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f'

/** Phase 3: Uniswap V2 with four pairs. */
export async function deployUniswapV2(
  deployer: Deployer,
  tokens: Readonly<Record<TokenSymbol, Address>>,
): Promise<DevnetAddresses['uniswapV2']> {
  const { deploy, write, read } = deployer
  const me = deployer.account.address
  assertCreationHash(deployer, 'UniswapV2Pair', pairInitCodeHash)

  const factory = await deploy('UniswapV2Factory', { args: [me] })
  const router02 = await deploy('UniswapV2Router02', {
    args: [factory, tokens.WETH],
  })
  await approveAll(deployer, tokens, router02)

  const deployed: DevnetAddresses['uniswapV2']['pairs'][number][] = []
  for (const {
    tokens: [one, other],
    usdPerSide,
  } of pairs) {
    await write({
      name: 'UniswapV2Router02',
      address: router02,
      functionName: 'addLiquidity',
      args: [
        tokens[one],
        tokens[other],
        toUnits(one, usdPerSide),
        toUnits(other, usdPerSide),
        0n,
        0n,
        me,
        farDeadlineUnixSeconds,
      ],
    })
    const [first, second] = sortTokens(tokens, one, other)
    deployed.push({
      address: await read<Address>({
        name: 'UniswapV2Factory',
        address: factory,
        functionName: 'getPair',
        args: [tokens[one], tokens[other]],
      }),
      token0: tokens[first],
      token1: tokens[second],
    })
  }
  return { factory, router02, pairs: deployed }
}

/** Checks a creation code whose hash other contracts have hard-coded. */
export function assertCreationHash(
  deployer: Deployer,
  name: string,
  expected: string,
): void {
  const hash = keccak256(
    deployer.artifacts.contracts.get(name)?.bytecode ?? '0x',
  )
  if (hash !== expected)
    throw new DeploymentFailedError({
      label: name,
      reason: `its creation code hash is ${hash}, not ${expected}`,
    })
}
