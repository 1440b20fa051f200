import type { Bot, Context } from 'grammy'
import { parseCallbackData } from './callbackData.js'
import type { ChatDesk } from './createChatDesk.js'
import type { ChatQueue } from './createChatQueue.js'
import type { Messenger } from './createMessenger.js'
import { createRateLimit } from './createRateLimit.js'

const sayingsPerMinute = 30
const mostRemembered = 2000

/** The commands that Telegram offers to complete. */
export const commands = [
  { command: 'history', description: 'What was asked for' },
  { command: 'cancel', description: 'End what waits' },
  { command: 'agents', description: 'Find agents' },
  { command: 'link', description: 'Let this chat speak for an account' },
  { command: 'unlink', description: 'Let this chat speak for nobody' },
  { command: 'help', description: 'What can be said' },
] as const

/**
 * Lets a bot hand what is said to the desk: a person's own words in a private
 * chat, and presses of that person on its buttons. Whatever else comes in is
 * refused, in words or in silence.
 *
 * @param options.bot - With its token and API.
 */
export function createBot(options: {
  readonly bot: Bot
  readonly desk: ChatDesk
  readonly queue: ChatQueue
  readonly messenger: Messenger
  readonly nowMs: () => number
  readonly onError: (error: unknown) => void
}): Bot {
  const { bot, desk, queue, messenger, nowMs, onError } = options
  const limit = createRateLimit({ perMinute: sayingsPerMinute, nowMs })
  const done = new Set<number>()

  // Telegram hands an update in again when its answer got lost.
  bot.use(async (context, next) => {
    const { update_id: update } = context.update
    if (done.has(update)) return
    done.add(update)
    const [oldest] = done
    if (done.size > mostRemembered && oldest !== undefined) done.delete(oldest)
    await next()
  })

  bot.on('my_chat_member', async (context) => {
    const { status } = context.myChatMember.new_chat_member
    const isIn = status === 'member' || status === 'administrator'
    // In a group, everybody would speak for one account.
    if (isIn && context.chat.type !== 'private') await context.leaveChat()
  })

  bot.on('callback_query:data', (context) => {
    const { chat, from, callbackQuery } = context
    const messageId = callbackQuery.message?.message_id
    // A button belongs to the person whose chat it is in.
    if (
      chat === undefined ||
      messageId === undefined ||
      chat.type !== 'private' ||
      from.id !== chat.id
    ) {
      void messenger
        .toast(callbackQuery.id, 'That button is not yours.')
        .catch(onError)
      return
    }
    if (limit.take(chat.id) !== 'taken') {
      void messenger
        .toast(callbackQuery.id, 'Too fast. Wait a minute.')
        .catch(onError)
      return
    }
    queue.add(chat.id, () =>
      desk.press({
        chatId: chat.id,
        messageId,
        queryId: callbackQuery.id,
        meaning: parseCallbackData(callbackQuery.data),
      }),
    )
  })

  bot.on('message', (context) => {
    const { chat, from, message } = context
    const tell = (text: string): void =>
      void messenger.send(chat.id, { html: text }).catch(onError)
    const allowed = limit.take(chat.id)
    if (allowed !== 'taken') {
      if (allowed === 'first-over')
        tell('That is too much at once. Wait a minute.')
      return
    }
    if (chat.type !== 'private') {
      tell('Only in a private chat: here anybody could speak for an account.')
      return
    }
    if (from.id !== chat.id || from.is_bot) return
    const problem = toProblem(message)
    if (problem !== undefined) {
      tell(problem)
      return
    }
    const text = message.text ?? ''
    const [whole, name, words = ''] =
      /^\/([a-z_]{1,32})(?:@\w+)?(?:\s+([\s\S]*))?$/i.exec(text) ?? []
    queue.add(chat.id, () =>
      whole === undefined || name === undefined
        ? desk.say({ chatId: chat.id, messageId: message.message_id, text })
        : desk.command({
            chatId: chat.id,
            name: name.toLowerCase(),
            words: words.trim(),
          }),
    )
  })

  bot.on('edited_message', (context) => {
    if (
      context.chat.type === 'private' &&
      limit.take(context.chat.id) === 'taken'
    )
      void messenger
        .send(context.chat.id, {
          html: 'What is changed afterwards is not read. Say it again, as a new message.',
        })
        .catch(onError)
  })

  bot.catch(({ error }) => onError(error))
  return bot
}

/** Why a message is not an order; `undefined` where it may be one. */
function toProblem(
  message: NonNullable<Context['message']>,
): string | undefined {
  // What somebody else wrote is no order of the one who passes it on.
  if (message.forward_origin !== undefined || message.via_bot !== undefined)
    return 'Somebody else wrote that. Say it in your own words.'
  if (message.text === undefined)
    return 'Only text is read. Say what you want in a sentence.'
  return undefined
}
