import {
  type AccountBalances,
  type Accounts,
  sendPlanned,
} from '@behest/client'
import {
  type Address,
  type Hex,
  type IntentRecord,
  isSameAddress,
  type Policy,
  type PolicyRecord,
} from '@behest/spec'
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
} from 'react'
import { client } from '../client.js'
import { useWords } from '../words/useWords.js'
import { askForSignature } from './askForSignature.js'
import { useSignedIn } from './SignInGate.js'
import { isRefusal, sendFromWallet } from './sendFromWallet.js'
import { signMandates } from './signMandates.js'
import { signPolicy } from './signPolicy.js'
import { useWallet } from './useWallet.js'

/** Who acts, and how a yes is given: by the server's account, or by a wallet. */
export type Signer = {
  readonly accounts: Accounts | null
  readonly wallet: ReturnType<typeof useWallet>
  /** Whoever is signed in, where that is asked for. */
  readonly signedInAs: Address | null
  /** The wallet's account, while the person acts with it. */
  readonly actsWith: Address | null
  /** What the wallet's account holds, while the person acts with it. */
  readonly held: AccountBalances | null
  readonly actWithWallet: (address: Address) => void
  readonly actWithServer: () => void
  /** Whether the server has no key of this intent's account. */
  readonly isHolders: (of: { readonly account: Address }) => boolean
  /** Whose signature a yes to this intent needs; `null` where nobody else's. */
  readonly approversOf: (of: {
    readonly account: Address
  }) => readonly Address[] | null
  /** Approves exactly this plan; a wallet's account signs it first. */
  readonly approve: (record: IntentRecord, planHash: Hex) => Promise<unknown>
  /** Lets a policy hold; a wallet's account signs it first. */
  readonly setPolicy: (policy: Policy) => Promise<PolicyRecord>
  /** Has the wallet send what is left of an approved plan, one after the other. */
  readonly send: (record: IntentRecord) => Promise<unknown>
  /** Whether the wallet is being asked for an intent just now. */
  readonly isSending: (id: string) => boolean
}

const SignerContext = createContext<Signer | null>(null)

/**
 * Knows who acts, for everything below it.
 *
 * @param props.stamp - Changes when balances may have.
 */
export function SignerProvider({
  stamp,
  children,
}: {
  readonly stamp: string
  readonly children: ReactNode
}) {
  const words = useWords()
  const signedInAs = useSignedIn()
  const wallet = useWallet(signedInAs)
  const [accounts, setAccounts] = useState<Accounts | null>(null)
  const [chosen, setChosen] = useState<Address | null>(null)
  const [held, setHeld] = useState<AccountBalances | null>(null)
  const [sending, setSending] = useState<readonly string[]>([])
  const { connected } = wallet
  // A wallet that went elsewhere does not act any more.
  const wished = signedInAs ?? chosen
  const actsWith =
    wished !== null &&
    connected !== null &&
    isSameAddress(connected.state.address, wished) &&
    connected.state.chainId === String(accounts?.chainId)
      ? wished
      : null

  // biome-ignore lint/correctness/useExhaustiveDependencies: balances change when an intent does
  useEffect(() => {
    const ending = new AbortController()
    client
      .accounts({ signal: ending.signal })
      .then(setAccounts)
      .catch(() => undefined) // the page says elsewhere that nobody answers
    return () => ending.abort()
  }, [stamp])

  // biome-ignore lint/correctness/useExhaustiveDependencies: balances change when an intent does
  useEffect(() => {
    setHeld(null)
    const whose = actsWith ?? signedInAs
    if (whose === null) return
    const ending = new AbortController()
    client
      .account(whose, { signal: ending.signal })
      .then(setHeld)
      .catch(() => undefined)
    return () => ending.abort()
  }, [stamp, actsWith, signedInAs])

  const approversOf = ({
    account,
  }: {
    readonly account: Address
  }): readonly Address[] | null => {
    const { accounts: own, approvers } = accounts?.secondPerson ?? {}
    return own?.some((one) => isSameAddress(one, account))
      ? (approvers ?? null)
      : null
  }

  const isHolders = ({ account }: { readonly account: Address }): boolean =>
    accounts !== null &&
    approversOf({ account }) === null &&
    !accounts.accounts.some(({ address }) => isSameAddress(address, account))

  /** Signs as a second person what the server says that is to be signed. */
  async function approveAsSecond(
    { id }: IntentRecord,
    planHash: Hex,
    approvers: readonly Address[],
  ): Promise<unknown> {
    const shown = connected?.state.address
    if (
      connected === null ||
      shown === undefined ||
      !approvers.some((one) => isSameAddress(one, shown))
    )
      throw new TypeError(words.connectToApprove(approvers.join(', ')))
    const signing = await client.getApproval(id)
    if (signing.planHash.toLowerCase() !== planHash.toLowerCase())
      return undefined // a new one is shown
    const signature = await askForSignature({
      provider: connected.wallet.provider,
      address: shown,
      typedData: signing.typedData,
    })
    return client.approve(id, { planHash, signature })
  }

  /** The wallet that holds an intent's account, or it is said which is needed. */
  const providerOf = ({ account }: { readonly account: Address }) => {
    if (connected === null || !isSameAddress(connected.state.address, account))
      throw new TypeError(words.connectToApprove(account))
    return connected.wallet.provider
  }

  async function send(record: IntentRecord): Promise<unknown> {
    const { id } = record
    const provider = providerOf(record)
    setSending((before) => [...before, id])
    try {
      return await sendPlanned({
        client,
        id,
        send: (transaction) => sendFromWallet(provider, transaction),
        isRefusal,
      })
    } finally {
      setSending((before) => before.filter((one) => one !== id))
    }
  }

  return (
    <SignerContext
      value={{
        accounts,
        wallet,
        signedInAs,
        actsWith,
        held,
        actWithWallet: setChosen,
        actWithServer: () => setChosen(null),
        isHolders,
        approversOf,
        send,
        isSending: (id) => sending.includes(id),
        approve: async (record, planHash) => {
          const approvers = approversOf(record)
          if (approvers !== null)
            return approveAsSecond(record, planHash, approvers)
          if (!isHolders(record)) return client.approve(record.id, { planHash })
          const provider = providerOf(record)
          if (record.preview?.custody?.sentBy === 'holder') {
            await client.approve(record.id, { planHash })
            return send(record)
          }
          const signing = await client.getMandates(record.id)
          if (signing.planHash.toLowerCase() !== planHash.toLowerCase())
            return undefined // another plan is shown in a moment
          if (signing.authorization !== undefined)
            throw new TypeError(
              words.needsSmartAccount(signing.authorization.address),
            )
          const mandates = await signMandates({
            signing,
            provider,
            address: record.account,
          })
          return client.approve(record.id, { planHash, mandates })
        },
        setPolicy: async (policy) => {
          if (!isHolders(policy)) return client.setPolicy({ policy })
          const signature = await signPolicy({
            policy,
            provider: providerOf(policy),
          })
          return client.setPolicy({ policy, signature })
        },
      }}
    >
      {children}
    </SignerContext>
  )
}

/** Who acts, and how a yes is given. */
export function useSigner(): Signer {
  const signer = useContext(SignerContext)
  if (signer === null) throw new TypeError('useSigner is below SignerProvider')
  return signer
}
