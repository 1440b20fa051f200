// One file because it is one round: what a mirror asks another registry for, in
// order, and what it makes of each answer.
import {
  agentIdSchema,
  hexSchema,
  isSameAddress,
  type JsonValue,
  publishMessageSchema,
} from '@behest/spec'
import type pg from 'pg'
import { keccak256, stringToBytes } from 'viem'
import * as z from 'zod'
import { parseCard } from '../card/parseCard.js'
import {
  MirrorFailedError,
  SignatureInvalidError,
} from '../errors/registryErrors.js'
import type { GuardedFetch } from '../liveness/guardedFetch.js'
import {
  type CardSignaturePort,
  toAgentWrite,
} from '../publish/publishAgent.js'
import {
  assertSignedBy,
  type ContractSignaturePort,
  toAgentId,
  toAgentName,
} from '../publish/signatures.js'
import { readAgent, writePublished } from '../store/agentStore.js'
import {
  type MirrorState,
  readMirror,
  writeMirror,
  writeMirroredLeases,
  writeMirroredRemoval,
  writeMirrorOrigin,
} from '../store/mirrorStore.js'

const pageLimit = 100
const callTimeoutMs = 10_000
const maxAnswerBytes = 8 * 1024 * 1024
/** A mirror believes no lease that is longer than one it would grant itself. */
const maxLeaseSeconds = 86_400

const cursorSchema = z.string().regex(/^\d{1,15}$/)
const agentsPageSchema = z.object({
  agents: z
    .array(
      z.object({
        agentId: z.string().max(128),
        source: z.enum(['signed', 'imported']),
        seq: z.int().min(0),
      }),
    )
    .max(pageLimit),
  removed: z
    .array(z.object({ agentId: z.string().max(128), seq: z.int().min(0) }))
    .max(pageLimit),
  nextCursor: cursorSchema.nullable(),
})
const detailSchema = z.object({
  agentId: agentIdSchema,
  owner: z.string().max(42).nullable(),
  card: z.string().max(70_000),
  message: publishMessageSchema,
  signature: hexSchema,
  leaseUntil: z.iso.datetime().nullable(),
})
const leasesPageSchema = z.object({
  leases: z
    .array(
      z.object({
        agentId: z.string().max(128),
        leaseUntil: z.iso.datetime(),
        seq: z.int().min(0),
      }),
    )
    .max(pageLimit),
  nextCursor: cursorSchema.nullable(),
})
const receiptsPageSchema = z.object({
  receipts: z
    .array(z.object({ receipt: z.json(), seq: z.int().min(0) }))
    .max(pageLimit),
  nextCursor: cursorSchema.nullable(),
})

/** What one round of mirroring did. */
export type MirrorRound = {
  readonly agents: number
  readonly removed: number
  readonly leases: number
  readonly receipts: number
  /** What could not be taken, and why: it does not stop the rest. */
  readonly skipped: readonly {
    readonly what: string
    readonly reason: string
  }[]
}

/**
 * Takes over what changed at another registry since the last round. Nothing is
 * believed that is not signed: each agent's publish message is checked against
 * its owner, each card against its hash, each receipt as if it were handed in
 * here. What the other one measured is not taken: this registry measures itself.
 *
 * @param options.origin - Base address of the other registry.
 * @param options.chainId - Chain id of the signing domain of both.
 * @param options.submitReceipt - Takes a receipt in.
 * @throws {MirrorFailedError} when the other registry does not answer as one.
 */
export async function mirrorRegistry(options: {
  readonly pool: pg.Pool
  readonly origin: string
  readonly chainId: number
  readonly fetch: GuardedFetch
  readonly assertUrl: (url: string) => void
  readonly isReference: (address: string) => boolean
  readonly isSignedByContract?: ContractSignaturePort | undefined
  readonly readCardSignature?: CardSignaturePort | undefined
  readonly submitReceipt: (wire: JsonValue) => Promise<unknown>
  readonly nowMs: () => number
}): Promise<MirrorRound> {
  const { pool, origin } = options
  const skipped: { what: string; reason: string }[] = []
  const counts = { agents: 0, removed: 0, leases: 0, receipts: 0 }
  let state = await readMirror(pool, origin)
  const advance = async (change: Partial<MirrorState>) => {
    state = { ...state, ...change }
    // After the page it stands for: a crash repeats a page and loses none.
    await writeMirror(pool, origin, state)
  }
  const skip = (what: string, error: unknown) =>
    skipped.push({ what, reason: toReason(error) })

  for (;;) {
    const page = await readPage(
      options,
      `/v1/agents?removed=true&limit=${pageLimit}&cursor=${state.agentsSeq}`,
      agentsPageSchema,
    )
    for (const { agentId } of page.removed)
      if (await writeMirroredRemoval(pool, { origin, agentId }))
        counts.removed += 1
    for (const { agentId, source } of page.agents) {
      // Nobody signed it: whoever wants it here imports it here.
      if (source !== 'signed') continue
      try {
        if (await mirrorAgent(options, agentId)) counts.agents += 1
      } catch (error) {
        if (error instanceof MirrorFailedError) throw error
        skip(agentId, error)
      }
    }
    const last = Math.max(
      state.agentsSeq,
      ...page.agents.map(({ seq }) => seq),
      ...page.removed.map(({ seq }) => seq),
    )
    if (last > state.agentsSeq) await advance({ agentsSeq: last })
    if (page.nextCursor === null) break
  }
  for (;;) {
    const page = await readPage(
      options,
      `/v1/leases?limit=${pageLimit}&cursor=${state.leasesSeq}`,
      leasesPageSchema,
    )
    counts.leases += await writeMirroredLeases(pool, {
      origin,
      leases: page.leases,
      mostSeconds: maxLeaseSeconds,
    })
    const last = Math.max(state.leasesSeq, ...page.leases.map(({ seq }) => seq))
    if (last > state.leasesSeq) await advance({ leasesSeq: last })
    if (page.nextCursor === null) break
  }
  for (;;) {
    const page = await readPage(
      options,
      `/v1/receipts?limit=${pageLimit}&cursor=${state.receiptsSeq}`,
      receiptsPageSchema,
    )
    for (const { receipt, seq } of page.receipts)
      try {
        await options.submitReceipt(receipt)
        counts.receipts += 1
      } catch (error) {
        skip(`receipt ${seq}`, error)
      }
    const last = Math.max(
      state.receiptsSeq,
      ...page.receipts.map(({ seq }) => seq),
    )
    if (last > state.receiptsSeq) await advance({ receiptsSeq: last })
    if (page.nextCursor === null) break
  }
  return { ...counts, skipped }
}

