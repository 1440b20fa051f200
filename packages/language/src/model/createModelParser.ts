import type { ParseContext } from '@behest/spec'
import type { UsageMetadata } from '@langchain/core/messages'
import { ModelUnavailableError } from './ModelUnavailableError.js'
import {
  buildPointerJsonSchema,
  type PointerAnswer,
  pointerAnswerSchema,
} from './pointerAnswer.js'
import { buildUserPrompt, promptVersion, systemPrompt } from './prompt.js'

/** Reads utterances with a language model, as pointers into the user's words. */
export type ModelParser = {
  /** Name of the model, as configured. */
  readonly model: string
  /**
   * @throws {ModelUnavailableError} when no usable answer comes in time.
   */
  read(utterance: string, context: ParseContext): Promise<PointerAnswer>
}

/** Where the model is, and what it may cost. */
export type ModelParserOptions = {
  /** Base URL of an OpenAI-compatible endpoint, ending in `/v1`. */
  readonly baseUrl: string
  readonly apiKey: string
  readonly model: string
  /** For the whole call, retry included. Default 8,000. */
  readonly timeoutMs?: number
  /** Tokens of one answer. Default 600. */
  readonly maxTokens?: number
  /** Tokens a day in all, by the day of `context.now`. Default: no limit. */
  readonly tokensPerDay?: number
  /** Tokens a day for one account. Default: no limit. */
  readonly tokensPerDayPerAccount?: number
}

/** What an endpoint can be asked for: JSON by schema, any JSON, only text. */
type Format = 'schema' | 'json' | 'text'

/** An answer is a few hundred characters; more is a model that ran away. */
const MOST_CHARACTERS = 40_000
const MOST_CACHED = 500
/** Deeper JSON than this is no answer of ours. */
const MOST_DEPTH = 12

/**
 * Creates a parser over an OpenAI-compatible endpoint.
 *
 * One deadline covers the whole call; at most one retry, on connection
 * failures, 429 and 5xx, never on an invalid answer. Answers are streamed,
 * joined and checked by us: half an answer is never used.
 */
export function createModelParser(options: ModelParserOptions): ModelParser {
  const { model } = options
  const cache = new Map<string, PointerAnswer>()
  const spent = new Map<string, number>()
  let format: Format = 'schema'

  const spend = (context: ParseContext, tokens: number) => {
    const day = context.now.slice(0, 10)
    for (const key of [day, `${day} ${context.account ?? ''}`])
      spent.set(key, (spent.get(key) ?? 0) + tokens)
    // Yesterday's counts are of no use to anybody.
    if (spent.size > 10_000)
      for (const key of spent.keys())
        if (!key.startsWith(day)) spent.delete(key)
  }
  const assertBudget = (context: ParseContext) => {
    const day = context.now.slice(0, 10)
    const account = `${day} ${context.account ?? ''}`
    if (
      (options.tokensPerDay !== undefined &&
        (spent.get(day) ?? 0) >= options.tokensPerDay) ||
      (options.tokensPerDayPerAccount !== undefined &&
        (spent.get(account) ?? 0) >= options.tokensPerDayPerAccount)
    )
      throw new ModelUnavailableError({ failure: 'over-budget', model })
  }

  async function ask(
    utterance: string,
    context: ParseContext,
    signal: AbortSignal,
  ): Promise<string> {
    const [{ ChatOpenAI }, { HumanMessage, SystemMessage }] = await Promise.all(
      [import('@langchain/openai'), import('@langchain/core/messages')],
    )
    const client = new ChatOpenAI({
      model,
      apiKey: options.apiKey,
      temperature: 0,
      maxTokens: options.maxTokens ?? 600,
      // The client's own back-off outlives its signal: ours does not.
      maxRetries: 0,
      streamUsage: true,
      configuration: {
        baseURL: options.baseUrl,
        maxRetries: 0,
        // The clients stop waiting at the signal but keep the socket.
        fetch: (input, init) =>
          fetch(input, {
            ...init,
            signal:
              init?.signal == null
                ? signal
                : AbortSignal.any([init.signal, signal]),
          }),
      },
      modelKwargs: toFormat(format),
    })
    const stream = await client.stream(
      [
        new SystemMessage(systemPrompt),
        new HumanMessage(buildUserPrompt(utterance)),
      ],
      { signal },
    )
    let text = ''
    let tokens = 0
    let finish: string | undefined
    try {
      for await (const chunk of stream) {
        // Text only: small models send no blocks, and blocks are no JSON.
        text += typeof chunk.content === 'string' ? chunk.content : ''
        const usage = chunk.usage_metadata as UsageMetadata | undefined
        tokens = usage?.total_tokens ?? tokens
        const reason = chunk.response_metadata?.finish_reason
        if (typeof reason === 'string') finish = reason
        if (text.length > MOST_CHARACTERS)
          throw new ModelUnavailableError({ failure: 'invalid-answer', model })
      }
    } finally {
      // What was begun is paid for, also where it is of no use.
      if (text !== '' || tokens > 0)
        spend(
          context,
          tokens > 0
            ? tokens
            : Math.ceil((systemPrompt.length + text.length) / 4),
        )
    }
    if (finish === undefined || finish === 'length')
      // A stream that was cut, or an answer that was.
      throw new ModelUnavailableError({ failure: 'invalid-answer', model })
    if (finish === 'content_filter')
      throw new ModelUnavailableError({ failure: 'refused', model })
    return text
  }

  async function attempt(
    utterance: string,
    context: ParseContext,
    signal: AbortSignal,
  ) {
    for (;;) {
      try {
        return await within(ask(utterance, context, signal), signal, model)
      } catch (error) {
        const failure = toModelError(error, model, signal)
        if (failure.failure !== 'rejected-request' || format === 'text')
          throw failure
        // Small servers know no schemas, and some no JSON mode: remembered.
        format = format === 'schema' ? 'json' : 'text'
      }
    }
  }

  return {
    model,
    async read(utterance, context) {
      const key = JSON.stringify([utterance, model, promptVersion])
      const known = cache.get(key)
      if (known !== undefined) return known
      assertBudget(context)
      const timeoutMs = options.timeoutMs ?? 8000
      const signal = AbortSignal.timeout(timeoutMs)
      const until = performance.now() + timeoutMs
      let answer: string
      try {
        answer = await attempt(utterance, context, signal)
      } catch (error) {
        const failure = toModelError(error, model, signal)
        const waitMs = failure.retryAfterMs ?? 100
        if (!failure.passing || performance.now() + waitMs >= until)
          throw failure
        await new Promise((resolve) => {
          setTimeout(resolve, waitMs)
        })
        answer = await attempt(utterance, context, signal)
      }
      const parsed = parseAnswer(answer, model)
      cache.set(key, parsed)
      if (cache.size > MOST_CACHED) {
        const oldest = cache.keys().next().value
        if (oldest !== undefined) cache.delete(oldest)
      }
      return parsed
    },
  }
}

