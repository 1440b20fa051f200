// One file because it is one frame: what stands where, and who tells whom.
import type { IntentRecord } from '@behest/spec'
import {
  type FormEvent,
  lazy,
  Suspense,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { AccountMenu } from './account/AccountMenu.js'
import { SignInGate } from './account/SignInGate.js'
import { SignerProvider, useSigner } from './account/useSigner.js'
import { client, toMessage } from './client.js'
import { History } from './intents/History.js'
import { IntentCard } from './intents/IntentCard.js'
import { type Intents, useIntents } from './intents/useIntents.js'
import { OneOf } from './shell/OneOf.js'
import { Panel } from './shell/Panel.js'
import { useFollowing } from './shell/useFollowing.js'
import { toHash, useHash } from './shell/useHash.js'
import { useMedia } from './shell/useMedia.js'
import type { Words } from './words/english.js'
import { useSpeech } from './words/useWords.js'

// Most visits never look at these: their part is fetched when they do.
const AgentsView = lazy(() =>
  import('./agents/AgentsView.js').then((module) => ({
    default: module.AgentsView,
  })),
)

const OrdersView = lazy(() =>
  import('./orders/OrdersView.js').then((module) => ({
    default: module.OrdersView,
  })),
)

const LimitsView = lazy(() =>
  import('./limits/LimitsView.js').then((module) => ({
    default: module.LimitsView,
  })),
)

/** The page: what was said, what came of it, and a place to say more. */
export function App() {
  return (
    <SignInGate>
      <SignedIn />
    </SignInGate>
  )
}

function SignedIn() {
  const talk = useIntents()
  return (
    <SignerProvider
      stamp={talk.intents.map(({ status, id }) => id + status).join()}
    >
      <Frame talk={talk} />
    </SignerProvider>
  )
}

function Frame({ talk }: { readonly talk: Intents }) {
  const { words, languages, setLanguage } = useSpeech()
  const { view, open } = useHash()
  const { actsWith } = useSigner()
  const { intents, eventsById, add, refresh } = talk
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [isSending, setIsSending] = useState(false)
  const [missing, setMissing] = useState<string | null>(null)
  const [isDrawerOpen, setIsDrawerOpen] = useState(false)
  const isWide = useMedia('(min-width: 68rem)')
  const frame = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const { isBehind, goToEnd } = useFollowing({ frame, content })

  const openId = view.type === 'intent' ? view.id : null
  const isKnown = intents.some(({ id }) => id === openId)
  useEffect(() => {
    setMissing(null)
    if (openId === null || isKnown) return
    let isCurrent = true
    void refresh(openId).then((isThere) => {
      if (!isThere && isCurrent) setMissing(openId)
    })
    return () => {
      isCurrent = false
    }
  }, [openId, isKnown, refresh])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view starts at its own place
  useEffect(() => {
    if (frame.current) frame.current.scrollTop = 0
    if (view.type === 'talk') goToEnd()
  }, [view.type, openId])

  async function say(
    utterance: string,
    previousIntentId = openId,
  ): Promise<void> {
    if (utterance.trim() === '' || isSending) return
    setIsSending(true)
    setProblem(null)
    try {
      const record = await client.create({
        utterance,
        ...(actsWith === null ? {} : { account: actsWith }),
        // The same click sent twice is one request.
        idempotencyKey: crypto.randomUUID(),
        ...(previousIntentId === null ? {} : { previousIntentId }),
        context: {
          timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
          locale: words.language,
        },
      })
      setText('')
      add(record)
      if (view.type !== 'talk') open({ type: 'talk' })
      goToEnd()
    } catch (cause) {
      setProblem(toMessage(cause))
    } finally {
      setIsSending(false)
    }
  }
  function edit(utterance: string): void {
    setText(utterance)
    field.current?.focus()
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    void say(text)
  }

  const shown =
    openId === null ? intents : intents.filter(({ id }) => id === openId)
  const isAgents = view.type === 'agents' || view.type === 'agent'
  const isOrders = view.type === 'orders'
  const isLimits = view.type === 'limits'
  const isTalk = !isAgents && !isOrders && !isLimits
  const history = (
    <History
      intents={intents}
      openId={openId}
      hasMore={talk.hasMore}
      onMore={() => void talk.loadMore()}
      onOpen={() => setIsDrawerOpen(false)}
    />
  )
  return (
    <div className="page">
      <button
        type="button"
        className="skip"
        onClick={() => field.current?.focus()}
      >
        {words.skip}
      </button>
      <header className="top">
        {isWide ? null : (
          <Panel
            kind="drawer"
            title={words.history}
            triggerClass="quiet icon"
            triggerLabel={words.openHistory}
            trigger={
              <svg
                viewBox="0 0 16 16"
                width="16"
                height="16"
                aria-hidden="true"
              >
                <path d="M1 3h14M1 8h14M1 13h14" />
              </svg>
            }
            isOpen={isDrawerOpen}
            onOpenChange={setIsDrawerOpen}
          >
            {history}
          </Panel>
        )}
        <h1>Behest</h1>
        <nav aria-label={words.views}>
          <a
            href={toHash({ type: 'talk' })}
            {...(isTalk ? { 'aria-current': 'page' as const } : {})}
          >
            {words.talk}
          </a>
          <a
            href={toHash({ type: 'orders' })}
            {...(isOrders ? { 'aria-current': 'page' as const } : {})}
          >
            {words.orders}
          </a>
          <a
            href={toHash({ type: 'limits' })}
            {...(isLimits ? { 'aria-current': 'page' as const } : {})}
          >
            {words.limits.nav}
          </a>
          <a
            href={toHash({ type: 'agents' })}
            {...(isAgents ? { 'aria-current': 'page' as const } : {})}
          >
            {words.agents}
          </a>
        </nav>
        <OneOf
          label={words.switchLanguage}
          labelIs="spoken"
          value={words.language}
          options={languages.map(({ language, languageName }) => ({
            value: language,
            label: languageName,
            lang: language,
          }))}
          onChange={setLanguage}
        />
        <AccountMenu
          onSendTo={(address) => edit(`send 1 USDC to ${address}`)}
        />
      </header>

      {isWide ? <aside className="history">{history}</aside> : null}
      <main className="talk" ref={frame} aria-busy={!talk.isLoaded}>
        <div className="column" ref={content}>
          {isOrders ? (
            <Suspense fallback={<p role="status">{words.loading}</p>}>
              <OrdersView />
            </Suspense>
          ) : isLimits ? (
            <Suspense fallback={<p role="status">{words.loading}</p>}>
              <LimitsView
                onStarted={(records) => {
                  for (const record of records) add(record)
                  const [only, ...more] = records
                  if (only)
                    open(
                      more.length === 0
                        ? { type: 'intent', id: only.id }
                        : { type: 'talk' },
                    )
                }}
              />
            </Suspense>
          ) : isAgents ? (
            <Suspense fallback={<p role="status">{words.loading}</p>}>
              <AgentsView
                agentId={view.type === 'agent' ? view.id : null}
                onTry={(example) => {
                  open({ type: 'talk' })
                  edit(example)
                }}
              />
            </Suspense>
          ) : (
            <>
              {openId === null ? null : (
                <p className="alone">
                  {missing === openId ? words.intentUnknown : words.onlyThis}{' '}
                  <a href={toHash({ type: 'talk' })}>{words.wholeTalk}</a>
                </p>
              )}
              {openId === null && intents.length === 0 && talk.isLoaded ? (
                <Welcome words={words} onSay={(example) => void say(example)} />
              ) : null}
              {shown.map((record) => (
                <IntentCard
                  key={record.id}
                  record={record}
                  events={eventsById.get(record.id) ?? []}
                  onChange={refresh}
                  onSay={(utterance, id) => void say(utterance, id)}
                  onEdit={edit}
                />
              ))}
            </>
          )}
          {talk.error === null ? null : (
            <p className="problem" role="alert">
              {words.serverAway(talk.error)}
            </p>
          )}
        </div>
      </main>

      <form className="composer" aria-label={words.newIntent} onSubmit={submit}>
        {isBehind && isTalk ? (
          <button type="button" className="small below" onClick={goToEnd}>
            ↓ {words.newBelow}
          </button>
        ) : null}
        <label htmlFor="say" className="hidden">
          {words.whatDoYouWant}
        </label>
        <input
          id="say"
          name="say"
          ref={field}
          autoComplete="off"
          placeholder={words.placeholder}
          value={text}
          maxLength={10_000}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" disabled={isSending || text.trim() === ''}>
          {words.sayIt}
        </button>
        {problem === null ? null : (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
      </form>
      <Announcer intents={intents} words={words} />
    </div>
  )
}

function Welcome({
  words,
  onSay,
}: {
  readonly words: Words
  readonly onSay: (example: string) => void
}) {
  return (
    <section className="welcome">
      <h2>{words.sayWhatYouWant}</h2>
      <p className="motto">{words.motto}</p>
      <p>{words.welcome}</p>
      <div className="options">
        {words.examples.map((example) => (
          <button
            key={example}
            type="button"
            className="choice"
            onClick={() => onSay(example)}
          >
            {example}
          </button>
        ))}
      </div>
    </section>
  )
}

/** Says aloud what became of the newest request; the rest is there to be read. */
function Announcer({
  intents,
  words,
}: {
  readonly intents: readonly IntentRecord[]
  readonly words: Words
}) {
  const newest = useMemo(
    () =>
      intents.reduce<IntentRecord | undefined>(
        (latest, record) =>
          latest === undefined || latest.updatedAt < record.updatedAt
            ? record
            : latest,
        undefined,
      ),
    [intents],
  )
  return (
    <p className="hidden" role="status">
      {newest === undefined ? '' : announce(newest, words)}
    </p>
  )
}

function announce(record: IntentRecord, words: Words): string {
  const outcome = record.artifacts.receipt?.receipt.outcome
  if (outcome !== undefined)
    return words.announceReceipt(words.outcomes[outcome])
  switch (record.status) {
    case 'needs-answer':
      return `${words.announceQuestion} ${record.questions?.[0]?.text ?? ''}`
    case 'needs-approval':
      return words.announcePreview
    case 'failed':
      return words.announceFailed // the problem itself is an alert
    case 'done':
      return `${words.announceDone} ${record.answer?.text ?? ''}`
    default:
      return words.statuses[record.status]
  }
}
