import { type Address, type IntentRecord, isSameAddress } from '@behest/spec'
import { useState } from 'react'
import { useSigner } from '../account/useSigner.js'
import { toMessage } from '../client.js'
import { CopyButton } from '../shell/CopyButton.js'
import { Hash } from '../shell/Hash.js'
import { isFramed } from '../shell/isFramed.js'
import { toHash } from '../shell/useHash.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'

/** Who else has to say yes, the link to send them, and their wallet. */
export function SecondPerson({
  record,
  approvers,
}: {
  readonly record: IntentRecord
  readonly approvers: readonly Address[]
}) {
  const words = useWords()
  const { wallet } = useSigner()
  const [problem, setProblem] = useState<string | null>(null)
  const { connected, wallets, connect } = wallet
  const isOne =
    connected !== null &&
    approvers.some((one) => isSameAddress(one, connected.state.address))
  return (
    <section className="box" aria-label={words.secondPerson}>
      <h3>{words.secondPerson}</h3>
      <p>{isOne ? words.secondPersonIsYou : words.secondPersonSays}</p>
      {isOne ? null : (
        <ul className="lines">
          {approvers.map((one) => (
            <li key={one}>
              <Hash value={one} name={words.address} />
            </li>
          ))}
        </ul>
      )}
      <div className="row">
        <CopyButton
          text={`${window.location.origin}/${toHash({ type: 'intent', id: record.id })}`}
          name={words.copyLink}
          label={words.copyLink}
        />
        {connected !== null || isFramed
          ? null
          : wallets.map((one) => (
              <button
                key={one.uuid}
                type="button"
                className="small"
                onClick={() =>
                  void connect(one).catch((cause) =>
                    setProblem(toMessage(cause)),
                  )
                }
              >
                {words.connect(one.name)}
              </button>
            ))}
      </div>
      {connected === null ? null : (
        <p className="quiet">
          {words.connectedAs(connected.wallet.name)}{' '}
          <Hash value={connected.state.address} name={words.address} />
        </p>
      )}
      {problem === null ? null : (
        <p className="problem" role="alert" lang={languageOf(problem)}>
          {problem}
        </p>
      )}
    </section>
  )
}
