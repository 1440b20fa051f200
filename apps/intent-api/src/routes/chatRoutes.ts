import { toChatLinkMessage } from '@behest/client'
import type { Chat, ChatStore } from '@behest/journal'
import {
  type Address,
  addressSchema,
  BehestError,
  type Hex,
  hexSchema,
  isSameAddress,
} from '@behest/spec'
import { Router } from 'express'
import * as z from 'zod'
import { RequestInvalidError } from '../http/errors.js'
import { readBody } from '../http/readRequest.js'

const signedForMs = 15 * 60_000
const clockSkewMs = 60_000

const chatIdSchema = z
  .string()
  .regex(/^[a-z]{1,20}:-?\d{1,20}$/, 'such as telegram:123456')

/** Body of `POST /v1/chats`. */
export const linkChatBodySchema = z.strictObject({
  id: chatIdSchema,
  account: addressSchema,
  issuedAt: z.iso.datetime(),
  signature: hexSchema,
})

/** Body of `PUT /v1/chats/:id/shown`. */
export const shownBodySchema = z.strictObject({ shownAt: z.iso.datetime() })

/** Schema of a chat, as it is told. */
export const chatSchema = z.object({
  id: z.string(),
  account: z.string().optional(),
  linkedAt: z.string().optional(),
  shownAt: z.string().optional(),
})

/** What the chat routes reach the product through. */
export type ChatRoutesOptions = {
  readonly chats: ChatStore
  readonly accounts: readonly Address[]
  readonly chainId: number
  /**
   * Tells whether an account signed a text; contracts are asked themselves. Throws
   * only where the chain has to be asked and does not answer.
   */
  readonly verifyMessage: (options: {
    readonly address: Address
    readonly message: string
    readonly signature: Hex
  }) => Promise<boolean>
  readonly now: () => Date
}

/**
 * Which chats elsewhere may speak for an account: the routes of `/v1/chats`. A
 * chat is linked by what the account's holder signs, and by nothing else.
 */
export function chatRoutes(options: ChatRoutesOptions): Router {
  const { chats, accounts, chainId, verifyMessage, now } = options
  const routes = Router()

  routes.get('/chats', async (request, response) => {
    const platform = z
      .strictObject({ platform: z.string().regex(/^[a-z]{1,20}$/) })
      .safeParse(request.query)
    if (!platform.success)
      throw new RequestInvalidError({
        where: 'query',
        problem: 'platform must be given, such as platform=telegram',
      })
    response.json({ chats: await chats.list(platform.data.platform) })
  })

  routes.post('/chats', async (request, response) => {
    const body = readBody(request, linkChatBodySchema)
    const { id, account, issuedAt, signature } = body
    const ageMs = now().getTime() - Date.parse(issuedAt)
    if (ageMs > signedForMs || ageMs < -clockSkewMs)
      throw new ChatLinkRefusedError({
        chat: id,
        reason: 'what was signed is not of the last 15 minutes',
      })
    if (!accounts.some((own) => isSameAddress(own, account)))
      throw new ChatLinkRefusedError({
        chat: id,
        reason: `this server signs for ${accounts.join(', ')} only`,
      })
    const message = toChatLinkMessage({ id, account, chainId, issuedAt })
    if (!(await verifyMessage({ address: account, message, signature })))
      throw new ChatLinkRefusedError({
        chat: id,
        reason: `the signature is not of ${account} over the text to sign`,
      })
    if (!(await chats.link({ id, account, issuedAt, signature })))
      throw new ChatLinkRefusedError({
        chat: id,
        reason:
          'it speaks for another account already, or this signature was used before. Unlink it, and sign anew',
      })
    response.status(201).json(await findOrEmpty(chats, id))
  })

  routes.get('/chats/:id', async (request, response) => {
    response.json(await findOrEmpty(chats, readChatId(request.params.id)))
  })

  routes.delete('/chats/:id', async (request, response) => {
    const id = readChatId(request.params.id)
    await chats.unlink(id)
    response.json(await findOrEmpty(chats, id))
  })

  routes.put('/chats/:id/shown', async (request, response) => {
    const id = readChatId(request.params.id)
    const { shownAt } = readBody(request, shownBodySchema)
    await chats.markShown(id, shownAt)
    response.json(await findOrEmpty(chats, id))
  })

  return routes
}

async function findOrEmpty(chats: ChatStore, id: string): Promise<Chat> {
  return (await chats.find(id)) ?? { id }
}

function readChatId(given: unknown): string {
  const parsed = chatIdSchema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new RequestInvalidError({
    where: 'path',
    problem: 'the id of a chat is its platform and number, telegram:123456',
  })
}

/** Thrown when a chat is not let speak for an account. */
export class ChatLinkRefusedError extends BehestError {
  readonly code = 'CHAT_LINK_REFUSED'
  readonly retry = 'never'

  constructor(facts: { chat: string; reason: string }) {
    super(
      `The chat ${facts.chat} was not linked: ${facts.reason}. Ask for the text to sign again.`,
      { facts },
    )
  }
}
