import { behestDomain } from '../artifacts/quote.js'
import { type Policy, policyTypedDataTypes } from './policy.js'

/**
 * Builds what an account signs when it sets its policy.
 *
 * @returns EIP-712 typed data that a wallet shows rule by rule.
 */
export function buildPolicyTypedData(policy: Policy) {
  const toRules = (rules: Policy['limits']) => ({
    ...rules,
    actions: [...rules.actions],
    tokens: [...rules.tokens],
    venues: [...rules.venues],
    recipients: [...rules.recipients],
    maxPriceImpactBps: BigInt(rules.maxPriceImpactBps),
    maxSlippageBps: BigInt(rules.maxSlippageBps),
  })
  return {
    domain: { ...behestDomain, chainId: policy.chainId },
    types: policyTypedDataTypes,
    primaryType: 'Policy',
    message: {
      version: BigInt(policy.version),
      account: policy.account,
      chainId: BigInt(policy.chainId),
      sequence: BigInt(policy.sequence),
      validUntilUnixSeconds: BigInt(policy.validUntilUnixSeconds),
      limits: toRules(policy.limits),
      automatic: policy.automatic ? [toRules(policy.automatic)] : [],
      beyond: policy.beyond,
      coolingOffSeconds: BigInt(policy.coolingOffSeconds),
    },
  } as const
}
