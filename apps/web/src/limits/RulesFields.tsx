import { useId } from 'react'
import { useWords } from '../words/useWords.js'
import { Choices } from './Choices.js'
import { nameToken, type RulesDraft, toEntries } from './policyDraft.js'

const offeredActions = [
  'swap',
  'transfer',
  'supply',
  'withdraw',
  'borrow',
  'repay',
  'approve',
  'revoke',
]
const offeredVenues = ['uniswap', 'aave', 'morpho']

/** One set of limits, to be typed. */
export function RulesFields({
  name,
  title,
  says,
  draft,
  tokens,
  wrong,
  onChange,
}: {
  /** `limits` or `automatic`. */
  readonly name: string
  readonly title: string
  readonly says: string
  readonly draft: RulesDraft
  readonly tokens: readonly {
    readonly symbol: string
    readonly token: string
  }[]
  /** The fields that make no sense, as `limits.perDayUsd`. */
  readonly wrong: ReadonlySet<string>
  readonly onChange: (draft: RulesDraft) => void
}) {
  const words = useWords()
  const { limits } = words
  const id = useId()
  const put = (changes: Partial<RulesDraft>) =>
    onChange({ ...draft, ...changes })
  const field = (
    key:
      | 'perTransactionUsd'
      | 'perDayUsd'
      | 'maxPriceImpact'
      | 'maxSlippage'
      | 'minHealth',
    label: string,
    unit: string,
  ) => {
    const isWrong = wrong.has(`${name}.${key}`)
    return (
      <label className="typed">
        <span>{label}</span>
        <span className="with-unit">
          {unit === '$' ? <i>$</i> : null}
          <input
            name={`${name}.${key}`}
            inputMode="decimal"
            autoComplete="off"
            maxLength={24}
            value={draft[key]}
            aria-invalid={isWrong}
            aria-describedby={isWrong ? `${id}-${key}` : undefined}
            onChange={(event) => put({ [key]: event.target.value })}
          />
          {unit !== '' && unit !== '$' ? <i>{unit}</i> : null}
        </span>
        {isWrong ? (
          <span className="problem" id={`${id}-${key}`}>
            {limits.wrong}
          </span>
        ) : null}
      </label>
    )
  }
  const paysAnyone = draft.recipients.includes('any')
  const isWrongRecipient = wrong.has(`${name}.recipients`)
  return (
    <fieldset className="ruleset">
      <legend>{title}</legend>
      <p className="quiet">{says}</p>
      <div className="pairs">
        {field('perTransactionUsd', limits.perPlan, '$')}
        {field('perDayUsd', limits.perDay, '$')}
      </div>
      <Choices
        name={`${name}.actions`}
        legend={limits.actions}
        options={offeredActions.map((action) => ({
          value: action,
          label: limits.actionNames[action] ?? action,
        }))}
        value={draft.actions}
        onChange={(actions) => put({ actions })}
      />
      <Choices
        name={`${name}.tokens`}
        legend={limits.tokens}
        options={tokens.map(({ symbol, token }) => ({
          value: token,
          label: symbol,
        }))}
        value={draft.tokens.map((token) => toKnown(token, tokens))}
        isWrong={wrong.has(`${name}.tokens`)}
        onChange={(chosen) => put({ tokens: chosen })}
      />
      <Choices
        name={`${name}.venues`}
        legend={limits.venues}
        options={offeredVenues.map((venue) => ({ value: venue, label: venue }))}
        value={draft.venues}
        onChange={(venues) => put({ venues })}
      />
      <Choices
        name={`${name}.recipients`}
        legend={limits.recipients}
        anyLabel={limits.anyone}
        options={[]}
        value={paysAnyone ? ['any'] : []}
        onChange={(recipients) => put({ recipients })}
      />
      {paysAnyone ? null : (
        <label className="typed">
          <span>{limits.recipientsHint}</span>
          <textarea
            name={`${name}.addresses`}
            rows={2}
            spellCheck={false}
            autoComplete="off"
            placeholder="0x…"
            defaultValue={draft.recipients.join('\n')}
            aria-invalid={isWrongRecipient}
            onChange={(event) =>
              put({ recipients: toEntries(event.target.value) })
            }
          />
          {isWrongRecipient ? (
            <span className="problem">{limits.wrongAddress}</span>
          ) : null}
        </label>
      )}
      <div className="pairs three">
        {field('maxPriceImpact', limits.priceImpact, '%')}
        {field('maxSlippage', limits.slippage, '%')}
        {field('minHealth', limits.minHealth, '')}
      </div>
    </fieldset>
  )
}

/** Addresses are the same in any case; a list names each once. */
function toKnown(
  token: string,
  tokens: readonly { readonly symbol: string; readonly token: string }[],
): string {
  const symbol = nameToken(token, tokens)
  return tokens.find((one) => one.symbol === symbol)?.token ?? token
}
