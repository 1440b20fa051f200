import type { Address, HolderPort } from '@behest/spec'

/** Tells whether only the holder of an account can sign for it. */
export function isHoldersOwn(
  holder: HolderPort | undefined,
  account: Address,
): boolean {
  return holder?.holds(account) ?? false
}
