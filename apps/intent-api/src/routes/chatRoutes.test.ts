import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createIntentClient, toChatLinkMessage } from '@behest/client'
import { ChainUnreachableError } from '@behest/evm'
import type { Chat, ChatStore } from '@behest/journal'
import type { Address } from '@behest/spec'
import express from 'express'
import { pino } from 'pino'
import { verifyMessage } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { handleError } from '../http/handleError.js'
import { chatRoutes } from './chatRoutes.js'

const holder = privateKeyToAccount(generatePrivateKey())
const stranger = privateKeyToAccount(generatePrivateKey())
const now = new Date('2026-03-04T10:00:00.000Z')
let server: Server
let client: ReturnType<typeof createIntentClient>
let isChainAway = false

beforeAll(async () => {
  const app = express()
  app.use(express.json())
  app.use(
    '/v1',
    chatRoutes({
      chats: createStore(),
      accounts: [holder.address],
      chainId: 31_337,
      verifyMessage: async (signed) => {
        if (isChainAway)
          throw new ChainUnreachableError({
            method: 'eth_getCode',
            reason: 'no connection',
            cause: undefined,
          })
        // A signature that cannot even be read is nobody's.
        return verifyMessage(signed).catch(() => false)
      },
      now: () => now,
    }),
  )
  app.use(handleError({ logger: pino({ level: 'silent' }), maxBytes: 1000 }))
  server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
  })
  client = createIntentClient({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  })
})
afterAll(() => server.close())

function createStore(): ChatStore {
  const chats = new Map<string, Chat>()
  return {
    find: async (id) => chats.get(id) ?? null,
    list: async () => [...chats.values()],
    link: async ({ id, account }) => {
      const before = chats.get(id)?.account
      if (before !== undefined && before !== account) return false
      chats.set(id, { id, account, linkedAt: now.toISOString() })
      return true
    },
    unlink: async (id) => void chats.set(id, { id }),
    markShown: async (id, shownAt) =>
      void chats.set(id, { ...chats.get(id), id, shownAt }),
  }
}

async function sign(options: {
  readonly by?: typeof holder
  readonly id?: string
  readonly signedId?: string
  readonly account?: Address
  readonly issuedAt?: string
}) {
  const {
    by = holder,
    id = 'telegram:7',
    issuedAt = now.toISOString(),
  } = options
  const account = options.account ?? holder.address
  return {
    id,
    account,
    issuedAt,
    signature: await by.signMessage({
      message: toChatLinkMessage({
        id: options.signedId ?? id,
        account,
        chainId: 31_337,
        issuedAt,
      }),
    }),
  }
}

describe('chatRoutes', () => {
  test('default: the holder lets a chat speak, and ends it', async () => {
    expect(await client.chats.get('telegram:7')).toEqual({ id: 'telegram:7' })
    expect(await client.chats.link(await sign({}))).toMatchObject({
      account: holder.address,
    })
    expect(await client.chats.list('telegram')).toHaveLength(1)
    expect(await client.chats.unlink('telegram:7')).toEqual({
      id: 'telegram:7',
    })
    expect(
      await client.chats.markShown('telegram:7', now.toISOString()),
    ).toEqual({ id: 'telegram:7', shownAt: now.toISOString() })
  })

  test('law: nobody else’s paper, no other chat’s, no old one links a chat', async () => {
    for (const link of [
      await sign({ by: stranger }),
      await sign({ by: stranger, account: stranger.address }),
      await sign({ signedId: 'telegram:8' }),
      await sign({ issuedAt: '2026-03-04T09:40:00.000Z' }),
      await sign({ issuedAt: '2026-03-04T10:05:00.000Z' }),
      { ...(await sign({})), signature: '0x' as const },
    ]) {
      await expect(client.chats.link(link)).rejects.toMatchObject({
        code: 'CHAT_LINK_REFUSED',
      })
      expect((await client.chats.get('telegram:7')).account).toBeUndefined()
    }
  })

  test('error: ChainUnreachableError, which says nothing about the signature', async () => {
    isChainAway = true
    await expect(
      client.chats.link(await sign({ by: stranger })),
    ).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE', retry: 'same-input' })
    isChainAway = false
    expect((await client.chats.get('telegram:7')).account).toBeUndefined()
  })

  test('error: RequestInvalidError', async () => {
    for (const id of ['7', 'telegram:x', 'telegram:7; drop'])
      await expect(client.chats.get(id)).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      })
  })
})
