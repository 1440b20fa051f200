import type { Receipt } from '@behest/spec'
import { toDecimal } from '@behest/spec'

/** The receipt: what was promised beside what the chain says came true. */
export function ReceiptCard({ receipt }: { readonly receipt: Receipt }) {
  return (
    <section className="receipt" data-outcome={receipt.outcome}>
      <h3>
        Receipt: <b className="outcome">{receipt.outcome}</b>
      </h3>
      {receipt.steps.map((step) => (
        <div key={step.id}>
          <h4>
            {step.id} {step.action} by {step.agent}: {step.verdict}
          </h4>
          {step.why ? <p className="problem">{step.why}</p> : null}
          <table>
            <thead>
              <tr>
                <th scope="col">Token</th>
                <th scope="col">Promised</th>
                <th scope="col">Came true</th>
              </tr>
            </thead>
            <tbody>
              {step.realised.map((delta) => {
                const bound = step.promised.find(
                  (entry) =>
                    entry.token.toLowerCase() === delta.token.toLowerCase() &&
                    entry.account.toLowerCase() === delta.account.toLowerCase(),
                )
                return (
                  <tr key={`${delta.account} ${delta.token}`}>
                    <th scope="row">
                      {delta.symbol}
                      {delta.account.toLowerCase() ===
                      receipt.account.toLowerCase() ? null : (
                        <span className="quiet">
                          {' '}
                          to {delta.account.slice(0, 6)}…
                          {delta.account.slice(-4)}
                        </span>
                      )}
                    </th>
                    <td>
                      {bound
                        ? bound.units < 0n
                          ? `at most ${bound.decimal.slice(1)}`
                          : `at least ${bound.decimal}`
                        : ''}
                    </td>
                    <td className={delta.units < 0n ? 'minus' : 'plus'}>
                      {delta.units > 0n ? '+' : ''}
                      {delta.decimal}
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      ))}
      <details>
        <summary>Transactions, gas and signatures</summary>
        <ul className="calls">
          {receipt.steps.flatMap((step) =>
            step.transactions.map((hash) => (
              <li key={hash}>
                <code>{hash}</code>
              </li>
            )),
          )}
        </ul>
        <p className="quiet">Gas {toDecimal(receipt.gasWei, 18)}</p>
        {receipt.signatures.map(({ by }) => (
          <p className="quiet" key={by}>
            Signed by <code>{by}</code>
          </p>
        ))}
      </details>
    </section>
  )
}
