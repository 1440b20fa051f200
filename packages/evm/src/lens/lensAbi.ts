import { parseAbi } from 'viem'

/** What `contracts/ReadLens.sol` answers. */
export const readLensAbi = parseAbi([
  'struct Read { address target; bytes data; }',
  'struct Token { address token; uint256 decimals; bytes symbol; uint256 price; }',
  'function read(Read[] reads) view returns (bytes[] answers)',
  'function readTokens(address[] tokens, address oracle) view returns (Token[] list)',
])

/** What `contracts/UniswapLens.sol` answers. */
export const uniswapLensAbi = parseAbi([
  'struct Token { address token; uint256 decimals; bytes symbol; uint256 price; }',
  'struct Pair { address pool; address token0; address token1; uint256 reserve0; uint256 reserve1; }',
  'struct Pool { address pool; address token0; address token1; uint256 fee; int256 tickSpacing; uint256 sqrtPriceX96; int256 tick; uint256 liquidity; int256 lowest; int256 highest; uint256[] ticks; }',
  'struct UniswapRequest { address v2Factory; address v3Factory; address oracle; address[] tokens; uint256[] fees; uint256 wordsEachSide; }',
  'struct UniswapState { uint256 blockNumber; uint256 timestamp; Token[] tokens; Pair[] pairs; Pool[] pools; }',
  'function readUniswap(UniswapRequest request) view returns (UniswapState state)',
])

/** What `contracts/AaveLens.sol` answers. */
export const aaveLensAbi = parseAbi([
  'struct Reserve { address asset; uint256 id; uint256 decimals; bytes symbol; uint256 price; uint256 configuration; address aToken; address stableDebtToken; address variableDebtToken; uint256 available; uint256 aTokenSupply; uint256 stableDebt; uint256 variableDebt; uint256 supplyRate; uint256 borrowRate; uint256[] curve; bool hasVirtualBalance; uint256 accountSupplied; uint256 accountStableDebt; uint256 accountVariableDebt; }',
  'struct AaveState { uint256 blockNumber; uint256 timestamp; Reserve[] reserves; uint256[6] account; uint256 userConfiguration; uint256 userEMode; }',
  'function readAave(address pool, address oracle, address account) view returns (AaveState state)',
])

/** What `contracts/MorphoLens.sol` answers. */
export const morphoLensAbi = parseAbi([
  'struct MarketParams { address loanToken; address collateralToken; address oracle; address irm; uint256 lltv; }',
  'struct MarketTotals { uint128 totalSupplyAssets; uint128 totalSupplyShares; uint128 totalBorrowAssets; uint128 totalBorrowShares; uint128 lastUpdate; uint128 fee; }',
  'struct MorphoPosition { uint256 supplyShares; uint256 borrowShares; uint256 collateral; }',
  'struct MorphoMarket { bytes32 id; MarketParams params; MarketTotals totals; uint256 borrowRate; uint256 rateAtTarget; uint256[] sampledRates; uint256 price; MorphoPosition[] positions; }',
  'function readMorpho(address morpho, bytes32[] ids, address[] accounts, uint256[] samples) view returns (uint256 blockNumber, uint256 timestamp, MorphoMarket[] markets)',
])
