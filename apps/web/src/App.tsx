import { type FormEvent, useEffect, useRef, useState } from 'react'
import { client } from './client.js'
import { IntentCard } from './intents/IntentCard.js'
import { useIntents } from './intents/useIntents.js'
import { Wallet } from './wallet/Wallet.js'

const examples = [
  'swap half my ETH to USDC and lend it on Aave',
  'buy 500 USDC with ETH',
  'borrow 500 DAI against 1 ETH',
  'what would I get for 3 WBTC in ETH?',
]

/** The page: what was said, what came of it, and a place to say more. */
export function App() {
  const { intents, error, add, refresh } = useIntents()
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [isSending, setIsSending] = useState(false)
  const end = useRef<HTMLDivElement>(null)
  const count = intents.length

  useEffect(() => {
    if (count > 0) end.current?.scrollIntoView({ block: 'end' })
  }, [count])

  async function say(utterance: string): Promise<void> {
    if (utterance.trim() === '' || isSending) return
    setIsSending(true)
    setProblem(null)
    try {
      const record = await client.create({
        utterance,
        // The same click sent twice is one request.
        idempotencyKey: crypto.randomUUID(),
        context: {
          timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
          locale: navigator.language,
        },
      })
      setText('')
      add(record)
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause))
    } finally {
      setIsSending(false)
    }
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    void say(text)
  }

  return (
    <div className="page">
      <header className="top">
        <h1>Behest</h1>
        <p className="motto">Nothing happens beyond your behest.</p>
        <Wallet stamp={intents.map(({ updatedAt }) => updatedAt).join()} />
      </header>

      <main className="talk" aria-live="polite">
        {count === 0 ? (
          <section className="welcome">
            <h2>Say what you want</h2>
            <p>
              Agents compete to do it. You see exactly what will change before
              anything is sent.
            </p>
            <ul className="examples">
              {examples.map((example) => (
                <li key={example}>
                  <button type="button" onClick={() => void say(example)}>
                    {example}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ) : (
          intents.map((record) => (
            <IntentCard key={record.id} record={record} onChange={refresh} />
          ))
        )}
        {error === null ? null : (
          <p className="problem" role="alert">
            {error}
          </p>
        )}
        <div ref={end} />
      </main>

      <form className="composer" onSubmit={submit}>
        <label htmlFor="say" className="hidden">
          What do you want?
        </label>
        <input
          id="say"
          name="say"
          autoComplete="off"
          placeholder="swap 1 ETH for USDC"
          value={text}
          maxLength={10_000}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" disabled={isSending || text.trim() === ''}>
          Say it
        </button>
        {problem === null ? null : (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
      </form>
    </div>
  )
}
