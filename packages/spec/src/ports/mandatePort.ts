import type {
  Delegation,
  GivenMandate,
  MandateBound,
  PlanCustody,
  SignedAuthorization,
} from '../artifacts/mandate.js'
import type { PlanArtifact } from '../artifacts/stages.js'
import type { Address, AssetAddress, Hex } from '../units/hex.js'
import type { SimulatedCallInput } from './chainPort.js'

/** What a delegation is drawn up from. */
export type MandateTerms = {
  readonly account: Address
  /** Exactly these, in this order, as one batch. */
  readonly calls: readonly SimulatedCallInput[]
  readonly bounds: readonly MandateBound[]
  readonly validUntilUnixSeconds: number
  readonly salt: bigint
}

/** The executor's transaction that uses a signed mandate. */
export type Redemption = {
  readonly account: Address
  readonly to: Address
  readonly data: Hex
  readonly gasLimit: bigint
  /** Gives the account its code, where it does not have it yet. */
  readonly authorization?: SignedAuthorization
}

/** Draws mandates up, has them signed, and prepares their use. */
export type MandatePort = {
  readonly framework: Omit<
    Extract<PlanCustody, { type: 'mandate' }>,
    'type' | 'mandates'
  >
  /** Says why an account can give no mandate now; `null` when it can. */
  findObstacle(options: {
    readonly account: Address
    /** What the executor would have to pay at most. */
    readonly gasWei: bigint
  }): Promise<string | null>
  /** Bounds on what the account holds and a plan does not touch: none of it goes. */
  readHeldBounds(options: {
    readonly account: Address
    readonly except: readonly AssetAddress[]
    readonly blockNumber: bigint
  }): Promise<readonly MandateBound[]>
  /** The code that an account still has to allow; `null` where it has it. */
  readAuthorization(options: { readonly account: Address }): Promise<{
    readonly chainId: number
    readonly address: Address
    readonly nonce: number
  } | null>
  /** Pure: the same terms always give the same delegation. */
  draw(terms: MandateTerms): {
    readonly delegation: Delegation
    readonly delegationHash: Hex
  }
  /**
   * Has the account sign one mandate of an approved plan and prepares its use.
   *
   * @throws a BehestError whose code starts with `MANDATE_` when the chain would
   *   refuse it; nothing was sent then.
   */
  prepare(options: {
    readonly plan: PlanArtifact
    readonly planHash: Hex
    readonly mandateIndex: number
    readonly terms: MandateTerms
    /** What the holder signed; the account's signer here is asked if absent. */
    readonly given?: GivenMandate
    /** A mandate of a standing order: signed before, with calls of its own. */
    readonly standing?: {
      readonly delegation: Delegation
      readonly signature: Hex
      readonly calls: MandateTerms['calls']
    }
  }): Promise<Redemption>
}
