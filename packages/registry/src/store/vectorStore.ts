import type { Queryable } from './agentStore.js'

/** The vectors of one agent. */
export type VectorChange = {
  readonly agentId: string
  readonly vectors: readonly Int8Array[]
}

/**
 * Reads the vectors that changed after a number, in order.
 *
 * @param options.embedderId - Vectors of other encoders are passed over.
 */
export async function readVectorChanges(
  database: Queryable,
  options: {
    readonly afterSeq: number
    readonly upToSeq: number
    readonly limit: number
    readonly embedderId: string
  },
): Promise<{
  readonly vectors: readonly VectorChange[]
  readonly lastSeq: number | undefined
}> {
  const { rows } = await database.query<{
    agent_id: string
    embedder_id: string
    vectors: Buffer
    seq: string
  }>(
    `select agent_id, embedder_id, vectors, seq from registry.vectors
     where seq > $1 and seq <= $3 order by seq limit $2`,
    [options.afterSeq, options.limit, options.upToSeq],
  )
  const last = rows.at(-1)
  return {
    vectors: rows
      .filter((row) => row.embedder_id === options.embedderId)
      .map((row) => ({
        agentId: row.agent_id,
        vectors: fromStored(row.vectors),
      })),
    lastSeq: last === undefined ? undefined : Number(last.seq),
  }
}

// Stored as: number of dimensions (two bytes, little endian), then the vectors.
// They are looked at where they lie; whoever keeps them makes a copy.
function fromStored(stored: Buffer): Int8Array[] {
  const dimensions = stored.readUInt16LE(0)
  const vectors: Int8Array[] = []
  for (
    let start = 2;
    start + dimensions <= stored.length;
    start += dimensions
  ) {
    vectors.push(
      new Int8Array(stored.buffer, stored.byteOffset + start, dimensions),
    )
  }
  return vectors
}

function toStored(vectors: readonly Int8Array[]): Buffer {
  const dimensions = vectors[0]?.length ?? 0
  const stored = Buffer.alloc(2 + vectors.length * dimensions)
  stored.writeUInt16LE(dimensions, 0)
  vectors.forEach((vector, place) => {
    Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).copy(
      stored,
      2 + place * dimensions,
    )
  })
  return stored
}

/**
 * Scales a vector to whole numbers from -127 to 127.
 *
 * @param vector - Any length.
 */
export function toBytes(vector: Float32Array): Int8Array {
  let largest = 0
  for (const value of vector) largest = Math.max(largest, Math.abs(value))
  const bytes = new Int8Array(vector.length)
  if (largest === 0) return bytes
  vector.forEach((value, index) => {
    bytes[index] = Math.round((value / largest) * 127)
  })
  return bytes
}

/** Writes the vectors of agents, in place of those they had. */
export async function writeVectors(
  database: Queryable,
  options: {
    readonly embedderId: string
    readonly entries: readonly {
      readonly agentId: string
      readonly textHash: string
      readonly vectors: readonly Int8Array[]
    }[]
  },
): Promise<void> {
  const { entries } = options
  if (entries.length === 0) return
  await database.query(
    `with t as (update registry.clock set seq = seq + $5 where feed = 'vectors' returning seq)
     insert into registry.vectors (agent_id, embedder_id, text_hash, vectors, seq)
     select e.id, $4, e.hash, e.vectors, t.seq - $5 + e.place
     from t, unnest($1::text[], $2::text[], $3::bytea[]) with ordinality as e (id, hash, vectors, place)
     where exists (select 1 from registry.agents a where a.id = e.id)
     on conflict (agent_id) do update set embedder_id = excluded.embedder_id,
       text_hash = excluded.text_hash, vectors = excluded.vectors, seq = excluded.seq`,
    [
      entries.map(({ agentId }) => agentId),
      entries.map(({ textHash }) => textHash),
      entries.map(({ vectors }) => toStored(vectors)),
      options.embedderId,
      entries.length,
    ],
  )
}

/** Finds agents whose vectors are missing, or of another text or encoder. */
export async function readUnembedded(
  database: Queryable,
  options: { readonly embedderId: string; readonly limit: number },
): Promise<
  {
    readonly agentId: string
    readonly texts: readonly string[]
    readonly textHash: string
  }[]
> {
  const { rows } = await database.query<{
    id: string
    name: string
    description: string
    keywords: string
    examples: string[]
    text_hash: string
  }>(
    `select a.id, a.name, a.description, a.keywords, a.examples, a.card_hash as text_hash
     from registry.agents a
     left join registry.vectors v on v.agent_id = a.id
     where not a.deleted and (v.agent_id is null
       or v.embedder_id <> $1 or v.text_hash <> a.card_hash)
     order by a.seq desc limit $2`,
    [options.embedderId, options.limit],
  )
  return rows.map((row) => ({
    agentId: row.id,
    textHash: row.text_hash,
    texts: toVectorTexts(row),
  }))
}

/** Counts agents whose vectors are missing or outdated. */
export async function countUnembedded(
  database: Queryable,
  embedderId: string,
): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int as count from registry.agents a
     left join registry.vectors v on v.agent_id = a.id
     where not a.deleted and (v.agent_id is null
       or v.embedder_id <> $1 or v.text_hash <> a.card_hash)`,
    [embedderId],
  )
  return rows[0]?.count ?? 0
}

const textLength = 400
const maxExampleVectors = 10

/**
 * Gives the texts whose vectors an agent is found by. The nearest counts: the
 * text in pieces, for one vector of a long text lies between all that it says,
 * and each of its examples.
 */
export function toVectorTexts(row: {
  readonly name: string
  readonly description: string
  readonly examples: readonly string[]
}): string[] {
  const name = row.name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[-_.]+/g, ' ')
  const text = `${name}. ${row.description}`
  return [
    text.slice(0, textLength),
    ...(text.length > textLength * 1.5
      ? [text.slice(textLength, 2 * textLength)]
      : []),
    ...row.examples.slice(0, maxExampleVectors),
  ]
}
