import type { TestChain } from '@behest/agent-testing'
import { type MorphoMarket, morphoAbi } from '@behest/evm'
import type { Address } from '@behest/spec'
import {
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  keccak256,
  numberToHex,
  parseAbi,
} from 'viem'

const createAbi = parseAbi([
  'struct MarketParams { address loanToken; address collateralToken; address oracle; address irm; uint256 lltv; }',
  'function createMarket(MarketParams marketParams)',
])

/**
 * Opens one more Morpho market, with an oracle that always answers one price,
 * and gives it deposits and a borrow so that it pays a rate.
 */
export async function openMorphoMarket(
  chain: TestChain,
  options: {
    readonly loanToken: Address
    readonly collateralToken: Address
    /** One unit of collateral in units of the loan token, times 1e36. */
    readonly price: bigint
    readonly suppliedUnits: bigint
    readonly collateralUnits: bigint
    readonly borrowedUnits: bigint
  },
): Promise<MorphoMarket> {
  const { loanToken, collateralToken, price } = options
  const { morpho, markets } = chain.deployment.morpho
  const [like] = markets
  if (like === undefined) throw new RangeError('no Morpho market to go by')
  const oracle = `0x${keccak256(loanToken).slice(2, 42)}` as const
  await chain.devnet.control.setCode({
    address: oracle,
    // Puts the price into memory and returns it, whatever is asked.
    bytecode: concatHex([
      '0x7f',
      numberToHex(price, { size: 32 }),
      '0x5f5260205ff3',
    ]),
  })
  const { irm, lltv } = like
  const market = { loanToken, collateralToken, oracle, irm, lltv }
  const call = (data: Hex) => chain.send({ to: morpho, valueWei: 0n, data })
  await call(
    encodeFunctionData({
      abi: createAbi,
      functionName: 'createMarket',
      args: [market],
    }),
  )
  const { account } = chain
  await chain.approve(loanToken, morpho, options.suppliedUnits)
  await call(
    encodeFunctionData({
      abi: morphoAbi,
      functionName: 'supply',
      args: [market, options.suppliedUnits, 0n, account, '0x'],
    }),
  )
  await chain.approve(collateralToken, morpho, options.collateralUnits)
  await call(
    encodeFunctionData({
      abi: morphoAbi,
      functionName: 'supplyCollateral',
      args: [market, options.collateralUnits, account, '0x'],
    }),
  )
  await call(
    encodeFunctionData({
      abi: morphoAbi,
      functionName: 'borrow',
      args: [market, options.borrowedUnits, 0n, account, account],
    }),
  )
  return {
    ...market,
    id: keccak256(
      encodeAbiParameters(
        [
          { type: 'address' },
          { type: 'address' },
          { type: 'address' },
          { type: 'address' },
          { type: 'uint256' },
        ],
        [loanToken, collateralToken, oracle, irm, lltv],
      ),
    ),
  }
}
