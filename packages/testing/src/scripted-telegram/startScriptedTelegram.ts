/**
 * One file because it is one server: the part of Telegram's Bot API that a chat
 * bot uses, with its rules (limits, markup, `message is not modified`), and the
 * people who write to the bot.
 */
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { BehestError } from '@behest/spec'
import { checkTelegramHtml } from './checkTelegramHtml.js'

/** A button under a message. */
export type TelegramButton = {
  readonly text: string
  readonly callback_data: string
}

/** A message as the chat shows it now. */
export type TelegramMessage = {
  readonly messageId: number
  readonly chatId: number
  readonly from: 'bot' | 'user'
  readonly html: string
  readonly buttons: readonly TelegramButton[]
  /** How often the bot changed it. */
  readonly edits: number
}

/** A call of the bot, as it came in. */
export type TelegramCall = {
  readonly method: string
  readonly body: Readonly<Record<string, unknown>>
}

/** What the server does with the next call of a method, once each. */
export type TelegramFault =
  | { readonly kind: 'too-many'; readonly retryAfterSeconds: number }
  | { readonly kind: 'error'; readonly status: number }
  | { readonly kind: 'reset' }

/** A running server, and everybody who writes to its bot. */
export type ScriptedTelegram = {
  readonly apiRoot: string
  readonly token: string
  readonly calls: readonly TelegramCall[]
  /** Breaks of Telegram's rules that a bot committed, in words. */
  readonly refusals: readonly string[]
  /** Answers to pressed buttons, the oldest first. */
  readonly toasts: readonly string[]
  readonly messages: (chatId: number) => readonly TelegramMessage[]
  /** Somebody writes; in their private chat unless told. */
  readonly say: (options: {
    readonly userId: number
    readonly text: string
    readonly chatId?: number
    readonly chatType?: 'private' | 'group' | 'supergroup'
  }) => number
  /** Somebody presses a button of a message, whoever's it is. */
  readonly press: (options: {
    readonly userId: number
    readonly chatId: number
    readonly messageId: number
    readonly data: string
  }) => void
  /** Hands the same update in again, as after a lost answer. */
  readonly repeatLastUpdate: () => void
  readonly addFault: (method: string, fault: TelegramFault) => void
  /** Waits until something is so, or says what was there instead. */
  readonly until: <Found>(
    chatId: number,
    find: (messages: readonly TelegramMessage[]) => Found | undefined,
    waitMs?: number,
  ) => Promise<Found>
  readonly close: () => Promise<void>
}

type Update = Readonly<Record<string, unknown>> & { readonly update_id: number }
type Kept = {
  messageId: number
  chatId: number
  from: 'bot' | 'user'
  html: string
  buttons: TelegramButton[]
  edits: number
}

const longestText = 4096
const longestCallbackBytes = 64
const maxPollSeconds = 5

/**
 * Starts a Bot API server on a free port of loopback.
 *
 * @param options.token - The bot's token; a made-up one if absent.
 */
