import { randomBytes } from 'node:crypto'
import { createIntentClient, createRegistryClient } from '@behest/client'
import { BehestError } from '@behest/spec'
import { Bot, GrammyError } from 'grammy'
import type { Logger } from 'pino'
import type { Config } from './config.js'
import { commands, createBot } from './createBot.js'
import { createChatDesk } from './createChatDesk.js'
import { createChatQueue } from './createChatQueue.js'
import { createMessenger } from './createMessenger.js'
import { serveWebhook, type WebhookServer } from './serveWebhook.js'

const longestPauseMs = 60_000
const allowedUpdates = [
  'message',
  'edited_message',
  'callback_query',
  'my_chat_member',
] as const

/** The bot of one process, put together. */
export type Wired = {
  /** Serves until it is stopped; a Telegram that is away is tried again. */
  readonly run: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Wires the desk to Telegram and to the API: the one place that knows both. */
export function wire(options: {
  readonly config: Config
  readonly logger: Logger
}): Wired {
  const { config, logger } = options
  const leaving = new AbortController()
  const { signal } = leaving
  const onError = (error: unknown): void =>
    logger.error({ error: describe(error, config.token) }, 'a chat failed')
  const wait = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, milliseconds)
      signal.addEventListener('abort', done)
    })
  const bot = new Bot(config.token, {
    client: { apiRoot: config.apiRoot, timeoutSeconds: 60 },
  })
  const messenger = createMessenger({ api: bot.api, wait })
  const desk = createChatDesk({
    client: createIntentClient({
      baseUrl: config.intentUrl,
      // Where people sign in, a chat speaks through its link, and not a session.
      ...(config.operatorToken === undefined
        ? {}
        : { headers: { authorization: `Bearer ${config.operatorToken}` } }),
    }),
    registry: createRegistryClient({ baseUrl: config.registryUrl }),
    messenger,
    trustedUsers: config.trustedUsers,
    signal,
    now: () => new Date(),
    onError,
  })
  const queue = createChatQueue({
    onError,
    onFull: (chatId) =>
      void messenger
        .send(chatId, { html: 'That is too much at once. Wait a moment.' })
        .catch(onError),
  })
  createBot({ bot, desk, queue, messenger, nowMs: Date.now, onError })
  let webhook: WebhookServer | undefined

  async function serve(): Promise<void> {
    await bot.init()
    await bot.api.setMyCommands(commands)
    await desk.resume()
    if (config.webhook === undefined) {
      logger.info('asking Telegram for what is said')
      await bot.start({ allowed_updates: allowedUpdates })
      return
    }
    const { url, host, port } = config.webhook
    const secret = config.webhook.secret ?? randomBytes(32).toString('hex')
    webhook ??= await serveWebhook({ bot, secret, host, port, onError })
    await bot.api.setWebhook(url, {
      secret_token: secret,
      allowed_updates: allowedUpdates,
    })
    logger.info({ port: webhook.port }, 'Telegram brings what is said')
    await new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve()),
    )
  }

  return {
    run: async () => {
      let pauseMs = 1000
      while (!signal.aborted) {
        const startedMs = Date.now()
        try {
          await serve()
        } catch (error) {
          if (signal.aborted) return
          const isRefused =
            error instanceof GrammyError && error.error_code === 401
          logger.error(
            { error: describe(error, config.token) },
            isRefused
              ? 'Telegram refuses the token in BEHEST_TELEGRAM_TOKEN'
              : 'Telegram or the API was not reached; trying again',
          )
        }
        if (Date.now() - startedMs > longestPauseMs) pauseMs = 1000
        await wait(pauseMs)
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      }
    },
    stop: async () => {
      leaving.abort()
      if (bot.isRunning()) await bot.stop()
      await webhook?.close()
      await Promise.race([
        queue.settle(),
        new Promise((resolve) => setTimeout(resolve, 3000).unref()),
      ])
    },
  }
}

/** One line of an error; the token stands in every address of Telegram's API. */
export function describe(error: unknown, token: string): string {
  const text = BehestError.isInstance(error)
    ? `${error.code}: ${error.shortMessage}`
    : error instanceof Error
      ? `${error.name}: ${error.message.split('\n')[0] ?? ''}`
      : 'an unknown value was thrown'
  return text.replaceAll(token, '(token)')
}
