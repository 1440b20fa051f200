import { BehestError, type PolicyFinding } from '@behest/spec'

/** Thrown when a plan goes past the policy that the account signed. */
export class PolicyRefusedError extends BehestError {
  readonly code = 'POLICY_REFUSED'
  readonly stage = 'approval'
  readonly retry = 'ask-user'

  constructor(facts: {
    planHash: string
    rule: string
    problem: string
    policyHash: string
  }) {
    super(
      `The policy of the account refuses this plan by its rule "${facts.rule}": ${facts.problem} Nothing was sent. Ask for less, or sign another policy with "behest policy set".`,
      { facts },
    )
  }

  /** The refusal of the first rule that was broken. */
  static of(options: {
    readonly planHash: string
    readonly policyHash: string
    readonly findings: readonly PolicyFinding[]
  }): PolicyRefusedError {
    const [first] = options.findings
    return new PolicyRefusedError({
      planHash: options.planHash,
      policyHash: options.policyHash,
      rule: first?.rule ?? 'beyond',
      problem: first?.message ?? 'It is beyond what is approved by itself.',
    })
  }
}
