import { Tabs } from '@base-ui/react/tabs'
import type { AgentHealth } from '@behest/client'
import { HealthChart } from '../pictures/HealthChart.js'
import { Disclosure } from '../shell/Disclosure.js'
import { languageOf } from '../words/languageOf.js'
import { toDateTime } from '../words/toDateTime.js'
import { useWords } from '../words/useWords.js'

const windows = ['1h', '1d', '30d'] as const
type WindowName = (typeof windows)[number]

/** How an agent fared over an hour, a day and a month, as the registry saw it. */
export function HealthOverTime({ health }: { readonly health: AgentHealth }) {
  const words = useWords()
  return (
    <section className="box">
      <h3>{words.healthOverTime}</h3>
      <p lang={languageOf(health.reason)}>
        {health.reason}
        {health.lastError ? ` · ${health.lastError.detail}` : ''}
      </p>
      <Tabs.Root defaultValue="1h">
        <Tabs.List
          className="tabs"
          activateOnFocus
          aria-label={words.healthOverTime}
        >
          {windows.map((name) => (
            <Tabs.Tab key={name} value={name} className="tab">
              {words.windows[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {windows.map((name) => (
          <Tabs.Panel key={name} value={name}>
            <OneWindow name={name} health={health} />
          </Tabs.Panel>
        ))}
      </Tabs.Root>
      {health.contract.length === 0 ? null : (
        <>
          <h4>{words.contractTests}</h4>
          <ul className="checks">
            {health.contract.map((test) => (
              <li key={test.action} data-passed={test.ok}>
                {test.ok ? '✓' : '✕'} <b>{test.action}</b>{' '}
                {test.ok ? words.passes : words.failsTest}{' '}
                <span className="quiet" lang={languageOf(test.detail)}>
                  {test.detail}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

function OneWindow({
  name,
  health,
}: {
  readonly name: WindowName
  readonly health: AgentHealth
}) {
  const words = useWords()
  const { probes, succeeded, p50LatencyMs, p95LatencyMs } = health.windows[name]
  if (probes === 0) return <p className="quiet">{words.noProbes}</p>
  const history = health.history[name]
  const sayMs = (value: number | null) =>
    value === null ? '–' : words.milliseconds(value.toFixed(0))
  const says = `${words.probesOk(succeeded, probes)} · ${words.latencyTypical} ${sayMs(p50LatencyMs)} · ${words.latencySlow} ${sayMs(p95LatencyMs)}`
  return (
    <>
      <p>{says}</p>
      <HealthChart
        history={history}
        window={name}
        says={`${words.windows[name]}: ${says}`}
      />
      <Disclosure title={words.theNumbers}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.from}</th>
              <th scope="col">{words.visits}</th>
              <th scope="col">{words.latencyTypical}</th>
              <th scope="col">{words.latencySlow}</th>
            </tr>
          </thead>
          <tbody>
            {[...history.points].reverse().map((point) => (
              <tr key={point.at}>
                <th scope="row">{toDateTime(point.at, words.language)}</th>
                <td>{words.probesOk(point.succeeded, point.probes)}</td>
                <td>{sayMs(point.p50LatencyMs)}</td>
                <td>{sayMs(point.p95LatencyMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Disclosure>
    </>
  )
}
