import { type Hex, isSameAddress, type PlanArtifact } from '@behest/spec'
import * as z from 'zod'
import { SignerRequestError, SigningRefusedError } from './errors.js'
import type { ApprovedPlan } from './readDossier.js'

const word = z.union([z.string().regex(/^\d{1,78}$/), z.int().min(0)])
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/)

/** EIP-2612. Permit2's forms are refused below, by name. */
const permitSchema = z.strictObject({
  owner: address,
  spender: address,
  value: word,
  nonce: word,
  deadline: word,
})

/** EIP-712 data, as wallets are asked for it. */
export const typedDataSchema = z.strictObject({
  domain: z.strictObject({
    name: z.string().max(200),
    version: z.string().max(20).optional(),
    chainId: z.int().min(1),
    verifyingContract: address,
  }),
  primaryType: z.string().max(100),
  message: z.record(z.string().max(100), z.json()),
})
/** EIP-712 data, as wallets are asked for it. */
export type TypedData = z.output<typeof typedDataSchema>

/** What known kinds of typed data do, in the words of a refusal. */
const meanings: ReadonlyMap<string, string> = new Map(
  Object.entries({
    PermitSingle: 'it lets a spender take a token through Permit2',
    PermitBatch: 'it lets a spender take several tokens through Permit2',
    PermitTransferFrom: 'it gives a token away through Permit2',
    PermitWitnessTransferFrom: 'it gives a token away through Permit2',
    PermitBatchTransferFrom: 'it gives several tokens away through Permit2',
    TransferWithAuthorization: 'it gives a token away (EIP-3009)',
    ReceiveWithAuthorization: 'it gives a token away (EIP-3009)',
    Order: 'it sells what the account holds',
    OrderComponents: 'it sells what the account holds',
    Delegation: 'it gives another the right to act, outside a mandate',
    SafeTx: 'it acts through a Safe',
    PackedUserOperation: 'it acts through an entry point',
  }),
)

const permitTypes = {
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const

/** A permit that grants exactly what the plan grants, rebuilt from its schema. */
export type CheckedPermit = {
  readonly domain: {
    readonly name: string
    readonly version?: string
    readonly chainId: number
    readonly verifyingContract: Hex
  }
  readonly types: typeof permitTypes
  readonly primaryType: 'Permit'
  readonly message: {
    readonly owner: Hex
    readonly spender: Hex
    readonly value: bigint
    readonly nonce: bigint
    readonly deadline: bigint
  }
}

/**
 * Recomputes what typed data would do. Only one kind is ever signed: a permit of
 * exactly an allowance that the approved plan gives, for no longer than the plan.
 *
 * @returns The permit, rebuilt: fields that nobody knows are not signed over.
 * @throws {SigningRefusedError} for everything else, with what it would do.
 */
export function checkTypedData(options: {
  readonly typedData: TypedData
  readonly approved: Pick<ApprovedPlan, 'plan'>
}): CheckedPermit {
  const { typedData, approved } = options
  const { domain, primaryType, message } = typedData
  const { plan } = approved
  const refuse = (rule: string): never => {
    throw new SigningRefusedError({ what: `a ${primaryType}`, rule })
  }
  if (domain.chainId !== plan.chainId)
    refuse(`it is for chain ${domain.chainId}`)
  if (primaryType !== 'Permit')
    refuse(meanings.get(primaryType) ?? 'nobody knows what it would do')
  const parsed = permitSchema.safeParse(message)
  if (!parsed.success)
    throw new SignerRequestError({ problem: 'the permit is malformed' })
  const { owner, spender } = parsed.data
  const value = BigInt(parsed.data.value)
  const deadline = BigInt(parsed.data.deadline)
  if (!isSameAddress(owner, plan.account)) refuse(`it is of ${owner}`)
  const planned = plan.steps
    .flatMap(({ approvals }) => approvals)
    .find(
      (approval) =>
        isSameAddress(approval.token, domain.verifyingContract) &&
        isSameAddress(approval.spender, spender) &&
        approval.units === value,
    )
  if (!planned)
    refuse(`it lets ${spender} take ${value} units, which the plan does not`)
  if (isGivenByCall(plan, domain.verifyingContract, spender))
    refuse(
      'a call of the plan gives that allowance; with both it is given twice',
    )
  if (deadline > BigInt(plan.deadlineUnixSeconds))
    refuse('it lasts longer than the plan')
  return {
    domain: {
      name: domain.name,
      ...(domain.version === undefined ? {} : { version: domain.version }),
      chainId: domain.chainId,
      verifyingContract: domain.verifyingContract as Hex,
    },
    types: permitTypes,
    primaryType: 'Permit',
    message: {
      owner: owner as Hex,
      spender: spender as Hex,
      value,
      nonce: BigInt(parsed.data.nonce),
      deadline,
    },
  }
}

function isGivenByCall(
  plan: PlanArtifact,
  token: string,
  spender: string,
): boolean {
  return plan.steps.some(({ calls }) =>
    calls.some(
      ({ purpose, to, data }) =>
        purpose === 'approve' &&
        isSameAddress(to, token) &&
        // The first argument of approve: a word of 32 bytes, the address at its end.
        isSameAddress(`0x${data.slice(34, 74)}`, spender),
    ),
  )
}
