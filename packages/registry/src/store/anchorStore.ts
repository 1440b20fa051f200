import type { Queryable } from './agentStore.js'

type Place = {
  readonly agentId: string
  readonly chainId: number
  readonly identityRegistry: string
}

/** Writes an agent's number at an identity registry; the newest counts. */
export async function writeAnchorLink(
  database: Queryable,
  options: Place & { readonly tokenId: bigint },
): Promise<void> {
  await database.query(
    `insert into registry.anchors as a (agent_id, chain_id, identity, token_id)
     values ($1, $2, $3, $4)
     on conflict (agent_id) do update set chain_id = excluded.chain_id,
       identity = excluded.identity, token_id = excluded.token_id,
       linked_at = clock_timestamp()
     where (a.chain_id, a.identity, a.token_id)
       is distinct from (excluded.chain_id, excluded.identity, excluded.token_id)`,
    [
      options.agentId,
      options.chainId,
      options.identityRegistry.toLowerCase(),
      `${options.tokenId}`,
    ],
  )
}

/**
 * Reads an agent's number at an identity registry.
 *
 * @returns `undefined` where none is known there; one elsewhere says nothing.
 */
export async function readAnchorLink(
  database: Queryable,
  options: Place,
): Promise<
  { readonly tokenId: bigint; readonly linkedAt: string } | undefined
> {
  const { rows } = await database.query<{ token_id: string; linked_at: Date }>(
    `select token_id::text, linked_at from registry.anchors
     where agent_id = $1 and chain_id = $2 and identity = $3`,
    [options.agentId, options.chainId, options.identityRegistry.toLowerCase()],
  )
  const row = rows[0]
  return row === undefined
    ? undefined
    : {
        tokenId: BigInt(row.token_id),
        linkedAt: row.linked_at.toISOString(),
      }
}
