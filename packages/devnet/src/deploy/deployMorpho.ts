import {
  type Address,
  encodeAbiParameters,
  keccak256,
  parseEther,
  parseUnits,
} from 'viem'
import {
  type DevnetAddresses,
  type MorphoMarket,
  type TokenSymbol,
  tokenDecimals,
} from '../addresses.js'
import type { Deployer } from './deployer.js'
import { approve } from './deployTokens.js'

const lltv = parseEther('0.86')

type Deployed = Pick<DevnetAddresses, 'tokens' | 'priceFeeds'>

/** Phase 7: Morpho Blue with a USDC market that beats Aave's supply rate. */
export async function deployMorpho(
  deployer: Deployer,
  deployed: Deployed,
): Promise<DevnetAddresses['morpho']> {
  const { deploy, write } = deployer
  const morpho = await deploy('Morpho', { args: [deployer.account.address] })
  const irm = await deploy('DevIrm')
  const oracle = await deployOracle(deployer, deployed, 'USDC')
  const call = (functionName: string, ...args: readonly unknown[]) =>
    write({ name: 'Morpho', address: morpho, functionName, args })
  await call('enableIrm', irm)
  await call('enableLltv', lltv)

  const market = toMarket({
    loanToken: deployed.tokens.USDC,
    collateralToken: deployed.tokens.WETH,
    oracle,
    irm,
    lltv,
  })
  await call('createMarket', market)
  await approve(deployer, deployed.tokens.USDC, morpho)
  await approve(deployer, deployed.tokens.WETH, morpho)
  await seedMarket(deployer, {
    morpho,
    market,
    supplyUnits: parseUnits('5000000', 6),
    collateralUnits: parseEther('2000'),
    borrowUnits: parseUnits('4000000', 6),
  })
  return { morpho, irm, markets: [market] }
}

/**
 * Phase 10: a second Morpho market, for DAI. It is half used, so that Aave pays
 * more for DAI and Morpho more for USDC: where to lend is a real question.
 */
export async function deployMorphoDaiMarket(
  deployer: Deployer,
  deployed: Deployed & Pick<DevnetAddresses, 'morpho'>,
): Promise<DevnetAddresses['morpho']> {
  const { morpho, irm, markets } = deployed.morpho
  const market = toMarket({
    loanToken: deployed.tokens.DAI,
    collateralToken: deployed.tokens.WETH,
    oracle: await deployOracle(deployer, deployed, 'DAI'),
    irm,
    lltv,
  })
  await deployer.write({
    name: 'Morpho',
    address: morpho,
    functionName: 'createMarket',
    args: [market],
  })
  await approve(deployer, deployed.tokens.DAI, morpho)
  await seedMarket(deployer, {
    morpho,
    market,
    supplyUnits: parseEther('4000000'),
    collateralUnits: parseEther('1000'),
    borrowUnits: parseEther('2000000'),
  })
  return { morpho, irm, markets: [...markets, market] }
}

function deployOracle(
  deployer: Deployer,
  deployed: Deployed,
  loan: TokenSymbol,
): Promise<Address> {
  return deployer.deploy('DevMorphoOracle', {
    args: [
      deployed.priceFeeds.WETH,
      deployed.priceFeeds[loan],
      BigInt(tokenDecimals.WETH),
      BigInt(tokenDecimals[loan]),
    ],
  })
}

async function seedMarket(
  deployer: Deployer,
  options: {
    readonly morpho: Address
    readonly market: MorphoMarket
    readonly supplyUnits: bigint
    readonly collateralUnits: bigint
    readonly borrowUnits: bigint
  },
): Promise<void> {
  const { morpho, market, supplyUnits, collateralUnits, borrowUnits } = options
  const me = deployer.account.address
  const call = (functionName: string, ...args: readonly unknown[]) =>
    deployer.write({
      name: 'Morpho',
      address: morpho,
      functionName,
      args: [market, ...args],
    })
  await call('supply', supplyUnits, 0n, me, '0x')
  await call('supplyCollateral', collateralUnits, me, '0x')
  await call('borrow', borrowUnits, 0n, me, me)
}

function toMarket(fields: Omit<MorphoMarket, 'id'>): MorphoMarket {
  const id = keccak256(
    encodeAbiParameters(
      [
        { type: 'address' },
        { type: 'address' },
        { type: 'address' },
        { type: 'address' },
        { type: 'uint256' },
      ],
      [
        fields.loanToken,
        fields.collateralToken,
        fields.oracle,
        fields.irm,
        fields.lltv,
      ],
    ),
  )
  return { id, ...fields }
}
