// One file because it is one machine: from an OpenAPI document to requests that
// almost fit it, and to what must hold of every answer.

type Schema = { readonly [key: string]: unknown }
type Operation = {
  readonly method: string
  readonly path: string
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly schema?: Schema
  }[]
  readonly body: { readonly type: string; readonly schema: Schema } | undefined
}

/** An answer that no request may get. */
export type FuzzFault = {
  readonly number: number
  readonly request: string
  readonly fault: string
}

/** What a run of the fuzzer saw. */
export type FuzzReport = {
  readonly cases: number
  readonly statuses: Readonly<Record<number, number>>
  readonly slowestMs: number
  readonly faults: readonly FuzzFault[]
}

const nasty: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  2 ** 53,
  0.1,
  '',
  '\u0000',
  '\ud800',
  '\u202e',
  '🦄',
  '../../etc/passwd',
  "' or 1=1 --",
  '%00%ff',
  '__proto__',
  '1e400',
  '99999999999999999999999',
  '0x',
  `0x${'ff'.repeat(65)}`,
  'http://169.254.169.254/',
  '<script>alert(1)</script>',
  'a'.repeat(5_000),
  [],
  {},
  [[[[[]]]]],
  { constructor: { prototype: {} } },
]

/**
 * Asks every operation of a server with requests drawn from its own OpenAPI
 * document: fitting ones, and ones with a part that is not what was described.
 * No answer may be a 5xx, take longer than it may, or refuse without a problem.
 *
 * @param options.url - Base address; the document is at `/openapi.json`.
 * @param options.cases - How many requests.
 * @param options.seed - The same seed asks the same.
 * @param options.token - For operations of the operator; half of them get it.
 */
export async function fuzzOpenApi(options: {
  readonly url: string
  readonly cases: number
  readonly seed: number
  readonly token?: string
  readonly timeoutMs?: number
}): Promise<FuzzReport> {
  const { url, timeoutMs = 5_000 } = options
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Schema
  const operations = listOperations(document)
  const draw = createDraw(options.seed, document)
  const statuses: Record<number, number> = {}
  const faults: FuzzFault[] = []
  let slowestMs = 0
  let number = 0
  // A few at a time, as strangers come: one that hangs must not stop the rest.
  const askOne = async (): Promise<void> => {
    while (number < options.cases) {
      const own = number
      number += 1
      const operation = operations[own % operations.length] as Operation
      const request = draw.request(operation)
      const started = performance.now()
      const fault = await ask(url, request, {
        timeoutMs,
        statuses,
        token: options.token,
      })
      slowestMs = Math.max(slowestMs, performance.now() - started)
      if (fault !== undefined)
        faults.push({
          number: own,
          request:
            `${request.method} ${request.path} ${request.body ?? ''}`.slice(
              0,
              500,
            ),
          fault,
        })
    }
  }
  await Promise.all(Array.from({ length: 8 }, askOne))
  return {
    cases: options.cases,
    statuses,
    slowestMs: Math.round(slowestMs),
    faults,
  }
}

type Made = {
  readonly method: string
  readonly path: string
  readonly type: string
  readonly body: string | undefined
  readonly withToken: boolean
}

