export { type TypedData, typedDataSchema } from './checkTypedData.js'
export { claimPlace } from './claimPlace.js'
export {
  type CreateFirewallOptions,
  createFirewall,
  type Firewall,
  type FirewallChain,
  type KeyName,
} from './createFirewall.js'
export { createFirewallChain } from './createFirewallChain.js'
export {
  createKeyVault,
  type KeyVault,
  type VaultKeyName,
} from './createKeyVault.js'
export {
  createPaymentSigner,
  type PaymentChain,
  type SignedToken,
} from './createPaymentSigner.js'
export {
  createSignerClient,
  SignerAnswerError,
  type SignerClient,
} from './createSignerClient.js'
export {
  SignerLockedError,
  SignerRecordError,
  SignerRequestError,
  SignerRunningError,
  SignerUnreachableError,
  SigningRefusedError,
} from './errors.js'
export {
  type BookedPayment,
  openPaymentBook,
  type PaymentBook,
} from './openPaymentBook.js'
export { openSignedLedger, type SignedLedger } from './openSignedLedger.js'
export type { SignerPlace, SignerRequest } from './protocol.js'
export { type ApprovedPlan, type Dossier, readDossier } from './readDossier.js'
export { serveSigner } from './serveSigner.js'
