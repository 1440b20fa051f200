import type { Preview } from '@behest/spec'
import { useState } from 'react'
import { RoutePicture } from './RoutePicture.js'

/** What will change, drawn from the decoded calls and the simulation. */
export function PreviewCard({
  preview,
  isOpen,
  onApprove,
  onReject,
}: {
  readonly preview: Preview
  readonly isOpen: boolean
  readonly onApprove: (planHash: `0x${string}`) => Promise<void>
  readonly onReject: (planHash: `0x${string}`) => Promise<void>
}) {
  const [isBusy, setIsBusy] = useState(false)
  async function decide(
    work: (planHash: `0x${string}`) => Promise<void>,
  ): Promise<void> {
    setIsBusy(true)
    await work(preview.planHash)
    setIsBusy(false)
  }
  return (
    <section className="preview" aria-label="What will change">
      <h3>{capitalise(preview.headline)}</h3>
      <dl className="facts">
        {preview.youGive.map((side) => (
          <Fact key={`give ${side.token}`} name="You give at most">
            <b>{side.boundDecimal}</b> {side.symbol}
          </Fact>
        ))}
        {preview.youGet.map((side) => (
          <Fact key={`get ${side.token}`} name="You get at least">
            <b>{side.boundDecimal}</b> {side.symbol}
            {side.expectedUnits === side.boundUnits ? null : (
              <span className="quiet"> expected {side.expectedDecimal}</span>
            )}
          </Fact>
        ))}
        {preview.othersGet.map((side) => (
          <Fact key={`other ${side.account}`} name="Goes to">
            <code>{side.account}</code> <b>{side.boundDecimal}</b> {side.symbol}
          </Fact>
        ))}
        {preview.positions.map((position) => (
          <Fact
            key={`${position.market} ${position.kind}`}
            name={capitalise(position.kind)}
          >
            <b>{position.decimal}</b> {position.symbol} at {position.venue}
          </Fact>
        ))}
        {preview.health.map((change) => (
          <Fact key={change.venue} name={`Health at ${change.venue}`}>
            {change.before ?? 'no debt'} → <b>{change.after ?? 'no debt'}</b>
          </Fact>
        ))}
        <Fact name="Gas at most">
          {preview.gas.atMostDecimal} {preview.gas.symbol}
        </Fact>
        <Fact name="Good until">
          {new Date(preview.untilUnixSeconds * 1000).toLocaleTimeString()}
        </Fact>
        <Fact name="Allowances afterwards">
          {preview.allowances.length === 0
            ? 'as before'
            : `${preview.allowances.length} changed`}
        </Fact>
      </dl>
      {preview.warnings.map((warning) => (
        <p className="warning" key={warning}>
          {warning}
        </p>
      ))}
      {preview.steps.map((step) => (
        <div key={step.stepId}>
          {step.route && step.route.length > 0 ? (
            <RoutePicture route={step.route} />
          ) : null}
          {step.certificate ? (
            <p className="quiet">{capitalise(step.certificate)}.</p>
          ) : null}
        </div>
      ))}
      <details>
        <summary>Every call, from its bytes</summary>
        <ol className="calls">
          {preview.steps.flatMap((step) =>
            step.calls.map((call) => (
              <li key={`${step.stepId} ${call.purpose} ${call.says}`}>
                <span className="tag">{call.purpose}</span> {call.says}
              </li>
            )),
          )}
        </ol>
        {preview.choice.map(({ stepId, why }) => (
          <p className="quiet" key={stepId}>
            {why}
          </p>
        ))}
        <p className="quiet">
          Plan <code>{preview.planHash}</code>
        </p>
      </details>
      {isOpen ? (
        <div className="row decide">
          <button
            type="button"
            disabled={isBusy}
            onClick={() => void decide(onApprove)}
          >
            Approve exactly this
          </button>
          <button
            type="button"
            className="quiet"
            disabled={isBusy}
            onClick={() => void decide(onReject)}
          >
            Reject
          </button>
        </div>
      ) : null}
    </section>
  )
}

function Fact({
  name,
  children,
}: {
  readonly name: string
  readonly children: React.ReactNode
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
