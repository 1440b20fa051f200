import { parseArgs } from 'node:util'
import { readAddresses } from '@behest/devnet'
import {
  createChainClient,
  readDeployment,
  toLocalDeployment,
} from '@behest/evm'
import { createOutbox, openDatabase } from '@behest/journal'
import { addressSchema } from '@behest/spec'
import { exitCodes, UsageError } from '../exitCodes.js'
import { readStackConfig } from '../stack/stackConfig.js'

type SenderRow = {
  readonly chain: string
  readonly address: string
  readonly next_nonce: string
  readonly halted: string | null
  readonly open: number
  /** The nonce after the highest one that an open transaction holds. */
  readonly after_open: number
}

/**
 * `behest senders`: the accounts that transactions are sent from, and why one of them
 * stands still. `behest senders resume <address>`: somebody has looked; go on.
 */
export async function sendersCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const [verb = 'list', typed, ...others] = positionals
  const address = addressSchema.safeParse(typed)
  const isList = verb === 'list' && typed === undefined
  if (others.length > 0 || !(isList || (verb === 'resume' && address.success)))
    throw new UsageError('behest senders [list] | resume <address>')
  const config = readStackConfig(process.env)
  const database = await openDatabase({ ...config, maxConnections: 2 })
  try {
    const read = async () =>
      (
        await database.pool.query<SenderRow>(
          `select chain, '0x' || encode(address, 'hex') as address, next_nonce,
            halted, (select count(*)::int from leg
             where leg.chain = sender.chain and leg.sender = sender.address
              and settled_at is null) as open,
            (select coalesce(max(nonce) + 1, 0)::int from leg
             where leg.chain = sender.chain and leg.sender = sender.address
              and settled_at is null) as after_open
           from sender order by halted is null, chain, address`,
        )
      ).rows
    if (verb === 'resume' && address.success) {
      const deployment = await readDeployment({
        rpcUrl: config.rpcUrl,
        local: toLocalDeployment(readAddresses()),
      })
      const client = createChainClient({ rpcUrl: config.rpcUrl, deployment })
      const outbox = createOutbox({ pool: database.pool })
      for (const row of await read()) {
        if (row.address !== address.data.toLowerCase()) continue
        if (!row.chain.startsWith(`${deployment.chainId}:`)) continue
        const used = await client.getTransactionCount({
          address: address.data,
          blockTag: 'pending',
        })
        // Where the chain's own count is, but never at a nonce that is given.
        await outbox.resumeSender({
          chain: row.chain,
          address: address.data,
          nextNonce: Math.max(used, row.after_open),
        })
      }
    }
    const rows = await read()
    if (values.json) console.log(JSON.stringify(rows))
    else
      for (const row of rows)
        console.log(
          `${row.address}  next nonce ${row.next_nonce}, ${row.open} open  ${row.halted ?? 'goes on'}`,
        )
    return rows.some(({ halted }) => halted !== null)
      ? exitCodes.needsUser
      : exitCodes.done
  } finally {
    await database.stop()
  }
}
