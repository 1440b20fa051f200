import type { Turn } from '../desk/converse.js'
import type { Reference } from '../desk/reference.js'
import { ParameterInvalidError, ParameterUnsupportedError } from './errors.js'
import { type ChatBody, contentSchema, type ResponsesBody } from './schemas.js'

const textTypes = ['text', 'input_text', 'output_text']

type Content = ChatBody['messages'][number]['content']

/**
 * Reads the turns of a chat. Only messages of role `user` are the user's; what
 * system and developer say is not read at all, and tools speak for nobody.
 */
export function toChatTurns(body: ChatBody): readonly Turn[] {
  return body.messages.flatMap(({ role, content }, index) =>
    toTurn({ role, content, at: `messages[${index}]` }),
  )
}

/**
 * Reads the turns of a response's input, after the response that it goes on
 * from.
 */
export function toResponseTurns(
  body: ResponsesBody,
  previous: Reference | undefined,
): readonly Turn[] {
  const before: readonly Turn[] = previous
    ? [{ role: 'assistant', text: '', shown: previous }]
    : []
  if (typeof body.input === 'string')
    return [...before, { role: 'user', text: body.input }]
  return [
    ...before,
    ...body.input.flatMap((item, index): readonly Turn[] => {
      const at = `input[${index}]`
      if ((item.type ?? 'message') !== 'message')
        return item.type === 'reasoning' ? [] : [{ role: 'other' }]
      const content = contentSchema.safeParse(item.content)
      if (!content.success)
        throw new ParameterInvalidError({
          param: `${at}.content`,
          problem: 'it is neither text nor a list of parts',
        })
      return toTurn({ role: item.role ?? '', content: content.data, at })
    }),
  ]
}

function toTurn(options: {
  readonly role: string
  readonly content: Content
  readonly at: string
}): readonly Turn[] {
  const { role, content, at } = options
  switch (role) {
    case 'user':
      return [{ role, text: readWords(content, at) }]
    case 'assistant':
      return [{ role, text: readText(content) }]
    case 'system':
    case 'developer':
      return []
    case 'tool':
    case 'function':
      return [{ role: 'other' }]
    default:
      throw new ParameterInvalidError({
        param: `${at}.role`,
        problem: 'it is none of user, assistant, system, developer and tool',
      })
  }
}

function readText(content: Content): string {
  if (content === null || content === undefined) return ''
  return typeof content === 'string'
    ? content
    : content.map(({ text }) => text ?? '').join('\n')
}

function readWords(content: Content, at: string): string {
  if (Array.isArray(content))
    for (const { type } of content)
      if (!textTypes.includes(type))
        throw new ParameterUnsupportedError({
          param: `${at}.content`,
          problem: `a part is of type "${type}", and only text is read`,
        })
  return readText(content)
}
