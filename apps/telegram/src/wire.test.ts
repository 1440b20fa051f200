import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type ScriptedTelegram,
  startScriptedTelegram,
  takePort,
} from '@behest/testing'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { parseConfig } from './config.js'
import { describe as describeError, type Wired, wire } from './wire.js'

let telegram: ScriptedTelegram | undefined
let wired: Wired | undefined
afterEach(async () => {
  await wired?.stop()
  await telegram?.close()
  wired = undefined
  telegram = undefined
})

async function start(environment: Record<string, string>): Promise<string[]> {
  telegram ??= await startScriptedTelegram()
  const logged: string[] = []
  wired = wire({
    config: parseConfig({
      BEHEST_TELEGRAM_TOKEN: telegram.token,
      BEHEST_TELEGRAM_API_ROOT: telegram.apiRoot,
      ...environment,
    }),
    logger: pino(
      { level: 'info' },
      { write: (line: string) => void logged.push(line) },
    ),
  })
  void wired.run()
  return logged
}

describe('wire', () => {
  test('behavior: Telegram brings what is said, and shows the secret', async () => {
    const [port, api] = await Promise.all([takePort(), serveApi()])
    await start({
      BEHEST_INTENT_URL: api.url,
      BEHEST_TELEGRAM_PORT: String(port),
      BEHEST_TELEGRAM_WEBHOOK_URL: `http://127.0.0.1:${port}/hook`,
    })
    await telegram?.until(
      7,
      () =>
        telegram?.calls.some(({ method }) => method === 'setWebhook') ||
        undefined,
    )
    const set = telegram?.calls.find(({ method }) => method === 'setWebhook')
    expect(String(set?.body.secret_token)).toMatch(/^[0-9a-f]{64}$/)
    telegram?.say({ userId: 7, text: '/start' })
    await telegram?.until(7, (messages) =>
      messages.find(({ html }) => html.includes('speaks for no account')),
    )
    expect(telegram?.calls.some(({ method }) => method === 'getUpdates')).toBe(
      false,
    )
    await api.close()
  })

  test('behavior: an API that is away is said to be, and nothing else', async () => {
    const api = await serveApi()
    await start({ BEHEST_INTENT_URL: api.url })
    telegram?.say({ userId: 7, text: '/start' })
    await telegram?.until(7, (messages) =>
      messages.find(({ html }) => html.includes('no account')),
    )
    await api.close()
    telegram?.say({ userId: 7, text: 'swap 1 ETH for USDC' })
    await telegram?.until(7, (messages) =>
      messages.find(({ html }) => html.includes('does not answer')),
    )
  })

  test('law: the token is in no log', async () => {
    telegram = await startScriptedTelegram()
    telegram.addFault('getMe', { kind: 'reset' })
    const logged = await start({ BEHEST_INTENT_URL: 'http://127.0.0.1:9' })
    await telegram.until(7, () => (logged.length > 0 ? true : undefined))
    expect(logged.join('\n')).not.toContain(telegram.token)
    expect(
      describeError(
        new Error(`GET /bot${telegram.token}/getMe`),
        telegram.token,
      ),
    ).not.toContain(telegram.token)
  })
})

/** The few calls that a stranger's message needs. */
async function serveApi() {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    const path = request.url ?? ''
    if (path.startsWith('/v1/accounts'))
      response.end(
        JSON.stringify({ chain: 'local', chainId: 31_337, accounts: [] }),
      )
    else if (path.startsWith('/v1/chats?'))
      response.end(JSON.stringify({ chats: [] }))
    else response.end(JSON.stringify({ id: 'telegram:7' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
