import type { Address } from '@behest/spec'
import type { Queryable } from '../sql/inTransaction.js'

/** Says why nothing may be sent from an account now, where that is so. */
export async function readHalt(
  client: Queryable,
  of: { readonly chain: string; readonly account: Address },
): Promise<string | undefined> {
  const chainId = of.chain.split(':')[0]
  const { rows } = await client.query<{ scope: string; reason: string }>(
    'select scope, reason from halt where scope = any($1) limit 1',
    [['all', `chain:${chainId}`, `account:${of.account.toLowerCase()}`]],
  )
  const halt = rows[0]
  return halt && `${halt.scope}: ${halt.reason}`
}
