import { Bot } from 'grammy'
import type { UserFromGetMe } from 'grammy/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveWebhook, type WebhookServer } from './serveWebhook.js'

const secret = 'a-secret-of-some-length'
const heard: string[] = []
let server: WebhookServer

beforeAll(async () => {
  const bot = new Bot('1:made-up-token-of-a-bot', {
    botInfo: {
      id: 1,
      is_bot: true,
      first_name: 'Behest',
      username: 'b',
    } as UserFromGetMe,
  })
  bot.on('message:text', ({ message }) => void heard.push(message.text))
  server = await serveWebhook({
    bot,
    secret,
    host: '127.0.0.1',
    port: 0,
    onError: (error) => expect.fail(String(error)),
  })
})
afterAll(() => server.close())

const update = {
  update_id: 1,
  message: {
    message_id: 1,
    date: 0,
    chat: { id: 7, type: 'private' },
    from: { id: 7, is_bot: false, first_name: 'A' },
    text: 'swap 1 ETH for USDC',
  },
}

async function post(options: {
  readonly shown?: string
  readonly body?: string
  readonly method?: string
}): Promise<number> {
  const { shown, body = JSON.stringify(update), method = 'POST' } = options
  const { status } = await fetch(`http://127.0.0.1:${server.port}/telegram`, {
    method,
    headers:
      shown === undefined ? {} : { 'x-telegram-bot-api-secret-token': shown },
    ...(method === 'POST' ? { body } : {}),
  })
  return status
}

describe('serveWebhook', () => {
  test('law: only who shows the secret is heard', async () => {
    for (const shown of [undefined, '', 'wrong', `${secret}x`, secret.slice(1)])
      expect(await post(shown === undefined ? {} : { shown })).toBe(401)
    expect(await post({ shown: secret, method: 'GET' })).toBe(405)
    expect(heard).toEqual([])
    expect(await post({ shown: secret })).toBe(200)
    expect(heard).toEqual(['swap 1 ETH for USDC'])
  })

  test('behavior: what is no update is refused, and nothing breaks', async () => {
    for (const body of ['', '{', '[]', '"x"', '{"update_id":"x"}', 'null'])
      expect([body, await post({ shown: secret, body })]).toEqual([body, 400])
    const big = await post({
      shown: secret,
      body: 'x'.repeat(2_000_000),
    }).catch(() => 413)
    expect(big).toBe(413)
    expect(await post({ shown: secret, body: '{"update_id":9}' })).toBe(200)
  })
})
