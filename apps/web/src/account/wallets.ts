import * as z from 'zod'

const addressSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((address) => address as `0x${string}`)
const accountsSchema = z.array(addressSchema)
const chainIdSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,13}$/)
  .transform((hex) => String(Number.parseInt(hex, 16)))

/** The part of an EIP-1193 provider that is used. */
export type WalletProvider = {
  readonly request: (call: {
    readonly method: string
    readonly params?: readonly unknown[]
  }) => Promise<unknown>
  readonly on?: (event: string, listener: () => void) => void
  readonly removeListener?: (event: string, listener: () => void) => void
}

/** A wallet that announced itself in this browser (EIP-6963). */
export type Wallet = {
  readonly uuid: string
  readonly name: string
  /** A picture in the address itself; none is fetched from elsewhere. */
  readonly icon: string | null
  readonly provider: WalletProvider
}

/** What a wallet shows once it is connected. */
export type WalletState = {
  readonly address: `0x${string}`
  readonly chainId: string
}

const announcementSchema = z.object({
  info: z.object({
    uuid: z.string().min(1).max(100),
    name: z.string().min(1).max(60),
    icon: z.string().max(200_000).optional(),
  }),
  provider: z.custom<WalletProvider>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      typeof (value as { request?: unknown }).request === 'function',
  ),
})

/**
 * Listens for wallets that announce themselves, and asks them to.
 *
 * @returns Ends the listening.
 */
export function discoverWallets(onFound: (wallet: Wallet) => void): () => void {
  const listen = (event: Event) => {
    const read = announcementSchema.safeParse((event as CustomEvent).detail)
    if (!read.success) return // anybody may send such an event
    const { info, provider } = read.data
    onFound({
      uuid: info.uuid,
      name: info.name,
      icon: info.icon?.startsWith('data:image/') ? info.icon : null,
      provider,
    })
  }
  window.addEventListener('eip6963:announceProvider', listen)
  window.dispatchEvent(new Event('eip6963:requestProvider'))
  return () => window.removeEventListener('eip6963:announceProvider', listen)
}

/**
 * Reads the account and the chain of a wallet.
 *
 * @param options.asks - Whether the wallet may ask its person: only on a click.
 * @returns `null` where the wallet shows no account.
 */
export async function readWallet(options: {
  readonly provider: WalletProvider
  readonly asks: 'person' | 'nobody'
}): Promise<WalletState | null> {
  const { provider, asks } = options
  const [address] = accountsSchema.parse(
    await provider.request({
      method: asks === 'person' ? 'eth_requestAccounts' : 'eth_accounts',
    }),
  )
  if (address === undefined) return null
  const chainId = chainIdSchema.parse(
    await provider.request({ method: 'eth_chainId' }),
  )
  return { address, chainId }
}
