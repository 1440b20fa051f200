import type { Address, BehestError } from '@behest/spec'
import {
  MandateBatchMismatchError,
  MandateCallFailedError,
  MandateExpiredError,
  MandateOverspentError,
  MandateRedeemerError,
  MandateRevokedError,
  MandateSignatureError,
  MandateSpentError,
  MandateUnderpaidError,
} from './errors.js'

type Facts = { readonly account: Address; readonly reason: string }

// The enforcers' own words, framework 1.3.0.
const causes: readonly [RegExp, new (facts: Facts) => BehestError][] = [
  [/^TimestampEnforcer:/, MandateExpiredError],
  [/^LimitedCallsEnforcer:/, MandateSpentError],
  [
    /^(?:ExactExecutionBatchEnforcer:|CaveatEnforcer:invalid-)/,
    MandateBatchMismatchError,
  ],
  [
    /^(?:ERC20|Native)BalanceChangeEnforcer:exceeded-balance-decrease/,
    MandateOverspentError,
  ],
  [
    /^(?:ERC20|Native)BalanceChangeEnforcer:insufficient-balance-increase/,
    MandateUnderpaidError,
  ],
  [/^RedeemerEnforcer:|^InvalidDelegate\(/, MandateRedeemerError],
  [/^CannotUseADisabledDelegation/, MandateRevokedError],
  [/^(?:InvalidE|EmptySignature|InvalidDelegator)/, MandateSignatureError],
]

/**
 * Turns why a redemption reverts into one of our errors.
 *
 * @param facts.reason - The decoded reason. A contract's own words: data.
 * @returns The error; `MandateCallFailedError` where no caveat objected.
 */
export function toMandateError(facts: Facts): BehestError {
  const found = causes.find(([pattern]) => pattern.test(facts.reason))
  const Cause = found?.[1] ?? MandateCallFailedError
  return new Cause(facts)
}
