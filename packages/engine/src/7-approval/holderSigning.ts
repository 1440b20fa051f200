import {
  BehestError,
  delegationTypedDataTypes,
  type GivenMandate,
  isSameAddress,
  type MandatePort,
  type MandateSigning,
  type PlanArtifact,
} from '@behest/spec'
import { recoverTypedDataAddress } from 'viem'
import { recoverAuthorizationAddress } from 'viem/utils'
import { listBatches, listCalls } from '../5-plan/bindMandates.js'
import type { Linked } from '../ports.js'

// `eth_signTypedData_v4` wants the domain's type spelt out.
const domainType = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
]

/**
 * Draws up what the holder of an account signs for a plan: from the plan alone,
 * so that it is the same however often it is asked for.
 */
export async function readSigning(options: {
  readonly plan: Linked<PlanArtifact>
  readonly mandates: MandatePort
}): Promise<MandateSigning> {
  const { plan, mandates } = options
  const { account, chainId } = plan.body
  const authorization = await mandates.readAuthorization({ account })
  return {
    planHash: plan.hash,
    mandates: drawAll(plan.body, mandates).map(
      ({ index, delegation, delegationHash }) => ({
        index,
        delegationHash,
        typedData: {
          domain: {
            name: 'DelegationManager',
            version: '1',
            chainId,
            verifyingContract: mandates.framework.delegationManager,
          },
          types: toTypes(),
          primaryType: 'Delegation',
          message: delegation,
        },
      }),
    ),
    ...(authorization === null ? {} : { authorization }),
  }
}

/**
 * Asserts that the holder of an account signed every mandate of a plan.
 *
 * @throws {MandateSignatureMissingError} when one is not signed, or the account
 *   still needs its code and did not allow it.
 * @throws {HolderSignatureWrongError} when a signature is not the account's over
 *   exactly that mandate.
 */
export async function assertHolderSigned(options: {
  readonly plan: Linked<PlanArtifact>
  readonly mandates: MandatePort
  readonly given: readonly GivenMandate[]
}): Promise<void> {
  const { plan, given } = options
  const { account } = plan.body
  const signing = await readSigning(options)
  for (const { index, typedData } of signing.mandates) {
    const one = given.find((candidate) => candidate.index === index)
    if (one === undefined)
      throw new MandateSignatureMissingError({
        account,
        what: `mandate ${index} of plan ${plan.hash}`,
      })
    const signer = await recoverTypedDataAddress({
      domain: typedData.domain,
      types: delegationTypedDataTypes,
      primaryType: 'Delegation',
      message: typedData.message,
      signature: one.signature,
    }).catch(() => undefined)
    if (signer === undefined || !isSameAddress(signer, account))
      throw new HolderSignatureWrongError({ account, index })
    const wanted = signing.authorization
    if (wanted === undefined) continue
    if (one.authorization === undefined)
      throw new MandateSignatureMissingError({
        account,
        what: `the authorisation of its code ${wanted.address}`,
      })
    const { chainId, address, nonce, yParity, r, s } = one.authorization
    const allowedBy = await recoverAuthorizationAddress({
      authorization: { chainId, address, nonce, yParity, r, s },
    }).catch(() => undefined)
    if (
      chainId !== wanted.chainId ||
      nonce !== wanted.nonce ||
      !isSameAddress(address, wanted.address) ||
      allowedBy === undefined ||
      !isSameAddress(allowedBy, account)
    )
      throw new HolderSignatureWrongError({ account, index })
  }
}

function toTypes(): MandateSigning['mandates'][number]['typedData']['types'] {
  return {
    EIP712Domain: domainType,
    Caveat: [...delegationTypedDataTypes.Caveat],
    Delegation: [...delegationTypedDataTypes.Delegation],
  }
}

function drawAll(plan: PlanArtifact, mandates: MandatePort) {
  const { custody } = plan
  if (custody?.type !== 'mandate') return []
  const batches = listBatches(plan)
  return custody.mandates.map((mandate, index) => ({
    index,
    ...mandates.draw({
      account: plan.account,
      calls: listCalls(batches[index] ?? [], () => 0n),
      ...mandate,
    }),
  }))
}

/** Thrown when a yes comes without what the holder of the account must sign. */
export class MandateSignatureMissingError extends BehestError {
  readonly code = 'MANDATE_SIGNATURE_MISSING'
  readonly stage = 'approval'
  readonly retry = 'ask-user'

  constructor(facts: { account: string; what: string }) {
    super(
      `The yes of account ${facts.account} lacks a signature: ${facts.what}. Nothing was sent. Read what to sign at /v1/intents/:id/mandates and approve with it.`,
      { facts },
    )
  }
}

/** Thrown when a mandate is not signed by the account that it speaks for. */
export class HolderSignatureWrongError extends BehestError {
  readonly code = 'HOLDER_SIGNATURE_WRONG'
  readonly stage = 'approval'
  readonly retry = 'ask-user'

  constructor(facts: { account: string; index: number }) {
    super(
      `The signature of mandate ${facts.index} is not that of account ${facts.account} over exactly this mandate. Nothing was sent. Sign what /v1/intents/:id/mandates gives now, with that account.`,
      { facts },
    )
  }
}
