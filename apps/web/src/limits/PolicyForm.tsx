import type { Address, PolicyRecord } from '@behest/spec'
import { type FormEvent, useState } from 'react'
import { useSigner } from '../account/useSigner.js'
import { readServerTimeMs, toMessage } from '../client.js'
import { CopyButton } from '../shell/CopyButton.js'
import { isFramed } from '../shell/isFramed.js'
import { toHash } from '../shell/useHash.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'
import { type PolicyDraft, parseDraft, toDraft } from './policyDraft.js'
import { RulesFields } from './RulesFields.js'
import { listChanges } from './sayPolicy.js'

/** A policy to be typed, looked over and signed. */
export function PolicyForm({
  account,
  chainId,
  record,
  tokens,
  onSet,
  onCancel,
}: {
  readonly account: Address
  readonly chainId: number
  /** What stands now. */
  readonly record: PolicyRecord | null
  readonly tokens: readonly {
    readonly symbol: string
    readonly token: string
  }[]
  readonly onSet: (record: PolicyRecord) => void
  readonly onCancel: () => void
}) {
  const words = useWords()
  const { limits } = words
  const { setPolicy, isHolders, accounts } = useSigner()
  const [draft, setDraft] = useState<PolicyDraft>(() =>
    toDraft(record?.policy ?? null, readServerTimeMs()),
  )
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set())
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const before = record?.policy ?? null
  const parsed = parseDraft({
    draft,
    account,
    chainId,
    sequence: (before?.sequence ?? 0) + 1,
  })
  const changes =
    before !== null && parsed.type === 'policy'
      ? listChanges({ before, after: parsed.policy, words, tokens })
      : []
  const isWallets = isHolders({ account })
  const canSign = isWallets || accounts?.signsPolicies === true

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (parsed.type === 'problems') {
      setWrong(new Set(parsed.problems.map(({ field }) => field)))
      const form = event.currentTarget
      // After the fields are marked: to the first that has to be mended.
      requestAnimationFrame(() =>
        form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(),
      )
      return
    }
    setWrong(new Set())
    setProblem(null)
    setIsBusy(true)
    try {
      onSet(await setPolicy(parsed.policy))
    } catch (cause) {
      setProblem(toMessage(cause))
      setIsBusy(false)
    }
  }

  return (
    <form className="box" noValidate onSubmit={(event) => void submit(event)}>
      <h3>{before === null ? limits.firstPolicy : limits.changePolicy}</h3>
      <RulesFields
        name="limits"
        title={limits.hard}
        says={limits.hardSays}
        draft={draft.limits}
        tokens={tokens}
        wrong={wrong}
        onChange={(rules) => setDraft({ ...draft, limits: rules })}
      />
      <label className="chip alone-switch">
        <input
          type="checkbox"
          checked={draft.actsAlone === 'yes'}
          onChange={({ target }) =>
            setDraft({ ...draft, actsAlone: target.checked ? 'yes' : 'no' })
          }
        />
        <span>{limits.letAlone}</span>
      </label>
      {draft.actsAlone === 'no' ? null : (
        <>
          <RulesFields
            name="automatic"
            title={limits.alone}
            says={limits.aloneSays}
            draft={draft.automatic}
            tokens={tokens}
            wrong={wrong}
            onChange={(rules) => setDraft({ ...draft, automatic: rules })}
          />
          <label className="typed">
            <span>{limits.between}</span>
            <select
              name="beyond"
              value={draft.beyond}
              onChange={({ target }) =>
                setDraft({
                  ...draft,
                  beyond: target.value === 'refuse' ? 'refuse' : 'ask',
                })
              }
            >
              <option value="ask">{limits.beyond.ask}</option>
              <option value="refuse">{limits.beyond.refuse}</option>
            </select>
          </label>
        </>
      )}
      <div className="pairs once">
        <label className="typed">
          <span>{limits.lastDay}</span>
          <input
            type="date"
            name="lastDay"
            value={draft.lastDay}
            aria-invalid={wrong.has('lastDay')}
            onChange={({ target }) =>
              setDraft({ ...draft, lastDay: target.value })
            }
          />
          {wrong.has('lastDay') ? (
            <span className="problem">{limits.wrongDay}</span>
          ) : null}
        </label>
        <label className="typed">
          <span>{limits.coolingOffHint}</span>
          <span className="with-unit">
            <input
              name="coolingOffHours"
              inputMode="decimal"
              maxLength={8}
              value={draft.coolingOffHours}
              aria-invalid={wrong.has('coolingOffHours')}
              onChange={({ target }) =>
                setDraft({ ...draft, coolingOffHours: target.value })
              }
            />
            <i>{limits.hourUnit}</i>
          </span>
          {wrong.has('coolingOffHours') ? (
            <span className="problem">{limits.wrong}</span>
          ) : null}
        </label>
      </div>
      {changes.length === 0 ? null : (
        <div className="changes">
          <h4>{limits.changes}</h4>
          <ul>
            {changes.map(({ name, was, value }) => (
              <li key={name}>
                {name} <del>{was}</del> → <b>{value}</b>
              </li>
            ))}
          </ul>
        </div>
      )}
      {canSign ? null : (
        <p className="note">
          {limits.setElsewhere} <code>behest policy set policy.json</code>{' '}
          {parsed.type === 'policy' ? (
            <CopyButton
              text={JSON.stringify(parsed.policy, null, 2)}
              name="policy.json"
              label={limits.copyFile}
            />
          ) : null}
        </p>
      )}
      {problem === null ? null : (
        <p className="problem" role="alert" lang={languageOf(problem)}>
          {problem}
        </p>
      )}
      <div className="decide">
        <p className="left">{limits.signSays}</p>
        <button
          type="button"
          className="quiet"
          disabled={isBusy}
          onClick={onCancel}
        >
          {words.cancel}
        </button>
        {isFramed ? (
          // What surrounds a frame can cover it: as with every yes.
          <a
            className="button yes"
            href={toHash({ type: 'limits' })}
            target="_blank"
            rel="noopener"
          >
            {words.approveElsewhere}
          </a>
        ) : (
          <button type="submit" className="yes" disabled={isBusy || !canSign}>
            {isBusy
              ? words.working
              : isWallets
                ? limits.signInWallet
                : limits.sign}
          </button>
        )}
      </div>
    </form>
  )
}
