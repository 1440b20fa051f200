import type { AgentHealth } from '@behest/client'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'

const windows = ['30d', '1d', '1h'] as const

/** How an agent fared over a month, a day and an hour, as the registry saw it. */
export function HealthOverTime({ health }: { readonly health: AgentHealth }) {
  const words = useWords()
  const slowestMs = Math.max(
    1,
    ...windows.map((name) => health.windows[name].p95LatencyMs ?? 0),
  )
  return (
    <section className="box">
      <h3>{words.healthOverTime}</h3>
      <p lang={languageOf(health.reason)}>
        {health.reason}
        {health.lastError ? ` · ${health.lastError.detail}` : ''}
      </p>
      <div className="windows">
        {windows.map((name) => {
          const window = health.windows[name]
          return (
            <figure key={name}>
              <figcaption>{words.windows[name]}</figcaption>
              {window.probes === 0 ? (
                <p className="quiet">{words.noProbes}</p>
              ) : (
                <>
                  <Bar share={window.successShare ?? 0} kind="filled" />
                  <p>{words.probesOk(window.succeeded, window.probes)}</p>
                  <Bar
                    share={(window.p50LatencyMs ?? 0) / slowestMs}
                    beyond={(window.p95LatencyMs ?? 0) / slowestMs}
                    kind="time"
                  />
                  <p className="quiet">
                    {words.latencyTypical}{' '}
                    {words.milliseconds((window.p50LatencyMs ?? 0).toFixed(0))}
                    <br />
                    {words.latencySlow}{' '}
                    {words.milliseconds((window.p95LatencyMs ?? 0).toFixed(0))}
                  </p>
                </>
              )}
            </figure>
          )
        })}
      </div>
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

function Bar({
  share,
  beyond = 0,
  kind,
}: {
  readonly share: number
  readonly beyond?: number
  readonly kind: 'filled' | 'time'
}) {
  return (
    <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect className="track" width="100" height="8" />
      <rect className="beyond" width={Math.min(1, beyond) * 100} height="8" />
      <rect className={kind} width={Math.min(1, share) * 100} height="8" />
    </svg>
  )
}
