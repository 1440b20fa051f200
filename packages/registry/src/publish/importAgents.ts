import {
  type Address,
  addressSchema,
  type Capability,
  capabilitySchema,
} from '@behest/spec'
import type pg from 'pg'
import { keccak256, stringToBytes } from 'viem'
import * as z from 'zod'
import { displayText } from '../card/displayText.js'
import { ManifestMalformedError } from '../errors/registryErrors.js'
import { toSkeleton } from '../text/toSkeleton.js'
import { toExamples } from './publishAgent.js'

const maxBatch = 500

// People's files vary: unknown fields have no effect, and a field of the wrong
// kind is passed over rather than costing the whole line.
const manifestSchema = z.object({
  name: z.string().min(1),
  id: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  summary: z.string().optional().catch(undefined),
  url: z.string().max(2048).optional().catch(undefined),
  version: z.string().optional().catch(undefined),
  owner: addressSchema.optional().catch(undefined),
  agent: addressSchema.optional().catch(undefined),
  capabilities: z.array(z.unknown()).optional().catch(undefined),
  tags: z.array(z.string()).optional().catch(undefined),
  skills: z.array(z.unknown()).optional().catch(undefined),
  examples: z.array(z.string()).optional().catch(undefined),
})

/** One line of an import file. */
export type AgentManifest = z.input<typeof manifestSchema>

/** What an import did. */
export type ImportResult = {
  readonly imported: number
  /** Lines that are no manifest; they did not stop the others. */
  readonly refused: readonly {
    readonly line: number
    readonly reason: string
  }[]
  /** Id per line that was taken, in the order of the lines. */
  readonly agentIds: readonly string[]
}

/**
 * Loads manifests in bulk, for the operator. Nothing is signed, so they are
 * `unverified`: found and marked so, without trust, and never in the place of an
 * agent that its owner published. Loading a file again changes nothing.
 *
 * @param options.lines - One manifest each: `name`, and of `description`,
 *   `url`, `version`, `owner`, `capabilities`, `tags`, `examples` what there is.
 * @returns How many were taken, and which lines were not.
 */
export async function importAgents(options: {
  readonly pool: pg.Pool
  readonly lines: Iterable<string> | AsyncIterable<string>
}): Promise<ImportResult> {
  const { pool } = options
  const refused: { line: number; reason: string }[] = []
  const agentIds: string[] = []
  let batch = new Map<string, ImportRow>()
  let imported = 0
  let line = 0
  const flush = async () => {
    imported += await writeBatch(pool, [...batch.values()])
    batch = new Map()
  }
  for await (const text of options.lines) {
    line += 1
    if (text.trim() === '') continue
    try {
      const row = toRow(parseManifest(text, line))
      batch.set(row.id, row)
      agentIds.push(row.id)
      if (batch.size >= maxBatch) await flush()
    } catch (error) {
      if (!(error instanceof ManifestMalformedError)) throw error
      refused.push({ line, reason: error.facts.reason ?? '' })
    }
  }
  await flush()
  return { imported, refused, agentIds }
}

/**
 * Reads one line of an import file.
 *
 * @throws {ManifestMalformedError} when it is no JSON object with a name.
 */
export function parseManifest(text: string, line: number): Manifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new ManifestMalformedError({ line, reason: 'it is not JSON' })
  }
  const parsed = manifestSchema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new ManifestMalformedError({
      line,
      reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    })
  }
  return parsed.data
}

type Manifest = z.output<typeof manifestSchema>

type ImportRow = {
  readonly id: string
  readonly owner: Address | undefined
  readonly agent: Address | undefined
  readonly name: string
  readonly description: string
  readonly version: string
  readonly url: string
  readonly capabilities: readonly Capability[]
  readonly examples: readonly string[]
  readonly keywords: string
  readonly cardText: string
  readonly cardHash: string
}

const anyCapability = {
  chains: 'any',
  tokens: 'any',
  venues: [],
  feeBps: 0,
  spenders: [],
  maxValidForSeconds: 60,
  examples: [],
} as const

