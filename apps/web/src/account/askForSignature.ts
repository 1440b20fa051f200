import type { Hex } from '@behest/spec'
import * as z from 'zod'
import type { WalletProvider } from './wallets.js'

const signatureSchema = z
  .string()
  .regex(/^0x(?:[0-9a-fA-F]{2})+$/)
  .transform((signature) => signature as Hex)

/** Asks a wallet to sign typed data. It shows what it is asked; nothing is sent. */
export async function askForSignature(options: {
  readonly provider: WalletProvider
  readonly address: string
  readonly typedData: unknown
}): Promise<Hex> {
  const { provider, address, typedData } = options
  const signature = await provider.request({
    method: 'eth_signTypedData_v4',
    params: [
      address,
      JSON.stringify(typedData, (_key, value: unknown) =>
        typeof value === 'bigint' ? value.toString() : value,
      ),
    ],
  })
  return signatureSchema.parse(signature)
}
