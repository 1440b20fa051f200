import { TypedField } from '../shell/TypedField.js'
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
    return (
      <TypedField
        label={label}
        name={`${name}.${key}`}
        inputMode="decimal"
        maxLength={24}
        value={draft[key]}
        {...(unit === '$' ? { before: '$' } : {})}
        {...(unit !== '' && unit !== '$' ? { after: unit } : {})}
        wrong={wrong.has(`${name}.${key}`) ? limits.wrong : undefined}
        onChange={(event) => put({ [key]: event.target.value })}
      />
    )
  }
  const paysAnyone = draft.recipients.includes('any')
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
        <TypedField
          label={limits.recipientsHint}
          name={`${name}.addresses`}
          render={<textarea rows={2} />}
          spellCheck={false}
          placeholder="0x…"
          defaultValue={draft.recipients.join('\n')}
          wrong={
            wrong.has(`${name}.recipients`) ? limits.wrongAddress : undefined
          }
          onChange={(event) =>
            put({ recipients: toEntries(event.target.value) })
          }
        />
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
