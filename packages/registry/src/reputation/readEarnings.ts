import { receiptSchema, toDecimal } from '@behest/spec'
import type { Queryable } from '../store/agentStore.js'

/** What came in, of one token. */
export type EarnedTotal = {
  readonly chainId: number
  readonly token: string
  readonly symbol: string
  /** In the token's smallest unit, as a decimal string. */
  readonly units: string
  readonly decimal: string
  /** From how many receipts. */
  readonly receipts: number
}

/** What an agent earned, as the receipts say that the chain confirmed. */
export type Earnings = {
  readonly agentId: string
  /** Taken in plans, as its recipients gained it. */
  readonly fees: readonly EarnedTotal[]
  /** Paid per call for quotes, by x402. */
  readonly payments: readonly EarnedTotal[]
  readonly receipts: number
}

type Entry = {
  readonly chainId: number
  readonly token: string
  readonly symbol: string
  readonly units: bigint
  readonly decimal: string
}

/**
 * Reads what an agent earned: from receipts alone, so that anyone can compute it
 * again from `GET /v1/receipts?agent=`.
 *
 * Receipts that the chain did not confirm count nothing. What was paid for a
 * quote of an intent that never came to a receipt is on the chain only.
 */
export async function readEarnings(
  database: Queryable,
  agentId: string,
): Promise<Earnings> {
  const { rows } = await database.query<{ body: string }>(
    `select body from registry.receipts
     where agents @> array[$1] and verdict = 'confirmed'`,
    [agentId],
  )
  const fees: Entry[][] = []
  const payments: Entry[][] = []
  for (const { body } of rows) {
    const receipt = receiptSchema.safeParse(JSON.parse(body)).data
    if (receipt === undefined) continue // of an older form: it names no fees
    const { chainId } = receipt
    fees.push(
      receipt.steps
        .filter(({ agent }) => agent === agentId)
        .flatMap((step) => step.fees ?? [])
        .map(({ token, symbol, units, decimal }) => ({
          chainId,
          token,
          symbol,
          units,
          decimal,
        })),
    )
    payments.push(
      (receipt.payments ?? []).filter(
        ({ agent, state }) => agent === agentId && state === 'settled',
      ),
    )
  }
  return {
    agentId,
    fees: addUp(fees),
    payments: addUp(payments),
    receipts: rows.length,
  }
}

function addUp(perReceipt: readonly (readonly Entry[])[]): EarnedTotal[] {
  const totals = new Map<
    string,
    Entry & { readonly decimals: number; readonly receipts: Set<number> }
  >()
  for (const [index, entries] of perReceipt.entries())
    for (const entry of entries) {
      const key = `${entry.chainId} ${entry.token.toLowerCase()}`
      const before = totals.get(key)
      totals.set(key, {
        ...entry,
        units: (before?.units ?? 0n) + entry.units,
        decimals: before?.decimals ?? decimalsOf(entry),
        receipts: (before?.receipts ?? new Set()).add(index),
      })
    }
  return [...totals.values()].map(
    ({ chainId, token, symbol, units, decimals, receipts }) => ({
      chainId,
      token,
      symbol,
      units: units.toString(),
      decimal: toDecimal(units, decimals),
      receipts: receipts.size,
    }),
  )
}

/** An amount carries its decimal form, so its decimals can be read back. */
function decimalsOf({ units, decimal }: Entry): number {
  for (let decimals = 0; decimals <= 36; decimals += 1)
    if (toDecimal(units, decimals) === decimal) return decimals
  return 0
}
