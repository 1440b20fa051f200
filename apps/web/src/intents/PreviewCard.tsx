// One file because it is one card: what a person reads before they say yes.
import type {
  IntentRecord,
  PlanStep,
  Preview,
  SimulationArtifact,
} from '@behest/spec'
import { toDecimal } from '@behest/spec'
import { useState } from 'react'
import { Amount } from '../amounts/Amount.js'
import { cutDecimal } from '../amounts/cutDecimal.js'
import { shortenDecimal } from '../amounts/shortenDecimal.js'
import { toPercent } from '../amounts/toPercent.js'
import { toPrice } from '../amounts/toPrice.js'
import { FlowPicture, HealthPicture } from '../pictures/lazyPictures.js'
import { Disclosure } from '../shell/Disclosure.js'
import { Hash } from '../shell/Hash.js'
import { useNow } from '../shell/useNow.js'
import type { Words } from '../words/english.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'
import { AgentsAsked } from './AgentsAsked.js'
import { sayNearBest } from './sayNearBest.js'
import { sayStep } from './sayStep.js'
import { YesButton } from './YesButton.js'

const unlimitedFrom = 2n ** 255n
const hurrySeconds = 30
const blockSeconds = 15

type Decide = (planHash: `0x${string}`) => Promise<void>

/** What will change, drawn from the decoded calls and the simulation. */
export function PreviewCard({
  record,
  preview,
  replaced,
  isOpen,
  onApprove,
  onReject,
  onAskAnew,
}: {
  readonly record: IntentRecord
  readonly preview: Preview
  /** The preview that this one takes the place of. */
  readonly replaced: Preview | null
  readonly isOpen: boolean
  readonly onApprove: Decide
  readonly onReject: Decide
  readonly onAskAnew: () => Promise<void>
}) {
  const words = useWords()
  const { plan, simulation, quotes } = record.artifacts
  return (
    <section
      className="preview box"
      data-open={isOpen}
      data-plan={preview.planHash}
    >
      {replaced === null ? null : (
        <Replacement
          before={replaced}
          after={preview}
          ranOut={
            (simulation?.block.timestampUnixSeconds ?? 0) >=
            replaced.untilUnixSeconds
          }
        />
      )}
      <h3>
        {plan && plan.steps.length === 1 && plan.steps[0]
          ? sayStep(plan.steps[0], words)
          : words.whatWillChange}
      </h3>
      {plan && plan.steps.length > 1 ? (
        <ol className="plan">
          {plan.steps.map((step) => (
            <li key={step.id}>{sayStep(step, words)}</li>
          ))}
        </ol>
      ) : null}
      {preview.follows === undefined ? null : (
        <p lang={languageOf(preview.follows)}>{preview.follows}</p>
      )}
      <Sides preview={preview} />
      {preview.warnings.map((warning) => (
        <p className="warning" key={warning} lang={languageOf(warning)}>
          {warning}
        </p>
      ))}
      {plan ? (
        <FlowPicture plan={plan} rates={simulation?.rates ?? []} />
      ) : null}
      <dl className="facts">
        {preview.positions.map((position) => (
          <Fact
            key={`${position.market} ${position.kind}`}
            name={words.positions[position.kind]}
          >
            <Amount decimal={position.decimal} symbol={position.symbol} />{' '}
            {words.positionAt(position.venue)}
          </Fact>
        ))}
        {(simulation?.rates ?? []).map(({ stepId, ratePerYear }) => (
          <Fact key={stepId} name={words.ratePerYear}>
            <b>{words.perYear(toPercent(ratePerYear))}</b>{' '}
            <span className="quiet">{words.rateMeasured}</span>
          </Fact>
        ))}
        {preview.health.map((change) => (
          <Fact
            key={`${change.venue} ${change.market ?? ''}`}
            name={words.health(change.venue)}
          >
            <HealthPicture change={change} />
          </Fact>
        ))}
        {plan?.steps.map((step) => (
          <StepFacts
            key={step.id}
            step={step}
            isOneOfMany={plan.steps.length > 1}
          />
        ))}
        <Fact name={words.gas}>
          {shortenDecimal(preview.gas.expectedDecimal)} {preview.gas.symbol},{' '}
          {words.gasAtMost(
            `${shortenDecimal(preview.gas.atMostDecimal)} ${preview.gas.symbol}`,
          )}
        </Fact>
        {preview.custody === undefined ||
        (preview.custody.type === 'direct' &&
          preview.custody.sentBy === undefined) ? null : (
          <Fact name={words.carriedOut}>
            <span lang={languageOf(preview.custody.says)}>
              {preview.custody.says}
            </span>
          </Fact>
        )}
        <Fact name={words.allowances}>
          <Allowances preview={preview} words={words} />
        </Fact>
      </dl>
      {quotes ? (
        <AgentsAsked
          quotes={quotes}
          choice={preview.choice}
          refused={simulation?.refused ?? []}
        />
      ) : null}
      <Calls preview={preview} simulation={simulation} />
      {isOpen ? (
        <Decision
          key={preview.planHash}
          record={record}
          preview={preview}
          aheadSeconds={toAheadSeconds(record)}
          onApprove={onApprove}
          onReject={onReject}
          onAskAnew={onAskAnew}
        />
      ) : null}
    </section>
  )
}

