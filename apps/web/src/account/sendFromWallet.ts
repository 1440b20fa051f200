import type { HolderTransaction } from '@behest/spec'
import * as z from 'zod'
import type { WalletProvider } from './wallets.js'

const hashSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((hash) => hash as `0x${string}`)

/**
 * Asks a wallet to send one transaction; it shows it, and chooses the fee.
 *
 * @returns The hash that the wallet gave.
 */
export async function sendFromWallet(
  provider: WalletProvider,
  transaction: HolderTransaction['transaction'],
): Promise<`0x${string}`> {
  const { from, to, valueWei, data, gasLimit, nonce } = transaction
  const answer = await provider.request({
    method: 'eth_sendTransaction',
    params: [
      {
        from,
        to,
        data,
        value: toQuantity(valueWei),
        gas: toQuantity(gasLimit),
        ...(nonce === undefined ? {} : { nonce: toQuantity(BigInt(nonce)) }),
      },
    ],
  })
  return hashSchema.parse(answer)
}

/** Tells whether a wallet said that it sent nothing (EIP-1193, code 4001). */
export function isRefusal(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 4001
}

function toQuantity(units: bigint): string {
  return `0x${units.toString(16)}`
}
