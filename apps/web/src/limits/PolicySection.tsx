import { type Address, BehestError, type PolicyRecord } from '@behest/spec'
import { useCallback, useEffect, useRef, useState } from 'react'
import { client, toMessage } from '../client.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'
import { KillSwitch } from './KillSwitch.js'
import { PolicyCard } from './PolicyCard.js'
import { PolicyForm } from './PolicyForm.js'

const againMs = 5000

/** What is known of the policy; `null` where the account has none. */
type Known =
  | { readonly type: 'asking' }
  | { readonly type: 'known'; readonly record: PolicyRecord | null }

/** The policy of an account: as it stands, changed, and the way to stop all. */
export function PolicySection({
  account,
  chainId,
  tokens,
}: {
  readonly account: Address
  readonly chainId: number
  readonly tokens: readonly {
    readonly symbol: string
    readonly token: string
  }[]
}) {
  const words = useWords()
  const [known, setKnown] = useState<Known>({ type: 'asking' })
  const [isEditing, setIsEditing] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const section = useRef<HTMLElement>(null)

  const load = useCallback(async () => {
    try {
      setKnown({ type: 'known', record: await client.policy(account) })
      setProblem(null)
    } catch (cause) {
      if (BehestError.isInstance(cause) && cause.code === 'POLICY_MISSING')
        setKnown({ type: 'known', record: null })
      else setProblem(toMessage(cause))
    }
  }, [account])
  useEffect(() => {
    void load()
    // What was spent today changes with every plan, and others may stop it too.
    const timer = setInterval(() => void load(), againMs)
    return () => clearInterval(timer)
  }, [load])

  function endEditing(): void {
    setIsEditing(false)
    // The button that was pressed is gone: the reader stays where it was.
    section.current?.focus({ preventScroll: true })
    section.current?.scrollIntoView({ block: 'nearest' })
  }

  const record = known.type === 'known' ? known.record : null
  return (
    <section
      ref={section}
      tabIndex={-1}
      className="policy"
      aria-label={words.limits.policy}
    >
      {known.type === 'asking' && problem === null ? (
        <p role="status">{words.loading}</p>
      ) : null}
      {problem === null ? null : (
        <p className="problem" role="alert" lang={languageOf(problem)}>
          {problem}
        </p>
      )}
      {known.type === 'asking' ? null : isEditing ? (
        <PolicyForm
          account={account}
          chainId={chainId}
          record={record}
          tokens={tokens}
          onSet={(next) => {
            setKnown({ type: 'known', record: next })
            endEditing()
          }}
          onCancel={endEditing}
        />
      ) : record === null ? (
        <div className="box">
          <h3>{words.limits.noPolicy}</h3>
          <p>{words.limits.noPolicySays}</p>
          <div className="row">
            <button type="button" onClick={() => setIsEditing(true)}>
              {words.limits.setOne}
            </button>
          </div>
        </div>
      ) : (
        <PolicyCard
          record={record}
          tokens={tokens}
          onChange={() => setIsEditing(true)}
        >
          {record.killedAt === undefined ? (
            <KillSwitch
              account={account}
              onKilled={(next) => {
                setKnown({ type: 'known', record: next })
                section.current?.focus({ preventScroll: true })
              }}
            />
          ) : null}
        </PolicyCard>
      )}
    </section>
  )
}
