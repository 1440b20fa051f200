// One file because it is one round: what a mirror asks another registry for, in
// order, and what it makes of each answer.
import {
  addressSchema,
  agentIdSchema,
  hexSchema,
  isSameAddress,
  type JsonValue,
  publishMessageSchema,
  transferRequestSchema,
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
  assertNameFree,
  assertQuota,
  type CardSignaturePort,
  type PublishLimits,
  toAgentWrite,
} from '../publish/publishAgent.js'
import {
  assertSignedBy,
  type ContractSignaturePort,
  toAgentId,
  toAgentName,
} from '../publish/signatures.js'
import { writePublished, writeTransfer } from '../store/agentStore.js'
import {
  type MirrorState,
  readMirror,
  readMirrorOrigin,
  writeMirror,
  writeMirroredLeases,
  writeMirroredRemoval,
  writeMirrorOrigin,
  writeTransferHistory,
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
 * its owner, who they have it from against both owners' signatures, each card against its hash, each receipt as if it were handed in
 * here. Names that pass for another's and owners with too many agents are turned
 * away as at this registry's own door. What the other one measured is not taken: this registry measures itself.
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
  /** As at this registry's own door. */
  readonly limits: PublishLimits
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
  const transfers = await readHistory(options, { agentId, owner })
  // Who owned it when this version was published; what was handed over since
  // comes after it.
  const isEarlier = ({ message: { sequence } }: SignedTransfer) =>
    sequence < message.sequence
  const publisher =
    transfers.filter(isEarlier).at(-1)?.message.newOwner.toLowerCase() ??
    transfers[0]?.owner.toLowerCase() ??
    owner
  await assertSignedBy({
    type: 'Publish',
    message,
    chainId,
    signature,
    signers: [publisher],
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
  const write = toAgentWrite({
    request: { card: detail.card, message, signature },
    card,
    owner: publisher,
    cardHash,
    cardSigned: cardSignature?.type === 'signed',
    reference:
      options.isReference(publisher) || options.isReference(message.operator),
  })
  // As at the door: nobody gets in over another registry who would not here.
  await Promise.all([
    assertNameFree(pool, write),
    assertQuota(pool, { ...write, owner }, options.limits),
  ])
  const before = await readMirrorOrigin(pool, agentId)
  if (before !== undefined)
    await applyTransfers(pool, agentId, transfers.filter(isEarlier))
  const outcome = await writePublished(pool, write, {
    leaseSeconds: Math.max(
      0,
      Math.min(
        maxLeaseSeconds,
        Math.floor((leaseUntilMs - options.nowMs()) / 1000),
      ),
    ),
  })
  // What is at home here, or came from elsewhere, stays so: only who brought an
  // agent may take it away.
  if (
    outcome.type === 'written' &&
    (before === undefined || before.origin === origin)
  )
    await writeMirrorOrigin(pool, { agentId, origin })
  await writeTransferHistory(pool, {
    agentId,
    transfers: transfers.filter(isEarlier),
  })
  const handedOver = await applyTransfers(
    pool,
    agentId,
    transfers.filter((transfer) => !isEarlier(transfer)),
  )
  return outcome.type === 'written' || handedOver
}

const transfersSchema = z.object({
  transfers: z
    .array(
      transferRequestSchema.extend({
        owner: addressSchema,
        at: z.iso.datetime(),
      }),
    )
    .max(1000),
})
type SignedTransfer = z.output<typeof transfersSchema>['transfers'][number]

/**
 * Reads how an agent came to its owner, and checks each step: an id is made of
 * its first owner, and whoever has it now was given it by who had it then.
 */
async function readHistory(
  options: Parameters<typeof mirrorRegistry>[0],
  asked: { readonly agentId: string; readonly owner: string },
): Promise<readonly SignedTransfer[]> {
  const { origin, chainId, isSignedByContract } = options
  const { agentId, owner } = asked
  const refuse = (reason: string) =>
    new SignatureInvalidError({
      message: 'Transfer',
      reason: `${origin} shows ${agentId} ${reason}`,
    })
  const name = toAgentName(agentId)
  if (toAgentId(owner, name) === agentId) return []
  const answer = await askPage(
    options,
    `/v1/agents/${encodeURIComponent(agentId)}/transfers`,
    transfersSchema,
  )
  // One agent without a history is that agent's loss, not the end of the round.
  if (answer.type === 'unfit')
    throw refuse(`as owned by ${owner}, and not how: ${answer.reason}`)
  const { transfers } = answer.page
  const first = transfers[0]
  if (first === undefined || toAgentId(first.owner, name) !== agentId)
    throw refuse(`as owned by ${owner}, whose id it is not`)
  let holder = first.owner.toLowerCase()
  let sequence = 0
  for (const transfer of transfers) {
    const { message } = transfer
    if (
      message.agentId !== agentId ||
      transfer.owner.toLowerCase() !== holder ||
      message.sequence <= sequence
    )
      throw refuse('with transfers that do not follow one another')
    const newOwner = message.newOwner.toLowerCase()
    const signed = {
      type: 'Transfer',
      message,
      chainId,
      isSignedByContract,
    } as const
    await assertSignedBy({
      ...signed,
      signature: transfer.signature,
      signers: [holder],
    })
    await assertSignedBy({
      ...signed,
      signature: transfer.newOwnerSignature,
      signers: [newOwner],
    })
    holder = newOwner
    sequence = message.sequence
  }
  if (holder !== owner) throw refuse(`as owned by ${owner}, not ${holder}`)
  return transfers
}

/** Hands over what was handed over elsewhere; what is known changes nothing. */
async function applyTransfers(
  pool: pg.Pool,
  agentId: string,
  transfers: readonly SignedTransfer[],
): Promise<boolean> {
  let changed = false
  for (const { owner, message, signature, newOwnerSignature } of transfers) {
    const outcome = await writeTransfer(pool, {
      agentId,
      owner: owner.toLowerCase(),
      newOwner: message.newOwner.toLowerCase(),
      sequence: message.sequence,
      request: { message, signature, newOwnerSignature },
    })
    changed ||= outcome.type === 'written'
  }
  return changed
}

async function readPage<Schema extends z.ZodType>(
  options: { readonly origin: string; readonly fetch: GuardedFetch },
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const answer = await askPage(options, path, schema)
  if (answer.type === 'read') return answer.page
  throw new MirrorFailedError({ origin: options.origin, reason: answer.reason })
}

async function askPage<Schema extends z.ZodType>(
  options: { readonly origin: string; readonly fetch: GuardedFetch },
  path: string,
  schema: Schema,
): Promise<
  | { readonly type: 'read'; readonly page: z.output<Schema> }
  | { readonly type: 'unfit'; readonly reason: string }
> {
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
      return {
        type: 'unfit',
        reason: `it answers ${response.status} to ${path}`,
      }
  } catch (error) {
    throw new MirrorFailedError({ origin, reason: toReason(error) })
  }
  const page = schema.safeParse(toJson(text))
  return page.success
    ? { type: 'read', page: page.data }
    : {
        type: 'unfit',
        reason: `its answer to ${path} is not a registry's: ${page.error.issues[0]?.path.join('.') ?? ''}`,
      }
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
