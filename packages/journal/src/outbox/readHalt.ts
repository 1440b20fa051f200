import type { Address } from '@behest/spec'
import type { Queryable } from '../sql/inTransaction.js'

/** Says why nothing may be signed for an account now, where that is so. */
export async function readHalt(
  client: Queryable,
  sender: { readonly chain: string; readonly address: Address },
): Promise<string | undefined> {
  const chainId = sender.chain.split(':')[0]
  const { rows } = await client.query<{ scope: string; reason: string }>(
    'select scope, reason from halt where scope = any($1) limit 1',
    [['all', `chain:${chainId}`, `account:${sender.address.toLowerCase()}`]],
  )
  const halt = rows[0]
  return halt && `${halt.scope}: ${halt.reason}`
}
