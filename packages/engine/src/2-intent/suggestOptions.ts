import type { Address, OptionsPort, ParseResult, Question } from '@behest/spec'

const maxSuggested = 3

/**
 * Adds to questions what the account and the markets make known. A fact that
 * cannot be read is left out: the question stands without it.
 *
 * @param options.result - The draft that asks.
 * @param options.port - Who knows; absent: nobody.
 * @returns The questions in their order, the first few with options.
 */
export async function suggestOptions(options: {
  readonly account: Address
  readonly result: Extract<ParseResult, { type: 'clarify' }>
  readonly port: OptionsPort | undefined
}): Promise<Question[]> {
  const { account, result, port } = options
  const { questions } = result
  if (port === undefined) return [...questions]
  return Promise.all(
    questions.map(async (question, index) => {
      if (index >= maxSuggested || (question.options?.length ?? 0) > 0)
        return question
      try {
        const suggested = await port.suggest({ account, result, question })
        // What is asked is the engine's; facts only stand beside it.
        return { ...suggested, slot: question.slot }
      } catch {
        return question // nobody is kept from answering by a fact
      }
    }),
  )
}
