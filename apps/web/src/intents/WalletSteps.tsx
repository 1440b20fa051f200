import type { HolderTransaction, IntentRecord } from '@behest/spec'
import { useCallback, useEffect, useState } from 'react'
import { useSigner } from '../account/useSigner.js'
import { client } from '../client.js'
import { Hash } from '../shell/Hash.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'

const lookEveryMs = 1000
// Calls that take an allowance back are numbered from here on.
const cleanupIndex = 100

/** What the person's own wallet has sent of a plan, and what it is still to send. */
export function WalletSteps({
  record,
  onAct,
}: {
  readonly record: IntentRecord
  readonly onAct: (work: () => Promise<unknown>) => Promise<void>
}) {
  const words = useWords()
  const { send, isSending } = useSigner()
  const [transactions, setTransactions] = useState<
    readonly HolderTransaction[]
  >([])
  const { id } = record
  const isAsking = isSending(id)

  const look = useCallback(
    (signal?: AbortSignal) =>
      client
        .getTransactions(id, signal === undefined ? {} : { signal })
        .then(setTransactions)
        .catch(() => undefined), // the next look tells
    [id],
  )
  useEffect(() => {
    const ending = new AbortController()
    void look(ending.signal)
    const timer = setInterval(() => void look(ending.signal), lookEveryMs)
    return () => {
      clearInterval(timer)
      ending.abort()
    }
  }, [look])

  const report = (
    type: 'refused' | 'stopped',
    { legId }: HolderTransaction,
  ): Promise<void> =>
    onAct(async () => {
      await client.reportTransaction(id, { type, legId })
      await look()
    })

  if (transactions.length === 0) return null
  return (
    <section className="wallet-steps box" aria-label={words.walletSends}>
      <h3>{words.walletSends}</h3>
      <ol>
        {transactions.map((transaction) => {
          const { legId, state, hash, reason } = transaction
          return (
            <li key={legId} data-state={state}>
              <span>{nameOf(record, transaction, words.takeBack)}</span>{' '}
              <span className="tag">{words.walletStates[state]}</span>
              {hash === undefined ? null : (
                <Hash value={hash} name={words.transactions} />
              )}
              {reason === undefined || state === 'final' ? null : (
                <p className="quiet" lang={languageOf(reason)}>
                  {reason}
                </p>
              )}
              {isAsking ? null : (
                <Choices
                  state={state}
                  onAsk={() => void onAct(() => send(record))}
                  onRefused={() => void report('refused', transaction)}
                  onStop={() => void report('stopped', transaction)}
                />
              )}
            </li>
          )
        })}
      </ol>
    </section>
  )
}

/** What a person can do about a transaction that their wallet has not answered. */
function Choices({
  state,
  onAsk,
  onRefused,
  onStop,
}: {
  readonly state: HolderTransaction['state']
  readonly onAsk: () => void
  readonly onRefused: () => void
  readonly onStop: () => void
}) {
  const words = useWords()
  if (state === 'asked')
    return (
      <p>
        {words.walletAnswerLost}{' '}
        <button type="button" className="small" onClick={onRefused}>
          {words.walletSentNothing}
        </button>
      </p>
    )
  if (state !== 'waiting') return null
  return (
    <div className="buttons">
      <button type="button" className="yes" onClick={onAsk}>
        {words.askWallet}
      </button>
      <button type="button" className="quiet" onClick={onStop}>
        {words.stopHere}
      </button>
    </div>
  )
}

/** The words of the preview for a call; they were made from its bytes. */
function nameOf(
  { preview, artifacts }: IntentRecord,
  { stepId, callIndex, transaction }: HolderTransaction,
  takeBack: string,
): string {
  if (callIndex >= cleanupIndex) return takeBack
  const shown = preview?.steps.find((step) => step.stepId === stepId)
  const call = artifacts.plan?.steps.find(({ id }) => id === stepId)?.calls[
    callIndex
  ]
  const says = shown?.calls[callIndex]?.says
  return (
    (call?.purpose === 'act' ? shown?.headline : says) ?? says ?? transaction.to
  )
}
