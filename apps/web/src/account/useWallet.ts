import type { Address } from '@behest/spec'
import { useEffect, useState } from 'react'
import {
  discoverWallets,
  readWallet,
  type Wallet,
  type WalletState,
} from './wallets.js'

/**
 * The wallets of this browser, and the one that is connected.
 *
 * @param expected - Whoever is signed in: their wallet is connected without asking
 *   anybody, where it still shows that account.
 */
export function useWallet(expected: Address | null = null): {
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
    if (expected === null || wallet !== null) return
    for (const one of wallets)
      readWallet({ provider: one.provider, asks: 'nobody' }).then(
        (found) => {
          if (found?.address.toLowerCase() !== expected.toLowerCase()) return
          setState(found)
          setWallet(one)
        },
        () => undefined, // it shows nothing to this page
      )
  }, [expected, wallet, wallets])

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
