import type { PolicyRecord, PolicyRules } from '@behest/spec'
import { toUnits } from '@behest/spec'
import type { ReactNode } from 'react'
import { toGrouped } from '../amounts/toGrouped.js'
import { Disclosure } from '../shell/Disclosure.js'
import { Hash } from '../shell/Hash.js'
import { Share } from '../shell/Share.js'
import { useNow } from '../shell/useNow.js'
import { languageOf } from '../words/languageOf.js'
import { toDate, toDateTime } from '../words/toDateTime.js'
import { useWords } from '../words/useWords.js'
import { sayRules } from './sayPolicy.js'

/** From here on the bar says that little is left. */
const nearPercent = 80

type KnownTokens = Parameters<typeof sayRules>[2]

/** A policy as it stands: what is left of today, what binds, what needs nobody. */
export function PolicyCard({
  record,
  tokens,
  onChange,
  children,
}: {
  readonly record: PolicyRecord
  readonly tokens: KnownTokens
  readonly onChange: () => void
  /** What else can be done to it. */
  readonly children: ReactNode
}) {
  const words = useWords()
  const nowMs = useNow(true)
  const { policy, killedAt, killedWhy } = record
  const isStopped = killedAt !== undefined
  const isOver = policy.validUntilUnixSeconds * 1000 <= nowMs
  const waiting = Object.entries(record.recipientsFrom).filter(
    ([, from]) => from * 1000 > nowMs,
  )
  return (
    <div className="box standing" data-state={isStopped ? 'stopped' : 'holds'}>
      <h3>
        {words.limits.policyNumber(String(policy.sequence))}{' '}
        <span
          className="mark"
          data-health={isStopped || isOver ? 'down' : 'live'}
        >
          {isStopped
            ? words.limits.stopped
            : isOver
              ? words.limits.ranOut
              : words.limits.holds}
        </span>
      </h3>
      {isStopped ? (
        <div className="halted" role="status">
          <p>
            <b>
              {words.limits.stoppedAt(toDateTime(killedAt, words.language))}
            </b>
            {killedWhy === undefined ? null : (
              <>
                {' '}
                <q lang={languageOf(killedWhy)}>{killedWhy}</q>
              </>
            )}
          </p>
          <p>{words.limits.stoppedSays}</p>
        </div>
      ) : (
        <p className="quiet">
          {words.limits.holdsUntil(
            toDate(policy.validUntilUnixSeconds * 1000, words.language),
          )}
        </p>
      )}
      <Spent spent={record.spentTodayUsd} most={policy.limits.perDayUsd} />
      <div className="row">
        <button
          type="button"
          className={isStopped ? '' : 'quiet'}
          onClick={onChange}
        >
          {isStopped ? words.limits.startAgain : words.limits.change}
        </button>
        {children}
      </div>
      <div className="rulesets">
        <Rules
          title={words.limits.hard}
          says={words.limits.hardSays}
          rules={policy.limits}
          tokens={tokens}
        />
        {policy.automatic ? (
          <Rules
            title={words.limits.alone}
            says={words.limits.aloneSays}
            rules={policy.automatic}
            tokens={tokens}
          />
        ) : (
          <div>
            <h4>{words.limits.alone}</h4>
            <p>{words.limits.neverAlone}</p>
          </div>
        )}
      </div>
      {policy.automatic ? (
        <p className="between">
          <b>{words.limits.between}</b> {words.limits.beyond[policy.beyond]}
        </p>
      ) : null}
      {waiting.map(([recipient, from]) => (
        <p key={recipient} className="quiet">
          {words.limits.payableFrom(toDateTime(from * 1000, words.language))}{' '}
          <code>{recipient}</code>
        </p>
      ))}
      <Disclosure title={words.limits.signedAs}>
        <p className="quiet">
          {words.limits.policyHash}{' '}
          <Hash value={record.policyHash} name={words.limits.policyHash} />
        </p>
        <p className="quiet">
          {words.limits.signedAt(
            toDateTime(record.activatedAt, words.language),
          )}
        </p>
      </Disclosure>
    </div>
  )
}

function Spent({
  spent,
  most,
}: {
  readonly spent: string
  readonly most: string
}) {
  const words = useWords()
  const mostE8 = toUnits(most, 8)
  const share = mostE8 === 0n ? 100n : (toUnits(spent, 8) * 100n) / mostE8
  const percent = Number(share > 100n ? 100n : share)
  return (
    <Share
      name={words.limits.spentToday(
        `$${toGrouped(cutCents(spent))}`,
        `$${toGrouped(most)}`,
      )}
      value={percent / 100}
      says={`${percent} %`}
      tone={percent >= nearPercent ? 'near' : 'calm'}
    />
  )
}

function Rules({
  title,
  says,
  rules,
  tokens,
}: {
  readonly title: string
  readonly says: string
  readonly rules: PolicyRules
  readonly tokens: KnownTokens
}) {
  const words = useWords()
  return (
    <div>
      <h4>{title}</h4>
      <p className="quiet">{says}</p>
      <dl className="rules">
        {sayRules(rules, words, tokens).map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

/** Cents are as fine as a limit is read; more is cut, never rounded up. */
function cutCents(usd: string): string {
  const [whole = '0', fraction = ''] = usd.split('.')
  return fraction === '' ? whole : `${whole}.${fraction.slice(0, 2)}`
}
