import type pg from 'pg'

/** The first line of a backup. */
export type BackupHeader = {
  readonly type: 'header'
  readonly format: 'behest-backup'
  readonly version: 1
  readonly createdAt: string
  /** The steps that made the tables, as the database has them written down. */
  readonly steps: readonly {
    readonly namespace: string
    readonly version: number
    readonly checksum: string
  }[]
}

/** The last line: without it the file is not whole. */
export type BackupEnd = {
  readonly type: 'end'
  readonly rows: number
  /** SHA-256 over every line before this one. */
  readonly checksum: string
}

/** One table of ours, as the database describes it. */
export type BackupTable = {
  readonly name: string
  /** Columns whose values are stored, in their order. */
  readonly columns: readonly string[]
  /** The column that counts by itself, if there is one. */
  readonly identity: string | undefined
}

/**
 * Reads which tables there are, each after those that it refers to.
 *
 * @param database - A connection.
 */
export async function readTables(
  database: pg.ClientBase,
): Promise<readonly BackupTable[]> {
  const [tables, references] = await Promise.all([
    database.query<{
      name: string
      columns: string[]
      identity: string | null
    }>(
      `select relation.relname as name,
        array_agg(attname::text order by attnum) as columns,
        max(attname::text) filter (where attidentity <> '') as identity
       from pg_class as relation
       join pg_attribute on attrelid = relation.oid
       where relation.relnamespace = current_schema()::regnamespace
        and relkind = 'r' and attnum > 0 and not attisdropped
        and attgenerated = '' and relname <> 'schema_version'
       group by relation.relname order by relation.relname`,
    ),
    database.query<{ from: string; to: string }>(
      `select distinct conrelid::regclass::text as from,
        confrelid::regclass::text as to
       from pg_constraint
       where contype = 'f' and conrelid <> confrelid
        and connamespace = current_schema()::regnamespace`,
    ),
  ])
  const sorted: BackupTable[] = []
  const left = new Map(tables.rows.map((row) => [row.name, row]))
  while (left.size > 0) {
    const free = [...left.values()].filter(({ name }) =>
      references.rows.every(({ from, to }) => from !== name || !left.has(to)),
    )
    // Tables that refer to each other in a circle: the database will say so.
    for (const { name, columns, identity } of free.length > 0
      ? free
      : left.values()) {
      left.delete(name)
      sorted.push({ name, columns, identity: identity ?? undefined })
    }
  }
  return sorted
}

/** A name as SQL takes it, whatever is in it. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
