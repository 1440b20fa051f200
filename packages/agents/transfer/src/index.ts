export {
  createTransferAgent,
  type TransferChain,
} from './createTransferAgent.js'
