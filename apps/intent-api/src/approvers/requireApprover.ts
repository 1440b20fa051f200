import {
  buildApprovalTypedData,
  buildOrderTypedData,
  type Engine,
  isSignedByOneOf,
  NothingToApproveError,
} from '@behest/engine'
import {
  type Address,
  type ApproverSigning,
  BehestError,
  type Hex,
  type IntentRecord,
  isSameAddress,
} from '@behest/spec'
import { hashTypedData, type TypedDataDefinition } from 'viem'

/**
 * Takes no yes for a server's own account without an approver's signature, where
 * approvers are named. The signer refuses such a plan in any case, and then it
 * has failed; asked for here, the plan waits until the right person signs.
 *
 * @param options.approvers - As the signer names them; nobody is asked if empty.
 * @param options.accounts - The accounts that the signer signs for.
 */
export function requireApprover(options: {
  readonly engine: Engine
  readonly approvers: readonly Address[]
  readonly accounts: readonly Address[]
}): Engine {
  const { engine, approvers, accounts } = options
  if (approvers.length === 0) return engine
  return {
    ...engine,
    decide: async (choice) => {
      if (choice.decision === 'approve') {
        const record = await engine.get(choice.id)
        // What is not shown is refused by the engine, which says what is.
        if (
          accounts.some((own) => isSameAddress(own, record.account)) &&
          findShown(record)?.toLowerCase() === choice.planHash.toLowerCase()
        )
          await assertSigned({
            record,
            approvers,
            signature: choice.signature,
          })
      }
      return engine.decide(choice)
    },
  }
}

/**
 * Builds what a second person signs to approve exactly what an intent shows.
 *
 * @throws {NothingToApproveError} when it shows nothing that waits for a yes.
 */
export function buildApproverSigning(options: {
  readonly record: IntentRecord
  readonly approvers: readonly Address[]
}): ApproverSigning {
  const { record, approvers } = options
  const planHash = findShown(record)
  const typedData = buildTypedData(record)
  if (planHash === undefined || typedData === null)
    throw new NothingToApproveError({
      intentId: record.id,
      status: record.status,
    })
  const { domain, types, primaryType, message } = typedData
  return {
    planHash,
    approvers: [...approvers],
    typedData: {
      domain,
      types: { EIP712Domain: domainType, ...copyTypes(types) },
      primaryType,
      message: JSON.parse(
        JSON.stringify(message, (_key, value: unknown) =>
          typeof value === 'bigint' ? value.toString() : value,
        ),
      ),
    },
  }
}

// Wallets hash what they are given, and take no domain's shape for granted.
const domainType = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
]

type SignedTypes = ApproverSigning['typedData']['types']

function copyTypes(
  types: Readonly<
    Record<string, readonly { readonly name: string; readonly type: string }[]>
  >,
): SignedTypes {
  return Object.fromEntries(
    Object.entries(types).map(([name, fields]) => [name, [...fields]]),
  )
}

function findShown({ status, preview, order }: IntentRecord): Hex | undefined {
  return status === 'needs-approval'
    ? (preview?.planHash ?? order?.termsHash)
    : undefined
}

function buildTypedData(record: IntentRecord) {
  const { artifacts, hashes, order, chainId } = record
  if (artifacts.intent?.order && order)
    return buildOrderTypedData({
      terms: artifacts.intent.order,
      termsHash: order.termsHash,
    })
  const { plan: planHash, simulation: simulationHash } = hashes
  if (planHash === undefined || simulationHash === undefined) return null
  return buildApprovalTypedData({
    chainId,
    planHash,
    simulationHash,
    decision: 'approve',
  })
}

async function assertSigned(options: {
  readonly record: IntentRecord
  readonly approvers: readonly Address[]
  readonly signature: Hex | undefined
}): Promise<void> {
  const { record, approvers, signature } = options
  const refuse = (reason: string): never => {
    throw new ApproverSignatureError({
      intentId: record.id,
      reason,
      approvers: approvers.join(', '),
    })
  }
  if (signature === undefined) return refuse('it is not signed')
  const typedData = buildTypedData(record)
  if (typedData === null) return
  const shown: TypedDataDefinition = typedData
  const hash = hashTypedData(shown)
  if (!(await isSignedByOneOf({ hash, signature, addresses: approvers })))
    refuse('it is signed by somebody else, or over something else')
}

/** Thrown when a yes needs a second person's signature and has none of theirs. */
export class ApproverSignatureError extends BehestError {
  readonly code = 'APPROVER_SIGNATURE_MISSING'
  readonly stage = 'approval'
  readonly retry = 'ask-user'

  constructor(facts: { intentId: string; reason: string; approvers: string }) {
    super(
      `This yes does not count: ${facts.reason}. Nothing was sent, and the plan still waits. One of ${facts.approvers} has to sign it: on the page at /#intent=${facts.intentId}, or with "behest approve ${facts.intentId} --as <keystore>".`,
      { facts },
    )
  }
}
