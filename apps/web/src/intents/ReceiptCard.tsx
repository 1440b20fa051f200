import type { Receipt } from '@behest/spec'
import { isSameAddress, toDecimal } from '@behest/spec'
import { Amount } from '../amounts/Amount.js'
import { cutDecimal } from '../amounts/cutDecimal.js'
import { shortenDecimal } from '../amounts/shortenDecimal.js'
import { HealthPicture } from '../pictures/lazyPictures.js'
import { Disclosure } from '../shell/Disclosure.js'
import { Hash } from '../shell/Hash.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'

/** The receipt: what was promised beside what the chain says came true. */
export function ReceiptCard({
  receipt,
  decimalsOf,
}: {
  readonly receipt: Receipt
  /** How many decimals a token has, where the plan said so. */
  readonly decimalsOf: ReadonlyMap<string, number>
}) {
  const words = useWords()
  const tookMs = Date.parse(receipt.finishedAt) - Date.parse(receipt.startedAt)
  return (
    <section className="receipt box" data-outcome={receipt.outcome}>
      <h3>
        {words.receipt}:{' '}
        <span className="outcome">{words.outcomes[receipt.outcome]}</span>
      </h3>
      <p className="quiet">
        {words.outcomeSays[receipt.outcome]}{' '}
        {words.tookSeconds((tookMs / 1000).toFixed(1))}
      </p>
      {receipt.steps.map((step) => (
        <div key={step.id} className="outcome-of-step">
          <h4>
            {words.step} {step.id.replace(/^s/, '')}: {step.action} ·{' '}
            {step.agent} ·{' '}
            <span data-verdict={step.verdict}>
              {words.outcomes[step.verdict]}
            </span>
          </h4>
          {step.why ? (
            <p className="problem" lang={languageOf(step.why)}>
              {step.why}
            </p>
          ) : null}
          <table>
            <thead>
              <tr>
                <th scope="col">{words.token}</th>
                <th scope="col">{words.promised}</th>
                <th scope="col">{words.cameTrue}</th>
              </tr>
            </thead>
            <tbody>
              {step.realised.map((delta) => {
                const bound = step.promised.find(
                  (entry) =>
                    isSameAddress(entry.token, delta.token) &&
                    isSameAddress(entry.account, delta.account),
                )
                const decimals = decimalsOf.get(delta.token.toLowerCase())
                const better =
                  bound && decimals !== undefined
                    ? cutDecimal(toDecimal(delta.units - bound.units, decimals))
                    : '0'
                return (
                  <tr key={`${delta.account} ${delta.token}`}>
                    <th scope="row">
                      {delta.symbol}
                      {isSameAddress(delta.account, receipt.account) ? null : (
                        <span className="quiet">
                          {' '}
                          {words.to(
                            `${delta.account.slice(0, 6)}…${delta.account.slice(-4)}`,
                          )}
                        </span>
                      )}
                    </th>
                    <td>
                      {bound ? (
                        <>
                          <span className="quiet">
                            {bound.units < 0n ? words.atMost : words.atLeast}
                          </span>{' '}
                          <Amount decimal={bound.decimal.replace(/^-/, '')} />
                        </>
                      ) : (
                        '–'
                      )}
                    </td>
                    <td className={delta.units < 0n ? 'minus' : 'plus'}>
                      {delta.units > 0n ? '+' : ''}
                      <Amount decimal={delta.decimal} />
                      {/[1-9]/.test(better) ? (
                        <span className="quiet line">
                          {words.difference} {better}
                        </span>
                      ) : null}
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
          {step.positions.map((position) => (
            <p key={`${position.market} ${position.kind}`}>
              {words.positions[position.kind]}{' '}
              <Amount decimal={position.decimal} symbol={position.symbol} />{' '}
              {words.positionAt(position.venue)}
            </p>
          ))}
        </div>
      ))}
      {receipt.health.map((change) => (
        <div key={change.venue}>
          <h4>{words.health(change.venue)}</h4>
          <HealthPicture change={change} />
        </div>
      ))}
      <Disclosure title={words.proof}>
        <ul className="calls">
          {receipt.steps.flatMap((step) =>
            step.transactions.map((hash, index) => (
              <li key={hash}>
                <Hash
                  value={hash}
                  name={`${words.transactions} ${step.id}.${index + 1}`}
                />
              </li>
            )),
          )}
        </ul>
        <p className="quiet">
          {words.planHash}{' '}
          <Hash value={receipt.planHash} name={words.planHash} />
        </p>
        <p className="quiet">
          {words.gas} {shortenDecimal(toDecimal(receipt.gasWei, 18))} ·{' '}
          {words.feesPaid}:{' '}
          {receipt.feesPaid
            .map(({ decimal, symbol }) => `${decimal} ${symbol}`)
            .join(', ') || words.noFee}
        </p>
        <ul className="calls">
          {receipt.signatures.map(({ by, signature }) => {
            const step = receipt.steps.find(({ agentAddress }) =>
              isSameAddress(agentAddress, by),
            )
            return (
              <li key={signature}>
                {words.signedBy}{' '}
                {step ? words.theAgent(step.agent) : words.theEngine}{' '}
                <Hash value={by} name={words.address} />
              </li>
            )
          })}
        </ul>
      </Disclosure>
    </section>
  )
}
