import type { GivenMandate, MandateSigning } from '@behest/spec'
import * as z from 'zod'
import type { WalletProvider } from './wallets.js'

const signatureSchema = z
  .string()
  .regex(/^0x(?:[0-9a-fA-F]{2})+$/)
  .transform((signature) => signature as `0x${string}`)

/**
 * Has a wallet sign the mandates of a plan: EIP-712, one question to the person
 * for each. The wallet shows what it is asked; nothing is sent from it.
 */
export async function signMandates(options: {
  readonly signing: MandateSigning
  readonly provider: WalletProvider
  readonly address: string
}): Promise<readonly GivenMandate[]> {
  const { signing, provider, address } = options
  const given: GivenMandate[] = []
  for (const { index, typedData } of signing.mandates) {
    const signature = await provider.request({
      method: 'eth_signTypedData_v4',
      params: [
        address,
        JSON.stringify(typedData, (_key, value: unknown) =>
          typeof value === 'bigint' ? value.toString() : value,
        ),
      ],
    })
    given.push({ index, signature: signatureSchema.parse(signature) })
  }
  return given
}
