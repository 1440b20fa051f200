export {
  type Carried,
  openChain,
  signer,
  type TestChain,
} from './openChain.js'
