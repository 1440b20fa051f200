import type { OrderRecord } from '@behest/spec'
import { useCallback, useEffect, useState } from 'react'
import { client, toMessage } from '../client.js'
import { toHash } from '../shell/useHash.js'
import { languageOf } from '../words/languageOf.js'
import { toDateTime } from '../words/toDateTime.js'
import { useWords } from '../words/useWords.js'

const againMs = 5000
const pageSize = 20
const mostRunsShown = 10

/** The standing orders: what each may do, its runs, and how to end it. */
export function OrdersView() {
  const words = useWords()
  const [orders, setOrders] = useState<readonly OrderRecord[] | null>(null)
  const [cursor, setCursor] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)

  const put = useCallback((found: readonly OrderRecord[]) => {
    setOrders((before) => {
      const byId = new Map((before ?? []).map((order) => [order.id, order]))
      for (const order of found) byId.set(order.id, order)
      return [...byId.values()].sort((a, b) =>
        a.createdAt < b.createdAt ? 1 : -1,
      )
    })
  }, [])
  useEffect(() => {
    let isFirst = true
    const load = async () => {
      try {
        const page = await client.orders({ limit: pageSize })
        put(page.orders)
        if (isFirst) setCursor(page.nextCursor ?? null)
        isFirst = false
        setProblem(null)
      } catch (cause) {
        setProblem(toMessage(cause))
      }
    }
    void load()
    const timer = setInterval(() => void load(), againMs)
    return () => clearInterval(timer)
  }, [put])

  async function act(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      setProblem(null)
    } catch (cause) {
      setProblem(toMessage(cause))
    }
  }

  return (
    <section aria-labelledby="orders">
      <h2 id="orders">{words.ordersTitle}</h2>
      <p className="quiet">{words.ordersIntro}</p>
      {problem === null ? null : (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {orders === null ? <p role="status">{words.loading}</p> : null}
      {orders?.length === 0 ? <p>{words.noOrders}</p> : null}
      {(orders ?? []).map((order) => (
        <OrderCard
          key={order.id}
          order={order}
          onCancel={() =>
            act(async () => put([await client.cancelOrder(order.id)]))
          }
        />
      ))}
      {cursor === null ? null : (
        <button
          type="button"
          className="small quiet"
          onClick={() =>
            void act(async () => {
              const page = await client.orders({ limit: pageSize, cursor })
              put(page.orders)
              setCursor(page.nextCursor ?? null)
            })
          }
        >
          {words.loadMore}
        </button>
      )}
    </section>
  )
}

function OrderCard({
  order,
  onCancel,
}: {
  readonly order: OrderRecord
  readonly onCancel: () => Promise<void>
}) {
  const words = useWords()
  const [isBusy, setIsBusy] = useState(false)
  const { nextRunUnixSeconds, terms } = order
  const runs = [...order.runs]
    .sort((a, b) => b.dueUnixSeconds - a.dueUnixSeconds)
    .slice(0, mostRunsShown)
  return (
    <article className="box order" aria-label={order.utterance}>
      <h3>{order.utterance}</h3>
      <p lang={languageOf(order.headline)}>{order.headline}</p>
      <p className="quiet">
        <b data-status={order.status}>{words.orderStatuses[order.status]}</b>
        {order.status === 'active' && nextRunUnixSeconds !== undefined
          ? ` · ${words.nextRun} ${toTime(nextRunUnixSeconds, words.language)}`
          : ''}
        {` · ${terms.custody === 'mandate' ? words.heldByChain : words.heldByServer}`}
      </p>
      {order.why === undefined ? null : (
        <p lang={languageOf(order.why)}>{order.why}</p>
      )}
      {runs.length === 0 ? null : (
        <table aria-label={words.runs}>
          <tbody>
            {runs.map((run) => (
              <tr key={run.period}>
                <th scope="row">
                  {toTime(run.dueUnixSeconds, words.language)}
                </th>
                <td>{words.runOutcomes[run.outcome]}</td>
                <td>
                  {run.intentId === undefined ? (
                    <span lang={languageOf(run.why ?? '')}>{run.why}</span>
                  ) : (
                    <a href={toHash({ type: 'intent', id: run.intentId })}>
                      {words.lookAtRun}
                    </a>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {order.status === 'active' ? (
        <button
          type="button"
          className="small quiet"
          disabled={isBusy}
          onClick={() => {
            setIsBusy(true)
            void onCancel().finally(() => setIsBusy(false))
          }}
        >
          {words.endOrder}
        </button>
      ) : null}
    </article>
  )
}

function toTime(unixSeconds: number, language: string): string {
  return toDateTime(unixSeconds * 1000, language)
}
