/** Does what one chat says in its order, and what several say side by side. */
export type ChatQueue = {
  readonly add: (chatId: number, work: () => Promise<void>) => void
  /** Ends when nothing is left to do. */
  readonly settle: () => Promise<void>
}

const longestQueue = 20

/**
 * Creates the queue of all chats.
 *
 * @param options.onError - Told of what work threw; the next goes on.
 * @param options.onFull - Told of a chat that says more than is waited for.
 */
export function createChatQueue(options: {
  readonly onError: (error: unknown) => void
  readonly onFull: (chatId: number) => void
}): ChatQueue {
  const waiting = new Map<number, { last: Promise<void>; length: number }>()
  return {
    add: (chatId, work) => {
      const before = waiting.get(chatId) ?? {
        last: Promise.resolve(),
        length: 0,
      }
      if (before.length >= longestQueue) {
        options.onFull(chatId)
        return
      }
      const entry = { last: before.last, length: before.length + 1 }
      entry.last = before.last
        .then(work)
        .catch(options.onError)
        .finally(() => {
          const now = waiting.get(chatId)
          if (now) now.length -= 1
          if (now && now.length <= 0) waiting.delete(chatId)
        })
      waiting.set(chatId, entry)
    },
    settle: async () => {
      while (waiting.size > 0)
        await Promise.all([...waiting.values()].map(({ last }) => last))
    },
  }
}
