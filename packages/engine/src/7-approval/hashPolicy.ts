import { buildPolicyTypedData, type Hex, type Policy } from '@behest/spec'
import { hashTypedData } from 'viem'

/** Names a policy: the digest that is signed. */
export function hashPolicy(policy: Policy): Hex {
  return hashTypedData(buildPolicyTypedData(policy))
}