async function ask(
  url: string,
  made: Made,
  options: {
    readonly timeoutMs: number
    readonly statuses: Record<number, number>
    readonly token: string | undefined
  },
): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}${made.path}`, {
      method: made.method.toUpperCase(),
      headers: {
        ...(made.body === undefined || made.type === ''
          ? {}
          : { 'content-type': made.type }),
        ...(made.withToken && options.token !== undefined
          ? { authorization: `Bearer ${options.token}` }
          : {}),
      },
      ...(made.body === undefined ? {} : { body: made.body }),
      signal: AbortSignal.timeout(options.timeoutMs),
      redirect: 'manual',
    })
    const text = await response.text()
    options.statuses[response.status] =
      (options.statuses[response.status] ?? 0) + 1
    if (response.status >= 500)
      return `${response.status}: ${text.slice(0, 200)}`
    if (response.status < 400) return undefined
    const type = response.headers.get('content-type') ?? ''
    if (!type.startsWith('application/problem+json'))
      return `${response.status} as ${type}`
    const { code } = JSON.parse(text) as { code?: unknown }
    return typeof code === 'string'
      ? undefined
      : `${response.status} without code`
  } catch (error) {
    const { name, message } = error as Error
    return name === 'TimeoutError'
      ? `no answer in ${options.timeoutMs} ms`
      : `${name}: ${message}`
  }
}

function listOperations(document: Schema): Operation[] {
  const paths = document.paths as Record<string, Record<string, Schema>>
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const content = (
        operation.requestBody as { content?: Record<string, Schema> }
      )?.content
      const [type, media] = Object.entries(content ?? {})[0] ?? []
      return {
        method,
        path,
        parameters: (operation.parameters ?? []) as Operation['parameters'],
        body:
          type === undefined
            ? undefined
            : { type, schema: (media?.schema ?? {}) as Schema },
      }
    }),
  )
}

function createDraw(seed: number, document: Schema) {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (most: number) => Math.floor(next() * most)
  const pick = <Item>(list: readonly Item[]): Item =>
    list[below(list.length)] as Item

  function fit(schema: Schema | undefined, depth = 0): unknown {
    if (schema === undefined || depth > 8) return pick(nasty)
    if (typeof schema.$ref === 'string')
      return fit(resolve(schema.$ref), depth + 1)
    if (schema.const !== undefined) return schema.const
    if (Array.isArray(schema.enum)) return pick(schema.enum)
    const choices = (schema.anyOf ?? schema.oneOf ?? schema.allOf) as
      | Schema[]
      | undefined
    if (choices !== undefined) return fit(pick(choices), depth + 1)
    const type = Array.isArray(schema.type) ? pick(schema.type) : schema.type
    switch (type) {
      case 'object':
        return fitObject(schema, depth)
      case 'array':
        return Array.from({ length: below(4) }, () =>
          fit(schema.items as Schema | undefined, depth + 1),
        )
      case 'integer':
      case 'number':
        return pick([
          0,
          1,
          below(1_000_000),
          Math.floor(Date.now() / 1000) + 300,
        ])
      case 'boolean':
        return next() < 0.5
      case 'null':
        return null
      case 'string':
        return fitString(schema)
      default:
        return pick(nasty)
    }
  }
  function fitObject(schema: Schema, depth: number): unknown {
    const properties = (schema.properties ?? {}) as Record<string, Schema>
    const required = new Set((schema.required ?? []) as string[])
    return Object.fromEntries(
      Object.entries(properties)
        .filter(([name]) => required.has(name) || next() < 0.5)
        .map(([name, property]) => [name, fit(property, depth + 1)]),
    )
  }
  function fitString(schema: Schema): string {
    const pattern = String(schema.pattern ?? '')
    const hex = (bytes: number) =>
      `0x${Array.from({ length: bytes * 2 }, () => below(16).toString(16)).join('')}`
    if (pattern.includes('{40}')) return hex(20)
    if (pattern.includes('{64}')) return hex(32)
    if (pattern.includes('0x')) return hex(pick([0, 1, 65, 66, 300]))
    if (pattern.includes('\\d')) return `${below(100_000)}`
    return pick([
      'swap',
      'there-00000000',
      '{"name":"a card","description":"of nobody"}',
      'an agent that swaps ETH for USDC',
      '8453',
      'live,down',
      '2026-11-22T00:00:00Z',
      String(pick(nasty)),
    ])
  }
  function resolve(reference: string): Schema | undefined {
    return reference
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>(
        (value, key) => (value as Schema | undefined)?.[key],
        document,
      ) as Schema | undefined
  }
  /** Exchanges one part, anywhere, for something that was not described. */
  function spoil(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || next() < 0.3)
      return pick(nasty)
    if (Array.isArray(value))
      return value.length === 0
        ? [pick(nasty)]
        : value.map((item, place) =>
            place === below(value.length) ? spoil(item) : item,
          )
    const keys = Object.keys(value)
    const chosen = pick(keys)
    const entries = Object.entries(value)
    if (next() < 0.15)
      return Object.fromEntries(entries.filter(([key]) => key !== chosen))
    if (next() < 0.15) return { ...value, [String(pick(nasty))]: pick(nasty) }
    return Object.fromEntries(
      entries.map(([key, item]) => [key, key === chosen ? spoil(item) : item]),
    )
  }
  function toText(value: unknown): string {
    const text = JSON.stringify(value) ?? 'null'
    const kind = below(20)
    if (kind === 0) return text.slice(0, below(text.length + 1))
    if (kind === 1) return '['.repeat(below(4_000))
    if (kind === 2) return `{"a":1,"a":2,${text.slice(1)}`
    if (kind === 3) return `\ufeff${text}`
    return text
  }
  // Not encodeURIComponent: it refuses lone surrogates, and so tests nothing.
  const encode = (text: string): string =>
    [...Buffer.from(text)]
      .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
      .join('')
  const maybeSpoil = (value: unknown, share: number) =>
    next() < share ? spoil(value) : value

  return {
    request: (operation: Operation): Made => {
      const query: string[] = []
      let path = operation.path
      for (const parameter of operation.parameters) {
        if (parameter.in === 'query' && next() < 0.5) continue
        const value = String(maybeSpoil(fit(parameter.schema), 0.3))
        if (parameter.in === 'path')
          path = path.replace(
            `{${parameter.name}}`,
            encode(value.slice(0, 300)) || 'x',
          )
        else query.push(`${parameter.name}=${encode(value)}`)
      }
      if (next() < 0.05) query.push(`${encode(String(pick(nasty)))}=1`)
      const hasBody = operation.body !== undefined
      return {
        method: operation.method,
        path: `${path}${query.length > 0 ? `?${query.join('&')}` : ''}`,
        type:
          next() < 0.9
            ? (operation.body?.type ?? '')
            : pick(['text/plain', 'application/json; charset=utf-16', '']),
        body: hasBody
          ? toText(maybeSpoil(fit(operation.body?.schema), 0.6))
          : undefined,
        withToken: next() < 0.5,
      }
    },
  }
}
