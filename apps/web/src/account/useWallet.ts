import { useEffect, useState } from 'react'
import {
  discoverWallets,
  readWallet,
  type Wallet,
  type WalletState,
} from './wallets.js'

/** The wallets of this browser, and the one that is connected. */
export function useWallet(): {
  readonly wallets: readonly Wallet[]
  readonly connected: {
    readonly wallet: Wallet
    readonly state: WalletState
  } | null
  readonly connect: (wallet: Wallet) => Promise<void>
  readonly forget: () => void
} {
  const [wallets, setWallets] = useState<readonly Wallet[]>([])
  const [wallet, setWallet] = useState<Wallet | null>(null)
  const [state, setState] = useState<WalletState | null>(null)

  useEffect(
    () =>
      discoverWallets((found) => {
        // Announced again it is the same wallet.
        setWallets((before) => [
          ...before.filter(({ uuid }) => uuid !== found.uuid),
          found,
        ])
      }),
    [],
  )

  useEffect(() => {
    if (wallet === null) return
    const { provider } = wallet
    const read = () => {
      readWallet({ provider, asks: 'nobody' }).then(setState, () =>
        setState(null),
      )
    }
    provider.on?.('accountsChanged', read)
    provider.on?.('chainChanged', read)
    return () => {
      provider.removeListener?.('accountsChanged', read)
      provider.removeListener?.('chainChanged', read)
    }
  }, [wallet])

  return {
    wallets,
    connected: wallet !== null && state !== null ? { wallet, state } : null,
    connect: async (chosen) => {
      setState(await readWallet({ provider: chosen.provider, asks: 'person' }))
      setWallet(chosen)
    },
    forget: () => {
      setWallet(null)
      setState(null)
    },
  }
}
