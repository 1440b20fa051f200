import type { IntentRecord } from '@behest/spec'
import { useId } from 'react'
import { useSigner } from '../account/useSigner.js'
import { Hash } from '../shell/Hash.js'
import { useWords } from '../words/useWords.js'
import { AllowanceSection } from './AllowanceSection.js'
import { PolicySection } from './PolicySection.js'

/** What may happen to an account at all: its policy, and who may take from it. */
export function LimitsView({
  onStarted,
}: {
  /** Told of the requests that take allowances back. */
  readonly onStarted: (records: readonly IntentRecord[]) => void
}) {
  const words = useWords()
  const id = useId()
  const { accounts, actsWith, held, signedInAs } = useSigner()
  const own = accounts?.accounts[0]
  const account = actsWith ?? signedInAs ?? own?.address
  if (!accounts || !account) return <p role="status">{words.loading}</p>
  const tokens =
    (actsWith === null && signedInAs === null
      ? own?.balances
      : held?.balances) ?? []
  return (
    <section className="limits" aria-labelledby={id}>
      <h2 id={id}>{words.limits.title}</h2>
      <p className="quiet">{words.limits.intro}</p>
      <p className="quiet whose">
        {words.account} <Hash value={account} name={words.address} />
      </p>
      <PolicySection
        key={`policy ${account}`}
        account={account}
        chainId={accounts.chainId}
        tokens={tokens}
      />
      <AllowanceSection
        key={`allowances ${account}`}
        account={account}
        onStarted={onStarted}
      />
    </section>
  )
}