async function mirrorAgent(
  options: Parameters<typeof mirrorRegistry>[0],
  agentId: string,
): Promise<boolean> {
  const { pool, origin, chainId } = options
  const detail = await readPage(
    options,
    `/v1/agents/${encodeURIComponent(agentId)}`,
    detailSchema,
  )
  const { message, signature } = detail
  const cardHash = keccak256(stringToBytes(detail.card))
  if (
    detail.agentId !== agentId ||
    message.agentId !== agentId ||
    cardHash !== message.cardHash.toLowerCase() ||
    detail.owner === null
  )
    throw new SignatureInvalidError({
      message: 'Publish',
      reason: `${origin} shows ${agentId} with a message of another agent or card`,
    })
  const owner = detail.owner.toLowerCase()
  // An id is made of its first owner. Of a transfer nothing signed is shown here, so
  // another owner is believed only where this registry knows them already.
  const isFirst = toAgentId(owner, toAgentName(agentId)) === agentId
  if (
    !isFirst &&
    (await readAgent(pool, agentId))?.owner?.toLowerCase() !== owner
  )
    throw new SignatureInvalidError({
      message: 'Publish',
      reason: `${origin} shows ${agentId} as owned by ${owner}, whose id it is not`,
    })
  await assertSignedBy({
    type: 'Publish',
    message,
    chainId,
    signature,
    signers: [owner],
    isSignedByContract: options.isSignedByContract,
  })
  const card = parseCard(detail.card)
  const cardSignature = await options.readCardSignature?.(detail.card)
  if (cardSignature?.type === 'forged')
    throw new SignatureInvalidError({
      message: 'card',
      reason: cardSignature.reason,
    })
  if (!isSameAddress(message.operator, card.profile.agent)) return false
  options.assertUrl(message.url)
  options.assertUrl(card.endpoint)
  const leaseUntilMs =
    detail.leaseUntil === null ? 0 : Date.parse(detail.leaseUntil)
  const outcome = await writePublished(
    pool,
    toAgentWrite({
      request: { card: detail.card, message, signature },
      card,
      owner,
      cardHash,
      cardSigned: cardSignature?.type === 'signed',
      reference:
        options.isReference(owner) || options.isReference(message.operator),
    }),
    {
      leaseSeconds: Math.max(
        0,
        Math.min(
          maxLeaseSeconds,
          Math.floor((leaseUntilMs - options.nowMs()) / 1000),
        ),
      ),
    },
  )
  if (outcome.type !== 'written') return false
  await writeMirrorOrigin(pool, { agentId, origin })
  return true
}

async function readPage<Schema extends z.ZodType>(
  options: { readonly origin: string; readonly fetch: GuardedFetch },
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const { origin } = options
  let text: string
  try {
    const response = await options.fetch(
      `${origin.replace(/\/$/, '')}${path}`,
      {
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(callTimeoutMs),
      },
    )
    text = await response.text()
    if (response.status !== 200 || text.length > maxAnswerBytes)
      throw new MirrorFailedError({
        origin,
        reason: `it answers ${response.status} to ${path}`,
      })
  } catch (error) {
    if (error instanceof MirrorFailedError) throw error
    throw new MirrorFailedError({ origin, reason: toReason(error) })
  }
  const page = schema.safeParse(toJson(text))
  if (!page.success)
    throw new MirrorFailedError({
      origin,
      reason: `its answer to ${path} is not a registry's: ${page.error.issues[0]?.path.join('.') ?? ''}`,
    })
  return page.data
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function toReason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  return `${code ?? ''} ${message?.split('\n')[0] ?? ''}`.trim().slice(0, 200)
}
