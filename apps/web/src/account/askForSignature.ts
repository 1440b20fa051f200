import type { Hex } from '@behest/spec'
import * as z from 'zod'
import type { WalletProvider } from './wallets.js'

const signatureSchema = z
  .string()
  .regex(/^0x(?:[0-9a-fA-F]{2})+$/)
  .transform((signature) => signature as Hex)

/** Asks a wallet to sign a text that people can read (EIP-191). */
export async function askForText(options: {
  readonly provider: WalletProvider
  readonly address: string
  readonly text: string
}): Promise<Hex> {
  const { provider, address, text } = options
  const bytes = new TextEncoder().encode(text)
  const hex = [...bytes]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
  const signature = await provider.request({
    method: 'personal_sign',
    params: [`0x${hex}`, address],
  })
  return signatureSchema.parse(signature)
}

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
