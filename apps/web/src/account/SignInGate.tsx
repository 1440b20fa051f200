import type { Address } from '@behest/spec'
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
} from 'react'
import { client, toMessage } from '../client.js'
import { isFramed } from '../shell/isFramed.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'
import { askForText } from './askForSignature.js'
import { useWallet } from './useWallet.js'
import { readWallet, type Wallet } from './wallets.js'

/** What is known of the session; a server of one's own machine wants none. */
type Session =
  | { readonly type: 'asking' }
  | { readonly type: 'not-needed' }
  | { readonly type: 'signed-in'; readonly account: Address }
  | { readonly type: 'signed-out' }

const SessionContext = createContext<Address | null>(null)

/** Shows what is below it once the server knows who asks, if it wants to. */
export function SignInGate({ children }: { readonly children: ReactNode }) {
  const words = useWords()
  const [session, setSession] = useState<Session>({ type: 'asking' })
  useEffect(() => {
    client.sessions.current().then(
      ({ isRequired, account }) =>
        setSession(
          !isRequired
            ? { type: 'not-needed' }
            : account === undefined
              ? { type: 'signed-out' }
              : { type: 'signed-in', account },
        ),
      // The page itself says that the server is away, and asks it again.
      () => setSession({ type: 'not-needed' }),
    )
  }, [])
  switch (session.type) {
    case 'asking':
      return <p role="status">{words.loading}</p>
    case 'signed-out':
      return (
        <SignIn
          onDone={(account) => setSession({ type: 'signed-in', account })}
        />
      )
    case 'signed-in':
    case 'not-needed':
      return (
        <SessionContext
          value={session.type === 'signed-in' ? session.account : null}
        >
          {children}
        </SessionContext>
      )
    default:
      return session satisfies never
  }
}

/** Who is signed in; `null` where nobody has to be. */
export function useSignedIn(): Address | null {
  return useContext(SessionContext)
}

function SignIn({ onDone }: { readonly onDone: (account: Address) => void }) {
  const words = useWords()
  const { wallets } = useWallet()
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)

  async function signIn({ provider }: Wallet): Promise<void> {
    setIsBusy(true)
    setProblem(null)
    try {
      const state = await readWallet({ provider, asks: 'person' })
      if (state === null) throw new TypeError(words.noAccountShown)
      const { address } = state
      const { message } = await client.sessions.start({ address })
      if (message === undefined) throw new TypeError(words.noAccountShown)
      const signature = await askForText({ provider, address, text: message })
      const { account } = await client.sessions.begin({ message, signature })
      onDone(account)
    } catch (cause) {
      setProblem(toMessage(cause))
      setIsBusy(false)
    }
  }

  return (
    <main className="sign-in">
      <h1>Behest</h1>
      <p className="motto">{words.motto}</p>
      <section className="box" aria-label={words.signIn}>
        <h2>{words.signIn}</h2>
        <p>{words.signInSays}</p>
        {isFramed ? (
          // No site around a frame may have somebody sign in through it.
          <a
            className="button"
            href={window.location.origin}
            target="_blank"
            rel="noopener"
          >
            {words.openElsewhere}
          </a>
        ) : wallets.length === 0 ? (
          <p className="note">{words.noWalletToSignIn}</p>
        ) : (
          <div className="options">
            {wallets.map((wallet) => (
              <button
                key={wallet.uuid}
                type="button"
                className="choice"
                disabled={isBusy}
                onClick={() => void signIn(wallet)}
              >
                {wallet.icon === null ? null : (
                  <img src={wallet.icon} alt="" width="20" height="20" />
                )}{' '}
                {words.signInWith(wallet.name)}
              </button>
            ))}
          </div>
        )}
        {problem === null ? null : (
          <p className="problem" role="alert" lang={languageOf(problem)}>
            {problem}
          </p>
        )}
      </section>
    </main>
  )
}
