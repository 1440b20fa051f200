import { Field } from '@base-ui/react/field'
import { Switch } from '@base-ui/react/switch'
import type { Address, PolicyRecord } from '@behest/spec'
import { type FormEvent, useState } from 'react'
import { useSigner } from '../account/useSigner.js'
import { readServerTimeMs, toMessage } from '../client.js'
import { CopyButton } from '../shell/CopyButton.js'
import { isFramed } from '../shell/isFramed.js'
import { OneOf } from '../shell/OneOf.js'
import { TypedField } from '../shell/TypedField.js'
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
      <Field.Root>
        <Field.Label className="alone-switch">
          <Switch.Root
            className="switch"
            checked={draft.actsAlone === 'yes'}
            onCheckedChange={(isOn) =>
              setDraft({ ...draft, actsAlone: isOn ? 'yes' : 'no' })
            }
          >
            <Switch.Thumb className="thumb" />
          </Switch.Root>
          <span>{limits.letAlone}</span>
        </Field.Label>
      </Field.Root>
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
          <div className="typed">
            <OneOf<PolicyDraft['beyond']>
              label={limits.between}
              value={draft.beyond}
              options={[
                { value: 'ask', label: limits.beyond.ask },
                { value: 'refuse', label: limits.beyond.refuse },
              ]}
              onChange={(beyond) => setDraft({ ...draft, beyond })}
            />
          </div>
        </>
      )}
      <div className="pairs once">
        <TypedField
          label={limits.lastDay}
          type="date"
          name="lastDay"
          value={draft.lastDay}
          wrong={wrong.has('lastDay') ? limits.wrongDay : undefined}
          onChange={({ target }) =>
            setDraft({ ...draft, lastDay: target.value })
          }
        />
        <TypedField
          label={limits.coolingOffHint}
          name="coolingOffHours"
          inputMode="decimal"
          maxLength={8}
          value={draft.coolingOffHours}
          after={limits.hourUnit}
          wrong={wrong.has('coolingOffHours') ? limits.wrong : undefined}
          onChange={({ target }) =>
            setDraft({ ...draft, coolingOffHours: target.value })
          }
        />
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
