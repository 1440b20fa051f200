export {
  type DevnetAccount,
  type DevnetAccounts,
  devnetAccounts,
} from './accounts.js'
export {
  type AaveV3Reserve,
  type DevnetAddresses,
  type MorphoMarket,
  readAddresses,
  type TokenSymbol,
  tokenDecimals,
  tokenSymbols,
  type UniswapV2Pair,
  type UniswapV3Pool,
} from './addresses.js'
export { DevnetRequestError } from './requestRpc.js'
export {
  type AnvilExit,
  DevnetBinaryMissingError,
  DevnetPortTakenError,
  DevnetStartError,
} from './spawnAnvil.js'
export {
  type Devnet,
  DevnetOptionError,
  DevnetRevertError,
  DevnetTransactionError,
  type StartOptions,
  start,
} from './start.js'
export { DevnetStateDamagedError } from './stateFile.js'
export { DevnetStateInUseError } from './stateOwner.js'