function toRow(manifest: Manifest): ImportRow {
  const name = toClean(manifest.name, 100)
  const capabilities: Capability[] = []
  const words: string[] = []
  for (const item of manifest.capabilities ?? []) {
    // A typed capability filters; a word only describes.
    const typed = capabilitySchema.safeParse(
      typeof item === 'string'
        ? { ...anyCapability, action: item }
        : { ...anyCapability, ...(item as object) },
    )
    if (typed.success) capabilities.push(typed.data)
    else words.push(...collectText(item))
  }
  words.push(...(manifest.tags ?? []), ...collectText(manifest.skills ?? []))
  const content = {
    name,
    description: toClean(manifest.description ?? manifest.summary ?? '', 4000),
    version: toClean(manifest.version ?? '0', 32),
    url: manifest.url ?? '',
    capabilities: capabilities.slice(0, 50),
    examples: toExamples(
      (manifest.examples ?? []).map((example) => toClean(example, 200)),
    ),
    keywords: toClean(words.join(' '), 8000),
  }
  const cardText = JSON.stringify(content)
  return {
    ...content,
    id: toImportedId(manifest, name),
    owner: manifest.owner,
    agent: manifest.agent,
    cardText,
    cardHash: keccak256(stringToBytes(cardText)),
  }
}

// Whatever cannot be stored or would mislead a reader is left out, not refused.
function toClean(text: string, maxLength: number): string {
  // Through bytes: a lone surrogate becomes U+FFFD, which is taken out below.
  const cut = Buffer.from(text.slice(0, maxLength)).toString('utf8')
  if (displayText(maxLength).safeParse(cut).success) return cut
  return cut
    .replace(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b\u200c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/g,
      '',
    )
    .trim()
}

function toImportedId(manifest: Manifest, name: string): string {
  const slug =
    name
      .normalize('NFKD')
      .replace(/([a-z\d])([A-Z])/g, '$1-$2')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 63) || 'agent'
  const digest = keccak256(
    stringToBytes(
      `import:${manifest.owner?.toLowerCase() ?? ''}:${manifest.id ?? ''}:${name}`,
    ),
  )
  return `${slug}-${digest.slice(2, 10)}`
}

function collectText(value: unknown): string[] {
  if (typeof value === 'string') return [value.slice(0, 2000)]
  if (Array.isArray(value)) return value.slice(0, 100).flatMap(collectText)
  if (typeof value === 'object' && value !== null)
    return Object.values(value).slice(0, 50).flatMap(collectText)
  return []
}

async function writeBatch(
  pool: pg.Pool,
  rows: readonly ImportRow[],
): Promise<number> {
  if (rows.length === 0) return 0
  const { rowCount } = await pool.query(
    `with t as (update registry.clock set seq = seq + $13 where feed = 'agents' returning seq)
     insert into registry.agents as a (id, source, owner, agent, name,
       name_skeleton, description, version, url, endpoint, card_text, card_hash,
       capabilities, examples, keywords, sequence, status, status_reason, seq)
     select r.id, 'imported', r.owner, r.agent, r.name, r.skeleton,
       r.description, r.version, r.url, r.url, r.card_text, r.card_hash,
       r.capabilities::jsonb, r.examples::jsonb, r.keywords, 0, 'unverified',
       'imported by the operator, never measured', t.seq - $13 + r.place
     from t, unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
       $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
       $11::text[], $12::text[], $14::text[]) with ordinality as r (id, owner,
       agent, name, skeleton, description, version, url, card_text, card_hash,
       capabilities, examples, keywords, place)
     on conflict (id) do update set name = excluded.name,
       name_skeleton = excluded.name_skeleton,
       description = excluded.description, version = excluded.version,
       url = excluded.url, endpoint = excluded.endpoint,
       card_text = excluded.card_text, card_hash = excluded.card_hash,
       capabilities = excluded.capabilities, examples = excluded.examples,
       keywords = excluded.keywords, owner = excluded.owner,
       agent = excluded.agent, deleted = false,
       updated_at = clock_timestamp(), seq = excluded.seq
     -- What an owner signed is not the operator's to replace.
     where a.source = 'imported'
       and (a.card_hash <> excluded.card_hash or a.deleted)`,
    [
      rows.map(({ id }) => id),
      rows.map(({ owner }) => owner?.toLowerCase() ?? null),
      rows.map(({ agent }) => agent?.toLowerCase() ?? null),
      rows.map(({ name }) => name),
      rows.map(({ name }) => toSkeleton(name)),
      rows.map(({ description }) => description),
      rows.map(({ version }) => version),
      rows.map(({ url }) => url),
      rows.map(({ cardText }) => cardText),
      rows.map(({ cardHash }) => cardHash),
      rows.map(({ capabilities }) => JSON.stringify(capabilities)),
      rows.map(({ examples }) => JSON.stringify(examples)),
      rows.length,
      rows.map(({ keywords }) => keywords),
    ],
  )
  return rowCount ?? 0
}
