import { type Api, GrammyError, HttpError } from 'grammy'
import type { Card } from './sayCard.js'

const mostTries = 4
const longestWaitSeconds = 30

/** Sends messages and changes them, at the pace that Telegram allows. */
export type Messenger = {
  /** @returns The number of the message. */
  readonly send: (chatId: number, card: Card) => Promise<number>
  /** Changes a message; what cannot be changed any more is sent afresh. */
  readonly edit: (
    chatId: number,
    messageId: number,
    card: Card,
  ) => Promise<void>
  readonly toast: (queryId: string, text: string) => Promise<void>
}

/**
 * Creates the messenger over Telegram's API.
 *
 * @param options.wait - Waits; ends early when the bot stops.
 */
export function createMessenger(options: {
  readonly api: Api
  readonly wait: (milliseconds: number) => Promise<void>
}): Messenger {
  const { api, wait } = options

  async function persist<Result>(call: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1)
      try {
        return await call()
      } catch (error) {
        const seconds = toPause(error, attempt)
        if (seconds === undefined || attempt >= mostTries) throw error
        await wait(seconds * 1000)
      }
  }

  const toOptions = (card: Card) => ({
    parse_mode: 'HTML' as const,
    link_preview_options: { is_disabled: true },
    reply_markup: {
      inline_keyboard: (card.rows ?? []).map((row) => [...row]),
    },
  })
  const send: Messenger['send'] = async (chatId, card) => {
    const message = await persist(() =>
      api.sendMessage(chatId, card.html, toOptions(card)),
    )
    return message.message_id
  }

  return {
    send,
    edit: async (chatId, messageId, card) => {
      try {
        await persist(() =>
          api.editMessageText(chatId, messageId, card.html, toOptions(card)),
        )
      } catch (error) {
        if (!(error instanceof GrammyError) || error.error_code !== 400)
          throw error
        // The same text again is no change, and none is needed.
        if (error.description.includes('not modified')) return
        await send(chatId, card)
      }
    },
    toast: async (queryId, text) => {
      try {
        await api.answerCallbackQuery(queryId, { text: text.slice(0, 190) })
      } catch (error) {
        // A press that is older than a minute takes no answer; it was done.
        if (!(error instanceof GrammyError)) throw error
      }
    },
  }
}

/** How long to wait before trying again, in seconds; `undefined`: never. */
function toPause(error: unknown, attempt: number): number | undefined {
  if (error instanceof HttpError) return attempt
  if (!(error instanceof GrammyError)) return undefined
  if (error.error_code === 429)
    return Math.min(error.parameters.retry_after ?? attempt, longestWaitSeconds)
  return error.error_code >= 500 ? attempt : undefined
}
