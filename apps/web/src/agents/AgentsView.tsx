import type { SearchHit, SearchInput } from '@behest/client'
import { type Action, actions } from '@behest/spec'
import { type FormEvent, useCallback, useEffect, useState } from 'react'
import { registry, toMessage } from '../client.js'
import { OneOf } from '../shell/OneOf.js'
import { toHash } from '../shell/useHash.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'
import { AgentPage } from './AgentPage.js'

const everyStatus = 'live,degraded,unverified,stale,down,expired,suspended'
const pageSize = 20

/** The agents: found, filtered, and one of them in full. */
export function AgentsView({
  agentId,
  onTry,
}: {
  readonly agentId: string | null
  readonly onTry: (utterance: string) => void
}) {
  const [wish, setWish] = useState<SearchInput>({})
  return agentId === null ? (
    <AgentSearch wish={wish} onWish={setWish} />
  ) : (
    <AgentPage key={agentId} agentId={agentId} wish={wish} onTry={onTry} />
  )
}

function AgentSearch({
  wish,
  onWish,
}: {
  readonly wish: SearchInput
  readonly onWish: (wish: SearchInput) => void
}) {
  const words = useWords()
  const [hits, setHits] = useState<readonly SearchHit[] | null>(null)
  const [cursor, setCursor] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [action, setAction] = useState<Action | ''>(wish.action ?? '')
  const [status, setStatus] = useState<'' | 'every'>(
    wish.status === undefined ? '' : 'every',
  )

  const find = useCallback(async (input: SearchInput, signal?: AbortSignal) => {
    try {
      const page = await registry.search(
        { ...input, limit: pageSize },
        signal ? { signal } : {},
      )
      setHits((before) =>
        input.cursor === undefined
          ? page.results
          : [...(before ?? []), ...page.results],
      )
      setCursor(page.nextCursor)
      setProblem(null)
    } catch (cause) {
      if (!signal?.aborted) setProblem(toMessage(cause))
    }
  }, [])
  useEffect(() => {
    const ending = new AbortController()
    void find(wish, ending.signal)
    return () => ending.abort()
  }, [wish, find])

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const read = (name: string) => String(form.get(name) ?? '').trim()
    const fee = /^\d{1,5}$/.exec(read('maxFeeBps'))?.[0]
    onWish({
      ...(read('q') === '' ? {} : { q: read('q') }),
      ...(action === '' ? {} : { action }),
      ...(read('token') === '' ? {} : { token: read('token') }),
      ...(read('venue') === '' ? {} : { venue: read('venue') }),
      ...(fee === undefined
        ? {}
        : { maxFeeBps: Math.min(10_000, Number(fee)) }),
      ...(status === 'every' ? { status: everyStatus } : {}),
    })
  }

  return (
    <section className="agents">
      <h2>{words.agentsTitle}</h2>
      <p className="quiet">{words.agentsIntro}</p>
      <form className="search" onSubmit={submit}>
        <label className="wide">
          <span>{words.searchAgents}</span>
          <input name="q" type="search" maxLength={300} defaultValue={wish.q} />
        </label>
        <div className="field">
          <OneOf<Action | ''>
            label={words.action}
            value={action}
            options={[
              { value: '', label: words.anyAction },
              ...actions.map((one) => ({ value: one, label: one })),
            ]}
            onChange={setAction}
          />
        </div>
        <label>
          <span>{words.token}</span>
          <input name="token" maxLength={100} defaultValue={wish.token} />
        </label>
        <label>
          <span>{words.venue}</span>
          <input name="venue" maxLength={64} defaultValue={wish.venue} />
        </label>
        <label>
          <span>{words.maxFeeBps}</span>
          <input
            name="maxFeeBps"
            inputMode="numeric"
            pattern="[0-9]*"
            maxLength={5}
            defaultValue={wish.maxFeeBps}
          />
        </label>
        <div className="field">
          <OneOf<'' | 'every'>
            label={words.status}
            value={status}
            options={[
              { value: '', label: words.anyStatus },
              { value: 'every', label: words.everyStatus },
            ]}
            onChange={setStatus}
          />
        </div>
        <button type="submit">{words.search}</button>
      </form>
      {problem === null ? null : (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <p className="quiet" role="status">
        {hits === null
          ? words.loading
          : hits.length === 0
            ? words.noAgents
            : words.agentsFound(hits.length)}
      </p>
      <ol className="hits">
        {(hits ?? []).map((hit) => (
          <li key={hit.agentId} className="box">
            <h3>
              <a href={toHash({ type: 'agent', id: hit.agentId })}>
                {hit.name}
              </a>{' '}
              <span className="mark" data-health={hit.status}>
                {words.agentStatuses[hit.status] ?? hit.status}
              </span>
              {hit.reference ? (
                <span className="mark">{words.ofTheHouse}</span>
              ) : null}
              <Marks marks={hit.marks} />
            </h3>
            <p lang={languageOf(hit.description)}>{hit.description}</p>
            <p className="quiet">
              {hit.capabilities
                .map(({ action, feeBps }) =>
                  feeBps > 0
                    ? `${action} (${words.feeOf(String(feeBps))})`
                    : action,
                )
                .join(' · ')}
            </p>
            <p className="quiet" lang="en">
              {words.score} {hit.score.toFixed(2)}: {hit.why.join('; ')}
            </p>
          </li>
        ))}
      </ol>
      {cursor === null ? null : (
        <button
          type="button"
          className="quiet"
          onClick={() => void find({ ...wish, cursor })}
        >
          {words.loadMore}
        </button>
      )}
    </section>
  )
}

/** What the registry says about an agent's own words, beside them. */
export function Marks({ marks }: { readonly marks: readonly string[] }) {
  const words = useWords()
  return marks.map((mark) => (
    <span key={mark} className="mark" data-mark={mark}>
      {words.agentMarks[mark] ?? mark}
    </span>
  ))
}
