import { AlertDialog } from '@base-ui/react/alert-dialog'
import type { Address, PolicyRecord } from '@behest/spec'
import { type FormEvent, useRef, useState } from 'react'
import { client, toMessage } from '../client.js'
import { TypedField } from '../shell/TypedField.js'
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
  const [isAsking, setIsAsking] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [why, setWhy] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const field = useRef<HTMLInputElement>(null)

  async function stop(event: FormEvent): Promise<void> {
    event.preventDefault()
    setIsBusy(true)
    try {
      const stopped = await client.kill(account, {
        why: why.trim() === '' ? words.limits.byHand : why.trim(),
      })
      setIsAsking(false)
      // An account without a policy has no limits that could be shown.
      if ('policy' in stopped) onKilled(stopped)
    } catch (cause) {
      setProblem(toMessage(cause))
    } finally {
      setIsBusy(false)
    }
  }

  return (
    <AlertDialog.Root open={isAsking} onOpenChange={setIsAsking}>
      <AlertDialog.Trigger className="quiet danger">
        {words.limits.stopAll}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog panel" initialFocus={field}>
          <AlertDialog.Title>{words.limits.stopAll}</AlertDialog.Title>
          <AlertDialog.Description>
            {words.limits.stopSays}
          </AlertDialog.Description>
          <form onSubmit={(event) => void stop(event)}>
            <TypedField
              label={words.limits.why}
              ref={field}
              value={why}
              maxLength={500}
              onChange={(event) => setWhy(event.target.value)}
            />
            <div className="row">
              <button type="submit" className="danger" disabled={isBusy}>
                {isBusy ? words.working : words.limits.stopNow}
              </button>
              <AlertDialog.Close className="quiet" disabled={isBusy}>
                {words.cancel}
              </AlertDialog.Close>
            </div>
          </form>
          {problem === null ? null : (
            <p className="problem" role="alert" lang={languageOf(problem)}>
              {problem}
            </p>
          )}
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
