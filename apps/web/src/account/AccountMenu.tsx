import { useRef, useState } from 'react'
import { Amount } from '../amounts/Amount.js'
import { shortenDecimal } from '../amounts/shortenDecimal.js'
import { client, toMessage } from '../client.js'
import { Hash } from '../shell/Hash.js'
import { Panel } from '../shell/Panel.js'
import { useWords } from '../words/useWords.js'
import { useSigner } from './useSigner.js'
import type { Wallet } from './wallets.js'

/** The account that signs and what it holds; wallets that can be connected. */
export function AccountMenu({
  onSendTo,
}: {
  readonly onSendTo: (address: string) => void
}) {
  const words = useWords()
  const [problem, setProblem] = useState<string | null>(null)
  const [isOpen, setIsOpen] = useState(false)
  const goesOn = useRef(false)
  const { accounts, wallet, actsWith, held, signedInAs, ...signer } =
    useSigner()
  const { wallets, connected, connect, forget } = wallet

  async function choose(chosen: Wallet): Promise<void> {
    setProblem(null)
    try {
      await connect(chosen)
    } catch (cause) {
      setProblem(words.walletRefused(toMessage(cause)))
    }
  }

  const account = accounts?.accounts[0]
  const other = actsWith ?? signedInAs
  const shown =
    other === null
      ? account
      : { address: other, balances: held?.balances ?? [] }
  if (!accounts || !shown) return null
  const [first] = shown.balances
  return (
    <Panel
      kind="panel"
      title={words.account}
      triggerClass="quiet account"
      triggerLabel={`${words.openAccount}: ${shown.address}`}
      trigger={
        <>
          <code>{shorten(shown.address)}</code>
          {first ? (
            <span className="holds">
              {shortenDecimal(first.decimal)} {first.symbol}
            </span>
          ) : null}
        </>
      }
      isOpen={isOpen}
      onOpenChange={(opens) => {
        goesOn.current = false
        setIsOpen(opens)
      }}
      isFocusGivenBack={() => !goesOn.current}
    >
      {account === undefined ? null : <h3>{words.thisSigns}</h3>}
      <p>
        <Hash value={account?.address ?? shown.address} name={words.address} />
      </p>
      <p className="quiet">{words.onChain(accounts.chain)}</p>
      <p className="quiet">
        {account === undefined ? words.signedInSays : words.localCustody}
      </p>
      <Balances name={words.balances} of={account ?? shown} />
      {signedInAs === null ? null : (
        <div className="row">
          <button
            type="button"
            className="small quiet"
            onClick={() => {
              void client.sessions
                .end()
                .then(() => window.location.reload())
                .catch((cause) => setProblem(toMessage(cause)))
            }}
          >
            {words.signOut}
          </button>
        </div>
      )}
      <h3>{words.walletsHere}</h3>
      {wallets.length === 0 ? <p className="quiet">{words.noWallets}</p> : null}
      {connected === null ? (
        <div className="options">
          {wallets.map((one) => (
            <button
              key={one.uuid}
              type="button"
              className="choice"
              onClick={() => void choose(one)}
            >
              {one.icon === null ? null : (
                <img src={one.icon} alt="" width="20" height="20" />
              )}{' '}
              {words.connect(one.name)}
            </button>
          ))}
        </div>
      ) : (
        <div className="connected">
          <p>
            <b>{words.connectedAs(connected.wallet.name)}</b>
          </p>
          <p>
            <Hash value={connected.state.address} name={words.address} />
          </p>
          {connected.state.chainId === String(accounts.chainId) ? null : (
            <p className="warning">
              {words.walletOtherChain(
                connected.state.chainId,
                String(accounts.chainId),
              )}
            </p>
          )}
          <p className="quiet">
            {actsWith === null ? words.walletIdle : words.walletSigns}
          </p>
          {actsWith === null || held === null || signedInAs !== null ? null : (
            <Balances name={words.balancesOfWallet} of={held} />
          )}
          <div className="row">
            {signedInAs !== null ? null : actsWith === null ? (
              <button
                type="button"
                className="small"
                disabled={connected.state.chainId !== String(accounts.chainId)}
                onClick={() => signer.actWithWallet(connected.state.address)}
              >
                {words.actWith(connected.wallet.name)}
              </button>
            ) : (
              <button
                type="button"
                className="small quiet"
                onClick={signer.actWithServer}
              >
                {words.actWithServer}
              </button>
            )}
            <button
              type="button"
              className="small quiet"
              onClick={() => {
                // What was put into the field is to be read and sent next.
                goesOn.current = true
                setIsOpen(false)
                onSendTo(connected.state.address)
              }}
            >
              {words.sendThere}
            </button>
            <button type="button" className="small quiet" onClick={forget}>
              {words.forget}
            </button>
          </div>
        </div>
      )}
      {problem === null ? null : (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </Panel>
  )
}

function Balances({
  name,
  of,
}: {
  readonly name: string
  readonly of: {
    readonly balances: readonly {
      readonly symbol: string
      readonly decimal: string
    }[]
  }
}) {
  return (
    <table aria-label={name}>
      <tbody>
        {of.balances.map(({ symbol, decimal }) => (
          <tr key={symbol}>
            <th scope="row">{symbol}</th>
            <td>
              <Amount decimal={decimal} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function shorten(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`
}