function toFormat(format: Format): Record<string, unknown> {
  switch (format) {
    case 'schema':
      return {
        response_format: {
          type: 'json_schema',
          json_schema: {
            name: 'pointers',
            strict: true,
            schema: buildPointerJsonSchema(),
          },
        },
      }
    case 'json':
      return { response_format: { type: 'json_object' } }
    case 'text':
      return {}
  }
}

/** Ends with the signal even where the client below does not. */
function within<T>(
  work: Promise<T>,
  signal: AbortSignal,
  model: string,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () =>
      reject(new ModelUnavailableError({ failure: 'timeout', model }))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop)
    })
  })
}

/** Turns the many ways in which clients fail into our one class. */
function toModelError(
  error: unknown,
  model: string,
  signal: AbortSignal,
): ModelUnavailableError {
  if (error instanceof ModelUnavailableError) return error
  if (signal.aborted)
    return new ModelUnavailableError({ failure: 'timeout', model }, error)
  const status = readNumber(error, 'status')
  if (status === undefined)
    // A cut stream is a bare TypeError here, and so is a refused connection.
    return new ModelUnavailableError(
      { failure: 'unreachable', model, passing: true },
      error,
    )
  if (status === 429) {
    const after = readRetryAfterMs(error)
    return new ModelUnavailableError(
      {
        failure: 'rate-limited',
        model,
        status,
        passing: true,
        ...(after === undefined ? {} : { retryAfterMs: after }),
      },
      error,
    )
  }
  if (status === 400 || status === 422)
    return new ModelUnavailableError(
      { failure: 'rejected-request', model, status },
      error,
    )
  return new ModelUnavailableError(
    {
      failure: status === 401 || status === 403 ? 'refused' : 'unreachable',
      model,
      status,
      ...(status >= 500 ? { passing: true as const } : {}),
    },
    error,
  )
}

function readNumber(value: unknown, key: string): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const found = (value as Record<string, unknown>)[key]
  return typeof found === 'number' ? found : undefined
}

function readRetryAfterMs(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { headers } = error as { headers?: unknown }
  const value =
    headers instanceof Headers
      ? headers.get('retry-after')
      : typeof headers === 'object' && headers !== null
        ? (headers as Record<string, unknown>)['retry-after']
        : undefined
  return typeof value === 'string' && /^\d{1,6}$/.test(value)
    ? Number(value) * 1000
    : undefined
}

/** Reads the JSON of an answer, fenced or bare, and checks its every key. */
function parseAnswer(text: string, model: string): PointerAnswer {
  const trimmed = text.trim()
  const fenced = /^```(?:json)?\s*\n?([\s\S]*?)\n?```$/.exec(trimmed)?.[1]
  const body = (fenced ?? trimmed).trim()
  const invalid = (cause?: unknown) =>
    new ModelUnavailableError({ failure: 'invalid-answer', model }, cause)
  if (!body.startsWith('{') || depthOf(body) > MOST_DEPTH) throw invalid()
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    throw invalid(error)
  }
  // Small models leave out keys that are null; nothing else is mended.
  const parsed = pointerAnswerSchema.safeParse(withNulls(value))
  if (!parsed.success) throw invalid(parsed.error)
  return parsed.data
}

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const letter of text) {
    if (letter === '{' || letter === '[') deepest = Math.max(deepest, ++depth)
    else if (letter === '}' || letter === ']') depth -= 1
  }
  return deepest
}

const KEYS = Object.keys(pointerAnswerSchema.shape.steps.element.shape).filter(
  (key) => key !== 'action',
)

function withNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { steps } = value as { steps?: unknown }
  if (!Array.isArray(steps)) return value
  return {
    ...value,
    steps: steps.map((step: unknown) => {
      if (typeof step !== 'object' || step === null) return step
      const own = Object.keys(step)
      const missing = KEYS.filter((key) => !own.includes(key))
      return {
        ...step,
        ...Object.fromEntries(missing.map((key) => [key, null])),
      }
    }),
  }
}
