import { useEffect, useState } from 'react'
import * as z from 'zod'

const accountsSchema = z.object({
  chain: z.string(),
  accounts: z.array(
    z.object({
      address: z.string(),
      balances: z.array(z.object({ symbol: z.string(), decimal: z.string() })),
    }),
  ),
})
type Accounts = z.output<typeof accountsSchema>

/** The account that signs, and what it holds. */
export function Wallet({ stamp }: { readonly stamp: string }) {
  const [accounts, setAccounts] = useState<Accounts | null>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: balances change when an intent does
  useEffect(() => {
    let isCurrent = true
    fetch('/v1/accounts')
      .then((response) => response.json())
      .then((body: unknown) => {
        if (isCurrent) setAccounts(accountsSchema.parse(body))
      })
      .catch(() => undefined) // the page says elsewhere that nobody answers
    return () => {
      isCurrent = false
    }
  }, [stamp])

  const [account] = accounts?.accounts ?? []
  if (!account) return null
  return (
    <section className="wallet" aria-label="Your account">
      <code title={account.address}>
        {account.address.slice(0, 6)}…{account.address.slice(-4)}
      </code>
      <span className="quiet">on {accounts?.chain}</span>
      <ul>
        {account.balances.map(({ symbol, decimal }) => (
          <li key={symbol}>
            <b>{shorten(decimal)}</b> {symbol}
          </li>
        ))}
      </ul>
    </section>
  )
}

function shorten(decimal: string): string {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return fraction === '' ? whole : `${whole}.${fraction.slice(0, 4)}`
}
