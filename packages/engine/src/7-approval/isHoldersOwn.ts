import type { Address, MandatePort } from '@behest/spec'

/** Tells whether only the holder of an account can sign for it. */
export function isHoldersOwn(
  mandates: MandatePort | undefined,
  account: Address,
): boolean {
  return mandates !== undefined && !mandates.signsFor(account)
}