function Sides({ preview }: { readonly preview: Preview }) {
  const words = useWords()
  return (
    <div className="sides">
      <div>
        <h4>{words.youGive}</h4>
        {preview.youGive.map((side) => (
          <p key={`${side.token} ${side.account}`}>
            <span className="quiet">{words.atMost}</span>{' '}
            <Amount decimal={side.boundDecimal} symbol={side.symbol} />
          </p>
        ))}
        {preview.youGive.length === 0 ? <p>{words.nothing}</p> : null}
      </div>
      <div>
        <h4>{words.youGet}</h4>
        {preview.youGet.map((side) => (
          <p key={`${side.token} ${side.account}`}>
            <span className="quiet">{words.atLeast}</span>{' '}
            <Amount decimal={side.boundDecimal} symbol={side.symbol} />
            {side.expectedUnits === side.boundUnits ? null : (
              <span className="quiet expected">
                {words.expected} {cutDecimal(side.expectedDecimal)}
              </span>
            )}
          </p>
        ))}
        {preview.youGet.length > 0 ? null : preview.positions.length === 0 ? (
          <p>{words.nothing}</p>
        ) : (
          // Some venues keep what is lent in their books, not in a token.
          preview.positions.map((position) => (
            <p key={`${position.market} ${position.kind}`}>
              <span className="quiet">{words.positions[position.kind]}</span>{' '}
              <Amount decimal={position.decimal} symbol={position.symbol} />{' '}
              {words.positionAt(position.venue)}
            </p>
          ))
        )}
      </div>
      {preview.othersGet.length === 0 ? null : (
        <div className="others">
          <h4>{words.goesTo}</h4>
          {preview.othersGet.map((side) => (
            <p key={`${side.token} ${side.account}`}>
              <Amount decimal={side.boundDecimal} symbol={side.symbol} /> →{' '}
              <code>{side.account}</code>
            </p>
          ))}
        </div>
      )}
    </div>
  )
}

/** What belongs to one step: its price, who does it, what they take. */
function StepFacts({
  step,
  isOneOfMany,
}: {
  readonly step: PlanStep
  readonly isOneOfMany: boolean
}) {
  const words = useWords()
  const [sold] = step.spend
  const [bought] = step.receive
  const price =
    step.action === 'swap' && sold && bought
      ? toPrice({
          soldUnits: sold.atMostUnits,
          soldDecimals: sold.token.decimals,
          boughtUnits: bought.expectedUnits,
          boughtDecimals: bought.token.decimals,
        })
      : undefined
  const { certificate, instruction } = step
  return (
    <>
      {price !== undefined && sold && bought ? (
        <Fact name={words.price}>
          {words.priceIs(
            sold.token.symbol,
            `${shortenDecimal(price)} ${bought.token.symbol}`,
          )}
          {instruction.action === 'swap' ? (
            <span className="quiet">
              {' '}
              {words.slippage(
                toPercent(toDecimal(BigInt(instruction.maxSlippageBps), 4)),
              )}
            </span>
          ) : null}
        </Fact>
      ) : null}
      {certificate ? (
        <Fact name={words.nearBest}>{sayNearBest(certificate, words)}</Fact>
      ) : null}
      <Fact
        name={
          isOneOfMany
            ? `${words.whoDoesIt}: ${step.id.replace(/^s/, '')}`
            : words.whoDoesIt
        }
      >
        {words.byAgent(step.agentName, step.venue)}
        <span className="quiet">
          {' '}
          {words.agentFee}:{' '}
          {step.fee.length === 0
            ? words.noFee
            : step.fee
                .map(
                  ({ token, units }) =>
                    `${toDecimal(units, token.decimals)} ${token.symbol}`,
                )
                .join(', ')}
        </span>
      </Fact>
    </>
  )
}

