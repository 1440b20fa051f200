import type { GivenMandate, MandateSigning } from '@behest/spec'
import { askForSignature } from './askForSignature.js'
import type { WalletProvider } from './wallets.js'

/** Has a wallet sign the mandates of a plan, one question for each. */
export async function signMandates(options: {
  readonly signing: MandateSigning
  readonly provider: WalletProvider
  readonly address: string
}): Promise<readonly GivenMandate[]> {
  const { signing, provider, address } = options
  const given: GivenMandate[] = []
  for (const { index, typedData } of signing.mandates)
    given.push({
      index,
      signature: await askForSignature({ provider, address, typedData }),
    })
  return given
}