export async function startScriptedTelegram(
  options: { readonly token?: string } = {},
): Promise<ScriptedTelegram> {
  const { token = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw' } = options
  const calls: TelegramCall[] = []
  const refusals: string[] = []
  const toasts: string[] = []
  const kept = new Map<number, Kept[]>()
  const faults = new Map<string, TelegramFault[]>()
  const updates: Update[] = []
  const listeners = new Set<() => void>()
  let nextUpdate = 1
  let nextMessage = 1
  let webhook: { url: string; secret: string } | undefined
  let lastUpdate: Update | undefined

  const changed = (): void => {
    for (const listener of [...listeners]) listener()
  }
  const push = (update: Readonly<Record<string, unknown>>): void => {
    lastUpdate = { update_id: nextUpdate++, ...update }
    hand(lastUpdate)
  }
  const hand = (update: Update): void => {
    if (webhook === undefined) updates.push(update)
    else
      void fetch(webhook.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-telegram-bot-api-secret-token': webhook.secret,
        },
        body: JSON.stringify(update),
      }).catch(() => updates.push(update))
    changed()
  }

  const methods: Readonly<
    Record<
      string,
      (body: Record<string, unknown>) => unknown | Promise<unknown>
    >
  > = {
    getMe: () => ({
      id: Number(token.split(':')[0]),
      is_bot: true,
      first_name: 'Behest',
      username: 'behest_test_bot',
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
    }),
    deleteWebhook: () => {
      webhook = undefined
      return true
    },
    setWebhook: ({ url, secret_token: secret }) => {
      webhook = { url: String(url), secret: String(secret ?? '') }
      for (const update of updates.splice(0)) hand(update)
      return true
    },
    setMyCommands: () => true,
    sendChatAction: () => true,
    leaveChat: () => true,
    getUpdates: async ({ offset = 0, timeout = 0 }) => {
      const from = Number(offset)
      // What is asked from beyond was taken: it is forgotten here.
      for (let at = updates.length - 1; at >= 0; at -= 1)
        if ((updates[at]?.update_id ?? 0) < from) updates.splice(at, 1)
      if (updates.length === 0)
        await waitForChange(Math.min(Number(timeout), maxPollSeconds) * 1000)
      return updates.slice(0, 100)
    },
    sendMessage: (body) => {
      const chatId = Number(body.chat_id)
      const message: Kept = {
        messageId: nextMessage++,
        chatId,
        from: 'bot',
        html: readText(body),
        buttons: readButtons(body),
        edits: 0,
      }
      listOf(chatId).push(message)
      changed()
      return toWire(message)
    },
    editMessageText: (body) => {
      const message = listOf(Number(body.chat_id)).find(
        ({ messageId, from }) =>
          from === 'bot' && messageId === Number(body.message_id),
      )
      if (!message) throw new BotApiRefusalError('message to edit not found')
      const html = readText(body)
      const buttons = readButtons(body)
      if (
        message.html === html &&
        JSON.stringify(message.buttons) === JSON.stringify(buttons)
      )
        throw new BotApiRefusalError('message is not modified')
      Object.assign(message, { html, buttons, edits: message.edits + 1 })
      changed()
      return toWire(message)
    },
    answerCallbackQuery: ({ text }) => {
      toasts.push(String(text ?? ''))
      changed()
      return true
    },
  }

  function listOf(chatId: number): Kept[] {
    const list = kept.get(chatId) ?? []
    kept.set(chatId, list)
    return list
  }

  /** As the chat looks now: what is changed later leaves these as they are. */
  function show(chatId: number): readonly TelegramMessage[] {
    return listOf(chatId).map((message) => ({ ...message }))
  }

  function waitForChange(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        listeners.delete(done)
        resolve()
      }
      const timer = setTimeout(done, waitMs)
      listeners.add(done)
    })
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const [, given, method = ''] =
      /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? []
    const body = await readBody(request)
    if (given !== token)
      return respond(response, 401, {
        ok: false,
        error_code: 401,
        description: 'Unauthorized',
      })
    calls.push({ method, body })
    const fault = faults.get(method)?.shift()
    if (fault?.kind === 'reset') {
      response.destroy()
      return
    }
    if (fault?.kind === 'too-many')
      return respond(response, 429, {
        ok: false,
        error_code: 429,
        description: `Too Many Requests: retry after ${fault.retryAfterSeconds}`,
        parameters: { retry_after: fault.retryAfterSeconds },
      })
    if (fault?.kind === 'error')
      return respond(response, fault.status, {
        ok: false,
        error_code: fault.status,
        description: 'Internal Server Error',
      })
    const run = methods[method]
    if (!run)
      return respond(response, 404, {
        ok: false,
        error_code: 404,
        description: `Not Found: ${method}`,
      })
    try {
      respond(response, 200, { ok: true, result: await run(body) })
    } catch (error) {
      if (!(error instanceof BotApiRefusalError)) throw error
      refusals.push(`${method}: ${error.description}`)
      respond(response, 400, {
        ok: false,
        error_code: 400,
        description: `Bad Request: ${error.description}`,
      })
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    apiRoot: `http://127.0.0.1:${port}`,
    token,
    calls,
    refusals,
    toasts,
    messages: show,
    say: ({ userId, text, chatId = userId, chatType = 'private' }) => {
      const messageId = nextMessage++
      listOf(chatId).push({
        messageId,
        chatId,
        from: 'user',
        html: text,
        buttons: [],
        edits: 0,
      })
      const command = /^\/\w+(?:@\w+)?/.exec(text)?.[0]
      push({
        message: {
          message_id: messageId,
          date: Math.floor(Date.now() / 1000),
          chat: { id: chatId, type: chatType, first_name: 'Somebody' },
          from: toUser(userId),
          text,
          ...(command === undefined
            ? {}
            : {
                entities: [
                  { type: 'bot_command', offset: 0, length: command.length },
                ],
              }),
        },
      })
      return messageId
    },
    press: ({ userId, chatId, messageId, data }) =>
      push({
        callback_query: {
          id: String(nextUpdate),
          from: toUser(userId),
          chat_instance: String(chatId),
          data,
          message: {
            message_id: messageId,
            date: Math.floor(Date.now() / 1000),
            chat: { id: chatId, type: 'private', first_name: 'Somebody' },
            text: 'as shown',
          },
        },
      }),
    repeatLastUpdate: () => {
      if (lastUpdate) hand(lastUpdate)
    },
    addFault: (method, fault) =>
      faults.set(method, [...(faults.get(method) ?? []), fault]),
    until: async (chatId, find, waitMs = 30_000) => {
      const deadlineMs = Date.now() + waitMs
      for (;;) {
        const found = find(show(chatId))
        if (found !== undefined) return found
        const leftMs = deadlineMs - Date.now()
        if (leftMs <= 0)
          throw new ScriptedTelegramLateError(
            JSON.stringify(listOf(chatId).slice(-4), null, 2),
          )
        await waitForChange(Math.min(leftMs, 500))
      }
    },
    close: async () => {
      changed()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function toUser(id: number) {
  return { id, is_bot: false, first_name: 'Somebody', language_code: 'en' }
}

function toWire({ messageId, chatId, html }: Kept) {
  return {
    message_id: messageId,
    date: Math.floor(Date.now() / 1000),
    chat: { id: chatId, type: 'private', first_name: 'Somebody' },
    text: html,
  }
}

function readText(body: Readonly<Record<string, unknown>>): string {
  const text = String(body.text ?? '')
  if (text.trim() === '') throw new BotApiRefusalError('message text is empty')
  const plain =
    body.parse_mode === 'HTML'
      ? text.replace(/<[^>]*>/g, '').replace(/&(?:lt|gt|amp|quot);/g, '.')
      : text
  if (plain.length > longestText)
    throw new BotApiRefusalError('message is too long')
  const problem =
    body.parse_mode === 'HTML' ? checkTelegramHtml(text) : undefined
  if (problem !== undefined)
    throw new BotApiRefusalError(`can't parse entities: ${problem}`)
  return text
}

function readButtons(
  body: Readonly<Record<string, unknown>>,
): TelegramButton[] {
  const markup = (
    typeof body.reply_markup === 'string'
      ? JSON.parse(body.reply_markup)
      : body.reply_markup
  ) as { inline_keyboard?: TelegramButton[][] } | undefined
  const buttons = markup?.inline_keyboard?.flat() ?? []
  for (const { text, callback_data: data } of buttons) {
    if (Buffer.byteLength(data) > longestCallbackBytes || data === '')
      throw new BotApiRefusalError('BUTTON_DATA_INVALID')
    if (text.trim() === '') throw new BotApiRefusalError('button text is empty')
  }
  return buttons
}

async function readBody(
  request: IncomingMessage,
): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

function respond(
  response: ServerResponse,
  status: number,
  body: unknown,
): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

/** Thrown inside the server where the Bot API answers 400. */
class BotApiRefusalError extends BehestError {
  readonly code = 'BOT_API_REFUSAL'
  readonly retry = 'never'

  constructor(description: string) {
    super(`${description}. Send what the Bot API takes.`, {
      facts: { description },
    })
    this.description = description
  }

  readonly description: string
}

/** Thrown when what a test waits for does not come. */
export class ScriptedTelegramLateError extends BehestError {
  readonly code = 'SCRIPTED_TELEGRAM_LATE'
  readonly retry = 'never'

  constructor(shown: string) {
    super(`It did not come in time. Look at what the chat shows: ${shown}`)
  }
}