function Allowances({
  preview,
  words,
}: {
  readonly preview: Preview
  readonly words: Words
}) {
  if (preview.allowances.length === 0) return words.allowancesSame
  const say = (units: bigint) =>
    units >= unlimitedFrom ? words.unlimited : units.toString()
  return preview.allowances.map((change) => (
    <span className="line" key={`${change.token} ${change.spender}`}>
      {words.allowanceChange(
        change.symbol,
        say(change.beforeUnits),
        say(change.afterUnits),
      )}{' '}
      <code>{change.spender}</code>
    </span>
  ))
}

function Calls({
  preview,
  simulation,
}: {
  readonly preview: Preview
  readonly simulation: SimulationArtifact | undefined
}) {
  const words = useWords()
  return (
    <Disclosure title={words.everyCall}>
      <ol className="calls">
        {preview.steps.flatMap((step) =>
          step.calls.map((call) => (
            <li
              key={`${step.stepId} ${call.purpose} ${call.says}`}
              lang={languageOf(call.says)}
            >
              <span className="tag">{call.purpose}</span> {call.says}
            </li>
          )),
        )}
      </ol>
      <p className="quiet">
        {words.planHash} <Hash value={preview.planHash} name={words.planHash} />
      </p>
      {simulation ? (
        <p className="quiet">
          {words.simulatedAt(simulation.block.number.toString())}
        </p>
      ) : null}
    </Disclosure>
  )
}

/** Yes or no, in view as long as the card is; a new offer where it ran out. */
function Decision({
  record,
  preview,
  aheadSeconds,
  onApprove,
  onReject,
  onAskAnew,
}: {
  readonly record: IntentRecord
  readonly preview: Preview
  readonly aheadSeconds: number
  readonly onApprove: Decide
  readonly onReject: Decide
  readonly onAskAnew: () => Promise<void>
}) {
  const words = useWords()
  const [isBusy, setIsBusy] = useState(false)
  const nowMs = useNow(true)
  const secondsLeft = Math.floor(
    preview.untilUnixSeconds - aheadSeconds - nowMs / 1000,
  )
  const isOver = secondsLeft <= 0
  async function decide(work: () => Promise<void>): Promise<void> {
    setIsBusy(true)
    await work()
    setIsBusy(false)
  }
  return (
    <div className="decide">
      <p className="left" role="timer">
        {isOver ? (
          <b className="problem">{words.ranOut}</b>
        ) : (
          <>
            {words.goodFor}{' '}
            <b className={secondsLeft < hurrySeconds ? 'warning' : ''}>
              {Math.floor(secondsLeft / 60)}:
              {String(secondsLeft % 60).padStart(2, '0')}
            </b>
          </>
        )}
      </p>
      <button
        type="button"
        className="quiet"
        disabled={isBusy}
        onClick={() => void decide(() => onReject(preview.planHash))}
      >
        {words.reject}
      </button>
      {isOver ? (
        <button
          type="button"
          disabled={isBusy}
          onClick={() => void decide(onAskAnew)}
        >
          {words.askAnew}
        </button>
      ) : (
        <YesButton
          record={record}
          isBusy={isBusy}
          onYes={() => void decide(() => onApprove(preview.planHash))}
        />
      )}
    </div>
  )
}

/**
 * How far the chain's clock is ahead of the server's: offers end by the chain's.
 * What a block usually takes is no difference.
 */
function toAheadSeconds(record: IntentRecord): number {
  const { simulation } = record.artifacts
  if (simulation === undefined) return 0
  const ahead =
    simulation.block.timestampUnixSeconds - Date.parse(record.updatedAt) / 1000
  return Math.abs(ahead) < blockSeconds ? 0 : ahead
}

function Replacement({
  before,
  after,
  ranOut,
}: {
  readonly before: Preview
  readonly after: Preview
  readonly ranOut: boolean
}) {
  const words = useWords()
  return (
    <div className="replaced" role="status">
      <p>{ranOut ? words.wasReplaced : words.wasAmended}</p>
      {after.youGet.map((side) => {
        const was = before.youGet.find(({ token }) => token === side.token)
        return was === undefined ||
          was.boundUnits === side.boundUnits ? null : (
          <p key={side.token}>
            {words.atLeastWas(
              `${was.boundDecimal} ${was.symbol}`,
              `${side.boundDecimal} ${side.symbol}`,
            )}
          </p>
        )
      })}
    </div>
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
