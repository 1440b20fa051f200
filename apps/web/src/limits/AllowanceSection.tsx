import type {
  Address,
  AllowanceEntry,
  AllowanceLedger,
  IntentRecord,
} from '@behest/spec'
import { useCallback, useEffect, useState } from 'react'
import { Amount } from '../amounts/Amount.js'
import { client, toMessage } from '../client.js'
import { Disclosure } from '../shell/Disclosure.js'
import { Hash } from '../shell/Hash.js'
import { toHash } from '../shell/useHash.js'
import { languageOf } from '../words/languageOf.js'
import { toDateTime } from '../words/toDateTime.js'
import { useWords } from '../words/useWords.js'

const unlimitedFrom = 2n ** 255n
const againMs = 15_000

/** Who may take what from an account, who ever could, and the way to end it. */
export function AllowanceSection({
  account,
  onStarted,
}: {
  readonly account: Address
  readonly onStarted: (records: readonly IntentRecord[]) => void
}) {
  const words = useWords()
  const { limits } = words
  const [ledger, setLedger] = useState<AllowanceLedger | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)

  const load = useCallback(
    async (signal?: AbortSignal) => {
      try {
        setLedger(
          await client.allowances({ account }, signal ? { signal } : {}),
        )
        setProblem(null)
      } catch (cause) {
        if (!signal?.aborted) setProblem(toMessage(cause))
      }
    },
    [account],
  )
  useEffect(() => {
    const ending = new AbortController()
    void load(ending.signal)
    const timer = setInterval(() => void load(ending.signal), againMs)
    return () => {
      ending.abort()
      clearInterval(timer)
    }
  }, [load])

  async function revoke(entry?: AllowanceEntry): Promise<void> {
    setIsBusy(true)
    try {
      const { intents } = await client.revokeAllowances({
        account,
        ...(entry === undefined
          ? {}
          : { token: entry.token, spender: entry.spender }),
      })
      onStarted(intents)
    } catch (cause) {
      setProblem(toMessage(cause))
      await load()
    } finally {
      setIsBusy(false)
    }
  }

  const open = (ledger?.allowances ?? []).filter(({ isOpen }) => isOpen)
  const closed = (ledger?.allowances ?? []).filter(({ isOpen }) => !isOpen)
  // Inside Permit2 nothing is left once Permit2 itself may take nothing.
  const revocable = open.filter(({ kind }) => kind === 'erc20')
  return (
    <section className="allowances box" aria-label={limits.allowances}>
      <h3>{limits.allowances}</h3>
      <p className="quiet">{limits.allowancesSay}</p>
      {problem === null ? null : (
        <p className="problem" role="alert" lang={languageOf(problem)}>
          {problem}
        </p>
      )}
      {ledger === null ? (
        problem === null ? (
          <p role="status">{words.loading}</p>
        ) : null
      ) : (
        <>
          {open.length === 0 ? (
            <p className="good">✓ {limits.nobodyMay}</p>
          ) : (
            <ul className="open">
              {open.map((entry) => (
                <li key={`${entry.kind} ${entry.token} ${entry.spender}`}>
                  <Entry entry={entry} />
                  {entry.kind === 'permit2' ? null : (
                    <button
                      type="button"
                      className="small quiet"
                      disabled={isBusy}
                      aria-label={`${limits.takeBack}: ${entry.symbol}, ${entry.spenderName ?? entry.spender}`}
                      onClick={() => void revoke(entry)}
                    >
                      {limits.takeBack}
                    </button>
                  )}
                </li>
              ))}
            </ul>
          )}
          {revocable.length > 1 ? (
            <div className="row">
              <button
                type="button"
                disabled={isBusy}
                onClick={() => void revoke()}
              >
                {limits.takeAllBack(revocable.length)}
              </button>
            </div>
          ) : null}
          {ledger.isComplete ? null : (
            <p className="warning">{limits.incomplete}</p>
          )}
          {closed.length === 0 ? null : (
            <Disclosure title={limits.closed(closed.length)}>
              <ul className="calls">
                {closed.map((entry) => (
                  <li key={`${entry.kind} ${entry.token} ${entry.spender}`}>
                    <b>{entry.symbol}</b> → {entry.spenderName ?? ''}{' '}
                    {entry.spenderName === undefined ? (
                      <code>{entry.spender}</code>
                    ) : null}
                    <GivenBy entry={entry} />
                  </li>
                ))}
              </ul>
            </Disclosure>
          )}
          <p className="quiet">
            <small>{limits.asOfBlock(ledger.block.toString())}</small>
          </p>
        </>
      )}
    </section>
  )
}

function Entry({ entry }: { readonly entry: AllowanceEntry }) {
  const words = useWords()
  const { limits } = words
  return (
    <div>
      <p>
        {entry.spenderName === undefined ? limits.unknownSpender : null}
        <b>{entry.spenderName}</b> {limits.mayTake}{' '}
        {entry.units >= unlimitedFrom ? (
          <b className="warning">{limits.everyToken(entry.symbol)}</b>
        ) : (
          <Amount decimal={entry.decimal} symbol={entry.symbol} />
        )}
        {entry.kind === 'permit2' ? (
          <span className="mark">{limits.throughPermit2}</span>
        ) : null}
        {entry.coversBalance ? (
          <span className="mark warning">{limits.allYouHold}</span>
        ) : null}
      </p>
      <p className="quiet">
        <Hash value={entry.spender} name={words.address} />
      </p>
      <GivenBy entry={entry} />
    </div>
  )
}

function GivenBy({ entry }: { readonly entry: AllowanceEntry }) {
  const words = useWords()
  return (
    <p className="quiet">
      {entry.grantedBy.length === 0
        ? words.limits.givenElsewhere
        : words.limits.givenBy}{' '}
      {entry.grantedBy.slice(0, 3).map(({ intentId, at }, index) => (
        <span key={intentId}>
          {index === 0 ? '' : ' · '}
          <a href={toHash({ type: 'intent', id: intentId })}>
            {toDateTime(at, words.language)}
          </a>
        </span>
      ))}
      {entry.grantedBy.length > 3
        ? ` ${words.limits.andMore(entry.grantedBy.length - 3)}`
        : ''}
    </p>
  )
}
