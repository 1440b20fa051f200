import type { MandateSigning } from '@behest/spec'
import { NothingToApproveError } from '../7-approval/decideApproval.js'
import { readSigning } from '../7-approval/holderSigning.js'
import { isHoldersOwn } from '../7-approval/isHoldersOwn.js'
import { openIntent } from '../openIntent.js'
import type { EnginePorts } from '../ports.js'

/**
 * Gives what the holder of an account signs for the plan that waits.
 *
 * @throws {NothingToApproveError} when none waits, or none of it is to sign.
 */
export async function readIntentSigning(
  ports: Pick<EnginePorts, 'store' | 'mandates' | 'holder'>,
  id: string,
): Promise<MandateSigning> {
  const { mandates, holder } = ports
  const intent = await openIntent(ports.store, id)
  const { status, account } = intent.stored()
  if (
    status !== 'needs-approval' ||
    mandates === undefined ||
    !isHoldersOwn(holder, account)
  )
    throw new NothingToApproveError({ intentId: id, status })
  return readSigning({ plan: intent.require('plan'), mandates })
}
