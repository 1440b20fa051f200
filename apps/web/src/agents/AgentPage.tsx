// One file because it is one page: all that is known of one agent.
import type {
  AgentDetail,
  AgentExplanation,
  AgentHealth,
  ReceiptView,
  SearchInput,
} from '@behest/client'
import { receiptSchema } from '@behest/spec'
import { useEffect, useState } from 'react'
import { registry, toMessage } from '../client.js'
import { Hash } from '../shell/Hash.js'
import { Share } from '../shell/Share.js'
import { toHash } from '../shell/useHash.js'
import { languageOf } from '../words/languageOf.js'
import { toDateTime } from '../words/toDateTime.js'
import { useWords } from '../words/useWords.js'
import { Marks } from './AgentsView.js'
import { HealthOverTime } from './HealthOverTime.js'

const againMs = 10_000
const receiptsShown = 20

/** One agent: what it does, how it fares, why it ranks, what it has done. */
export function AgentPage({
  agentId,
  wish,
  onTry,
}: {
  readonly agentId: string
  readonly wish: SearchInput
  readonly onTry: (utterance: string) => void
}) {
  const words = useWords()
  const [agent, setAgent] = useState<AgentDetail | null>(null)
  const [health, setHealth] = useState<AgentHealth | null>(null)
  const [explanation, setExplanation] = useState<AgentExplanation | null>(null)
  const [receipts, setReceipts] = useState<readonly ReceiptView[]>([])
  const [problem, setProblem] = useState<string | null>(null)

  useEffect(() => {
    const ending = new AbortController()
    const call = { signal: ending.signal }
    const fail = (cause: unknown) => {
      if (!ending.signal.aborted) setProblem(toMessage(cause))
    }
    registry.get(agentId, call).then(setAgent, fail)
    registry
      .receipts({ agent: agentId, limit: receiptsShown }, call)
      .then((page) => setReceipts(page.receipts), fail)
    const { cursor: _, ...asked } = wish
    registry.explain(agentId, asked, call).then(setExplanation, fail)
    const readHealth = () => {
      registry.health(agentId, call).then(setHealth, fail)
    }
    readHealth()
    const timer = setInterval(readHealth, againMs)
    return () => {
      ending.abort()
      clearInterval(timer)
    }
  }, [agentId, wish])

  return (
    <section className="agents">
      <p>
        <a href={toHash({ type: 'agents' })}>← {words.backToAgents}</a>
      </p>
      {problem === null ? null : (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {agent === null ? (
        problem === null ? (
          <p role="status">{words.loading}</p>
        ) : null
      ) : (
        <>
          <h2>
            {agent.name}{' '}
            <span className="mark" data-health={agent.status}>
              {words.agentStatuses[agent.status] ?? agent.status}
            </span>
            {agent.reference ? (
              <span className="mark">{words.ofTheHouse}</span>
            ) : null}
            <Marks marks={agent.marks ?? []} />
          </h2>
          <p lang={languageOf(agent.description)}>{agent.description}</p>
          <Abilities agent={agent} onTry={onTry} />
          {health === null ? null : <HealthOverTime health={health} />}
          {explanation === null ? null : <Ranking explanation={explanation} />}
          <Receipts receipts={receipts} />
          <section className="box">
            <h3>{words.identity}</h3>
            <dl className="facts">
              {agent.agent === null ? null : (
                <div>
                  <dt>{words.key}</dt>
                  <dd>
                    <Hash value={agent.agent} name={words.key} />
                  </dd>
                </div>
              )}
              <div>
                <dt>{words.address}</dt>
                <dd>{agent.endpoint}</dd>
              </div>
              <div>
                <dt>{words.version}</dt>
                <dd>{agent.version}</dd>
              </div>
              {agent.leaseUntil === null ? null : (
                <div>
                  <dt>{words.leaseUntil}</dt>
                  <dd>{toDateTime(agent.leaseUntil, words.language)}</dd>
                </div>
              )}
            </dl>
          </section>
        </>
      )}
    </section>
  )
}

function Abilities({
  agent,
  onTry,
}: {
  readonly agent: AgentDetail
  readonly onTry: (utterance: string) => void
}) {
  const words = useWords()
  return (
    <section className="box">
      <h3>{words.canDo}</h3>
      <ul>
        {agent.capabilities.map((ability) => (
          <li key={ability.action}>
            <b>{ability.action}</b>{' '}
            <span className="quiet">
              {[
                ...(ability.venues ?? []),
                ability.tokens === 'any' ? words.anyToken : '',
                words.feeOf(String(ability.feeBps)),
              ]
                .filter((part) => part !== '')
                .join(' · ')}
            </span>
          </li>
        ))}
      </ul>
      {agent.examples.length === 0 ? null : (
        <>
          <h4>{words.tryAnExample}</h4>
          <div className="options">
            {agent.examples.map((example) => (
              <button
                key={example}
                type="button"
                className="choice"
                lang={languageOf(example)}
                onClick={() => onTry(example)}
              >
                {example}
              </button>
            ))}
          </div>
        </>
      )}
    </section>
  )
}

function Ranking({ explanation }: { readonly explanation: AgentExplanation }) {
  const words = useWords()
  const { parts, rank, of, query } = explanation
  return (
    <section className="box">
      <h3>
        {words.whyRanked}{' '}
        {query === null || query === '' ? null : (
          <span className="quiet">{words.whyRankedFor(query)}</span>
        )}
      </h3>
      <p>
        {rank === null ? words.notListed : words.rankOf(rank, of)}
        {explanation.score === null
          ? null
          : ` · ${words.score} ${explanation.score.toFixed(2)}`}
      </p>
      {explanation.todo === null ? null : (
        <p className="warning" lang="en">
          {explanation.todo}
        </p>
      )}
      {parts === null ? null : (
        <ul className="bars">
          {(['relevance', 'trust', 'health', 'price'] as const).map((name) => (
            <li key={name}>
              <Share
                name={words.parts[name]}
                value={parts[name]}
                says={parts[name].toFixed(2)}
              />
            </li>
          ))}
        </ul>
      )}
      <ul className="checks" lang="en">
        {explanation.steps.map((step) => (
          <li key={step.check} data-passed={step.passed}>
            {step.passed ? '✓' : '✕'} <b>{step.check}</b> {step.says}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Receipts({ receipts }: { readonly receipts: readonly ReceiptView[] }) {
  const words = useWords()
  return (
    <section className="box">
      <h3>{words.receiptsOf}</h3>
      {receipts.length === 0 ? (
        <p className="quiet">{words.noReceipts}</p>
      ) : null}
      <ul className="calls">
        {receipts.map((view) => {
          const read = receiptSchema.safeParse(view.receipt)
          return (
            <li key={view.hash}>
              {read.success ? (
                <>
                  <b>{words.outcomes[read.data.outcome]}</b>{' '}
                  {read.data.steps.map(({ action }) => action).join(', ')} ·{' '}
                  <time dateTime={read.data.finishedAt}>
                    {toDateTime(read.data.finishedAt, words.language)}
                  </time>{' '}
                  ·{' '}
                </>
              ) : null}
              {words.verdicts[view.verdict] ?? view.verdict}{' '}
              <Hash value={view.hash} name={words.receipt} />
            </li>
          )
        })}
      </ul>
    </section>
  )
}
