export {
  aaveDebtTokenAbi,
  aaveOracleAbi,
  aavePoolAbi,
  erc20Abi,
  morphoAbi,
  operatorAbi,
  permit2Abi,
  quoterV2Abi,
  swapRouter02Abi,
  uniswapV2RouterAbi,
  universalRouterAbi,
  universalRouterCommands,
  wethAbi,
  wrappedTokenGatewayAbi,
} from './abi/abis.js'
export {
  commonAbis,
  type KnownContract,
  knownContracts,
  orderContracts,
} from './abi/knownContracts.js'
export {
  type OpenAllowance,
  readAllowanceLedger,
} from './allowances/readAllowanceLedger.js'
export {
  type AgentRegistration,
  buildAgentUri,
  parseAgentUri,
} from './anchor/agentRegistration.js'
export {
  identityRegistryAbi,
  reputationRegistryAbi,
  validationRegistryAbi,
} from './anchor/anchorAbi.js'
export {
  type AnchorContract,
  type AnchorPlaces,
  listAnchorContracts,
  parseAnchorPlaces,
} from './anchor/anchorContracts.js'
export { type AnchorCheck, compareAnchor } from './anchor/compareAnchor.js'
export {
  type AnchorCall,
  encodeAnchor,
  encodeTrust,
  trustTag,
} from './anchor/encodeAnchor.js'
export {
  type AgentAnchor,
  type AnchoredTrust,
  type AnchorReader,
  AnchorUnreadableError,
  createAnchorReader,
  getRegisteredTokenId,
} from './anchor/readAgentAnchor.js'
export {
  type CreateChainPortOptions,
  createChainPort,
  type EvmChainPort,
  TokenUnreadableError,
} from './chain/createChainPort.js'
export { TokenDecimalsMismatchError } from './chain/createTokenDirectory.js'
export {
  type ChainClient,
  type CreateChainClientOptions,
  createChainClient,
  toViemChain,
} from './client/createChainClient.js'
export {
  ChainAnswerMalformedError,
  ChainReadError,
  ChainUnreachableError,
  StateGoneError,
} from './client/errors.js'
export {
  assertDeployment,
  ContractMissingError,
  WrongChainError,
} from './deployments/assertDeployment.js'
export type {
  ChainDeployment,
  ListedToken,
  MorphoMarket,
} from './deployments/chainDeployment.js'
export { deployments } from './deployments/deployments.js'
export {
  ChainUnknownError,
  readDeployment,
} from './deployments/readDeployment.js'
export {
  LocalAddressesMalformedError,
  toLocalDeployment,
} from './deployments/toLocalDeployment.js'
export { authorizationAbi } from './facilitator/authorizationAbi.js'
export {
  createFacilitator,
  type Facilitator,
} from './facilitator/createFacilitator.js'
export { readPaymentToken } from './facilitator/readPaymentToken.js'
export {
  createHolderChain,
  type HolderCall,
  type HolderChain,
} from './holder/createHolderChain.js'
export { developmentAddresses } from './keystore/assertNoDevelopmentKey.js'
export {
  type CreateKeystoreAccountOptions,
  createKeystoreAccount,
} from './keystore/createKeystoreAccount.js'
export {
  DevelopmentKeyRefusedError,
  KeystoreExistsError,
  KeystoreMalformedError,
  KeystoreModeError,
  KeystorePasswordError,
  KeystoreUnwritableError,
} from './keystore/errors.js'
export {
  createKeystoreUnlock,
  type UnlockKeystoreOptions,
  unlockKeystore,
} from './keystore/unlockKeystore.js'
export {
  type BatchMandate,
  drawBatchDelegation,
  drawGate,
  drawLendingBatch,
  listBatchCalls,
} from './mandate/batchMandate.js'
export {
  createMandatePort,
  toDesignator,
} from './mandate/createMandatePort.js'
export {
  createMandateSigner,
  type MandateSignRequest,
  type SignMandate,
} from './mandate/createMandateSigner.js'
export { delegationManagerAbi } from './mandate/delegationAbi.js'
export {
  type DelegationFramework,
  drawDelegation,
  encodeExecutions,
  hashDelegation,
  toDelegationDomain,
} from './mandate/drawDelegation.js'
export { encodeRedemption } from './mandate/encodeRedemption.js'
export {
  MandateBatchMismatchError,
  MandateCallFailedError,
  MandateExpiredError,
  MandateOverspentError,
  MandateRedeemerError,
  MandateRevokedError,
  MandateSignatureError,
  MandateSpentError,
  MandateUnderpaidError,
  MandateUnsupportedError,
} from './mandate/errors.js'
export {
  drawPeriodDelegation,
  encodeDisable,
  encodePull,
  getPeriods,
  PeriodMandateError,
  type SignedDelegation,
} from './mandate/periodMandate.js'
export {
  type ReadRedemption,
  readRedemption,
} from './mandate/readRedemption.js'
export { toMandateError } from './mandate/toMandateError.js'
export {
  classifySendError,
  type SendAnswer,
} from './outbox/classifySendError.js'
export {
  type CreateOutboxChainOptions,
  createOutboxChain,
  type OutboxChain,
} from './outbox/createOutboxChain.js'
export { createPricePort } from './prices/createPricePort.js'
export {
  RealisedUnknownError,
  TransactionNotMinedError,
} from './realised/errors.js'
export { decodeRevert } from './revert/decodeRevert.js'
export {
  createMessageVerifier,
  type VerifyMessage,
} from './signatures/createMessageVerifier.js'
export { createAttestor } from './signer/createAttestor.js'
export {
  createLegSigner,
  type LegSigner,
  type LegTransaction,
  SignatureRefusedError,
} from './signer/createLegSigner.js'
export {
  SimulationTooWideError,
  SimulationUnreliableError,
} from './simulation/errors.js'
export type {
  AaveMarketLine,
  MarketLine,
  MorphoMarketLine,
  TwoSlopeLine,
} from './snapshots/marketLine.js'
export {
  type ConcentratedLine,
  type ConstantProductLine,
  type PoolLine,
  poolGas,
  type TokenLine,
} from './snapshots/poolLine.js'
export {
  type AaveAccountState,
  type AaveReserveState,
  type LendingSnapshot,
  type MorphoMarketState,
  type ReadLendingSnapshotOptions,
  readLendingSnapshot,
} from './snapshots/readLendingSnapshot.js'
export {
  type ReadUniswapSnapshotOptions,
  readUniswapSnapshot,
  type UniswapSnapshot,
} from './snapshots/readUniswapSnapshot.js'
