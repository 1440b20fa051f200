import type {
  Preview,
  Quote,
  QuotesArtifact,
  SimulationArtifact,
} from '@behest/spec'
import { toDecimal } from '@behest/spec'
import { shortenDecimal } from '../amounts/shortenDecimal.js'
import { toPercent } from '../amounts/toPercent.js'
import { Disclosure } from '../shell/Disclosure.js'
import type { Words } from '../words/english.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'

/** Who was asked, what they offered, and why this one was taken. */
export function AgentsAsked({
  quotes,
  choice,
  refused,
}: {
  readonly quotes: QuotesArtifact
  readonly choice: Preview['choice']
  readonly refused: SimulationArtifact['refused']
}) {
  const words = useWords()
  const asked = new Set(quotes.outcomes.map(({ agentId }) => agentId))
  const best = new Set(quotes.ranking.map(({ quoteIds }) => quoteIds[0]))
  return (
    <Disclosure
      title={`${words.agentsAsked(asked.size)} · ${words.whyThisOne}`}
    >
      {choice.map(({ stepId, why }) => (
        <p key={stepId} lang={languageOf(why)}>
          {why}
        </p>
      ))}
      <table>
        <thead>
          <tr>
            <th scope="col">{words.step}</th>
            <th scope="col">{words.agent}</th>
            <th scope="col">{words.offered}</th>
            <th scope="col">{words.outcome}</th>
          </tr>
        </thead>
        <tbody>
          {quotes.outcomes.map(({ stepId, agentId, agentName, outcome }) => (
            <tr key={`${stepId} ${agentId}`}>
              <td>{stepId.replace(/^s/, '')}</td>
              <th scope="row">{agentName}</th>
              <td>
                {outcome.type === 'quoted'
                  ? sayOffer(outcome.quote, words)
                  : '–'}
              </td>
              <td>{sayOutcome(outcome, best, refused, words)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Disclosure>
  )
}

function sayOffer(quote: Quote, words: Words): string {
  const amounts = quote.receive.map(
    ({ token, expectedUnits }) =>
      `${shortenDecimal(toDecimal(expectedUnits, token.decimals))} ${token.symbol}`,
  )
  const rate =
    quote.ratePerYear === undefined
      ? []
      : [words.perYear(toPercent(quote.ratePerYear))]
  return [...rate, ...amounts].join(', ') || '–'
}

function sayOutcome(
  outcome: QuotesArtifact['outcomes'][number]['outcome'],
  best: ReadonlySet<string | undefined>,
  refused: SimulationArtifact['refused'],
  words: Words,
): string {
  if (outcome.type === 'declined') return words.declined(outcome.why)
  if (outcome.type === 'rejected') return words.refusedBecause(outcome.why)
  const { quoteId } = outcome.quote
  const broken = refused.find((entry) => entry.quoteId === quoteId)
  if (broken)
    return words.refusedBecause(
      broken.violations.map(({ message }) => message).join(' '),
    )
  return best.has(quoteId) ? words.chosen : words.notChosen
}
