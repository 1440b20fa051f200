/** The parts of anvil's state dump that we reorder or drop. */
export type StateDump = {
  readonly best_block_number: number | string
  readonly accounts: Readonly<Record<string, DumpedAccount>>
  readonly blocks: readonly DumpedBlock[]
  readonly transactions: readonly unknown[]
}

type DumpedAccount = { readonly storage?: Readonly<Record<string, string>> }

type DumpedBlock = {
  readonly header: { readonly number: number | string }
  readonly transactions: readonly unknown[]
}

/**
 * Gives the slim, canonical text of a state dump.
 *
 * Anvil dumps maps and lists in random order; sorted, two builds give the same
 * bytes. Of blocks only the first and the last stay, and no transactions.
 */
export function normaliseState(dump: StateDump): string {
  const accounts = sortKeys(dump.accounts, (account) =>
    account.storage === undefined
      ? account
      : { ...account, storage: sortKeys(account.storage, (value) => value) },
  )
  const best = BigInt(dump.best_block_number)
  const blocks = dump.blocks
    .filter((block) => getHeight(block) === 0n || getHeight(block) === best)
    .sort((one, other) => Number(getHeight(one) - getHeight(other)))
    .map((block) => ({ ...block, transactions: [] }))
  return JSON.stringify({ ...dump, accounts, blocks, transactions: [] })
}

function getHeight(block: DumpedBlock): bigint {
  return BigInt(block.header.number)
}

function sortKeys<Value>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value) => Value,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(record)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, value]) => [key, map(value)]),
  )
}
