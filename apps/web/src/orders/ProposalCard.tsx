import type { Hex, IntentRecord, OrderProposal } from '@behest/spec'
import { useState } from 'react'
import { YesButton } from '../intents/YesButton.js'
import { Hash } from '../shell/Hash.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'

/** A standing order before it stands: what it may do, and the yes or no. */
export function ProposalCard({
  record,
  proposal,
  onApprove,
  onReject,
}: {
  readonly record: IntentRecord
  readonly proposal: OrderProposal
  readonly onApprove: (termsHash: Hex) => Promise<void>
  readonly onReject: (termsHash: Hex) => Promise<void>
}) {
  const words = useWords()
  const [isBusy, setIsBusy] = useState(false)
  async function decide(work: () => Promise<void>): Promise<void> {
    setIsBusy(true)
    await work()
    setIsBusy(false)
  }
  const { headline, lines, termsHash } = proposal
  return (
    <section className="box preview" aria-label={words.orderToApprove}>
      <h3 lang={languageOf(headline)}>{headline}</h3>
      <ul className="lines">
        {lines.map((line) => (
          <li key={line} lang={languageOf(line)}>
            {line}
          </li>
        ))}
      </ul>
      <p className="quiet">
        {words.termsHash} <Hash value={termsHash} name={words.termsHash} />
      </p>
      <div className="decide">
        <p className="left">{words.orderStandsUntil}</p>
        <button
          type="button"
          className="quiet"
          disabled={isBusy}
          onClick={() => void decide(() => onReject(termsHash))}
        >
          {words.reject}
        </button>
        <YesButton
          record={record}
          isBusy={isBusy}
          onYes={() => void decide(() => onApprove(termsHash))}
        />
      </div>
    </section>
  )
}
