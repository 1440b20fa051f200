import type { Address, PolicyRecord } from '@behest/spec'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { client, toMessage } from '../client.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'

/** Stops everything of an account: two presses, and no signature. */
export function KillSwitch({
  account,
  onKilled,
}: {
  readonly account: Address
  readonly onKilled: (record: PolicyRecord) => void
}) {
  const words = useWords()
  const id = useId()
  const [isAsking, setIsAsking] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [why, setWhy] = useState('')
  const [problem, setProblem] = useState<string | null>(null)

  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // The button that was pressed is gone.
    if (isAsking) field.current?.focus()
  }, [isAsking])

  async function stop(event: FormEvent): Promise<void> {
    event.preventDefault()
    setIsBusy(true)
    try {
      const stopped = await client.kill(account, {
        why: why.trim() === '' ? words.limits.byHand : why.trim(),
      })
      // An account without a policy has no limits that could be shown.
      if ('policy' in stopped) onKilled(stopped)
      else setIsBusy(false)
    } catch (cause) {
      setProblem(toMessage(cause))
      setIsBusy(false)
    }
  }

  if (!isAsking)
    return (
      <button
        type="button"
        className="quiet danger"
        onClick={() => setIsAsking(true)}
      >
        {words.limits.stopAll}
      </button>
    )
  return (
    <form className="stopping" onSubmit={(event) => void stop(event)}>
      <p>{words.limits.stopSays}</p>
      <label htmlFor={id}>{words.limits.why}</label>
      <div className="row">
        <input
          id={id}
          value={why}
          maxLength={500}
          autoComplete="off"
          ref={field}
          onChange={(event) => setWhy(event.target.value)}
        />
        <button type="submit" className="danger" disabled={isBusy}>
          {isBusy ? words.working : words.limits.stopNow}
        </button>
        <button
          type="button"
          className="quiet"
          disabled={isBusy}
          onClick={() => setIsAsking(false)}
        >
          {words.cancel}
        </button>
      </div>
      {problem === null ? null : (
        <p className="problem" role="alert" lang={languageOf(problem)}>
          {problem}
        </p>
      )}
    </form>
  )
}
