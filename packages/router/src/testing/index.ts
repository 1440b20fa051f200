export {
  type CreateNetworkOptions,
  createNetwork,
  type Network,
  type NetworkRequest,
} from './createNetwork.js'
