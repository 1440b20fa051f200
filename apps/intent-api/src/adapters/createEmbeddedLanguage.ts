import { parseUtterance } from '@behest/language'
import type { LanguagePort } from '@behest/spec'

export function createEmbeddedLanguage(): LanguagePort {
  return {
    parse: async ({ utterance, context }) => ({
      result: parseUtterance(utterance, context),
      parser: 'embedded',
      notes: [],
    }),
    answer: async ({ previous, reply, context }) => {
      const said =
        previous.type === 'clarify'
          ? previous.draft.utterance
          : previous.type === 'intent'
            ? previous.intent.utterance
            : ''
      const words =
        'utterance' in reply
          ? reply.utterance
          : Object.values(reply.answers).map(String).join(' ')
      return {
        result: parseUtterance(`${said} ${words}`, context),
        parser: 'embedded',
        notes: [],
      }
    },
  }
}
