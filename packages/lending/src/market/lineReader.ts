import { MarketFileError } from '../errors/MarketFileError.js'

/** Every protocol here keeps its amounts in at most 128 bits. */
const largestAmount = 2n ** 128n - 1n
const largestCap = 2n ** 256n - 1n
/** Comet's rates are 64-bit. */
const largestPerSecondRate = 2n ** 64n - 1n

type IntegerLimits = { readonly max?: bigint }

/** Reads the fields of one line, and names the line when one is wrong. */
export type LineReader = {
  readonly has: (field: string) => boolean
  readonly error: (field: string, problem: string) => MarketFileError
  readonly text: (field: string) => string
  readonly optionalText: (field: string) => string | undefined
  /** A token's address, in lower case so that spellings compare equal. */
  readonly token: (field: string) => string
  readonly optionalToken: (...fields: string[]) => string | undefined
  readonly integer: {
    (field: string, limits?: IntegerLimits): bigint
    (field: string, limits: IntegerLimits & { readonly asNumber: true }): number
  }
  /** The first of several spellings that is there. */
  readonly amount: (...fields: string[]) => bigint
  readonly optionalAmount: (...fields: string[]) => bigint | undefined
  readonly optionalCap: (...fields: string[]) => bigint
  readonly optionalBps: (field: string) => number | undefined
  readonly object: (field: string) => LineReader
  readonly optionalList: (field: string) => LineReader[]
  /** One figure of a Comet curve, under our name or under Comet's own. */
  readonly curveFigure: (
    side: 'supply' | 'borrow',
    part: string,
    spoken: string,
  ) => bigint
}

/**
 * Reads one line of a market file.
 *
 * @returns The reader, or `undefined` for a blank line.
 * @throws {MarketFileError} when the line is not a JSON object.
 */
export function readLine(text: string, line: number): LineReader | undefined {
  if (text.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new MarketFileError({
      line,
      field: 'the line',
      problem: 'is not JSON',
      cause,
    })
  }
  return createReader(value, line, '')
}

function createReader(value: unknown, line: number, path: string): LineReader {
  const error = (field: string, problem: string) =>
    new MarketFileError({ line, field: `${path}${field}`, problem })
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MarketFileError({
      line,
      field: path === '' ? 'the line' : path.slice(0, -1),
      problem: 'is not a JSON object',
    })
  const fields = new Map<string, unknown>(Object.entries(value))
  const has = (field: string) => fields.has(field) && fields.get(field) !== null

  const optionalText = (field: string): string | undefined => {
    if (!has(field)) return undefined
    const found = fields.get(field)
    if (typeof found !== 'string' || found === '' || found.length > 256)
      throw error(field, 'is not a text of 1 to 256 characters')
    return found
  }
  const text = (field: string): string => {
    const found = optionalText(field)
    if (found === undefined) throw error(field, 'is missing')
    return found
  }
  const token = (field: string) => text(field).toLowerCase()

  function integer(field: string, limits?: IntegerLimits): bigint
  function integer(
    field: string,
    limits: IntegerLimits & { readonly asNumber: true },
  ): number
  function integer(
    field: string,
    limits: IntegerLimits & { readonly asNumber?: true } = {},
  ): bigint | number {
    if (!has(field)) throw error(field, 'is missing')
    const found = toInteger(fields.get(field))
    if (found === undefined)
      throw error(field, 'is not a whole number of 0 or more, as a string')
    const largest = limits.max ?? largestAmount
    if (found > largest) throw error(field, `is above ${largest}`)
    return limits.asNumber === true ? Number(found) : found
  }
  const firstOf = (names: readonly string[]) => names.find((name) => has(name))
  const optionalAmount = (...names: string[]) => {
    const field = firstOf(names)
    return field === undefined ? undefined : integer(field)
  }

  return {
    has,
    error,
    text,
    optionalText,
    token,
    optionalToken: (...names) => {
      const field = firstOf(names)
      return field === undefined ? undefined : token(field)
    },
    integer,
    amount: (...names) => integer(firstOf(names) ?? names[0]!),
    optionalAmount,
    optionalCap: (...names) => {
      const field = firstOf(names)
      return field === undefined ? 0n : integer(field, { max: largestCap })
    },
    optionalBps: (field) =>
      has(field) ? integer(field, { max: 10_000n, asNumber: true }) : undefined,
    object: (field) => {
      if (!has(field)) throw error(field, 'is missing')
      return createReader(fields.get(field), line, `${path}${field}.`)
    },
    optionalList: (field) => {
      if (!has(field)) return []
      const found = fields.get(field)
      if (!Array.isArray(found)) throw error(field, 'is not a list')
      return found.map((entry, index) =>
        createReader(entry, line, `${path}${field}[${index}].`),
      )
    },
    curveFigure: (side, part, spoken) => {
      const figures = collectCurveFigures(fields)
      const found = figures.get(`${side}${part}`) ?? figures.get(part) ?? []
      const values = found.map(([name, raw]) => {
        const figure = toInteger(raw)
        if (figure === undefined || figure > largestPerSecondRate)
          throw error(name, 'is not a whole number of 0 to 2^64 - 1')
        return figure
      })
      const [first, ...others] = values
      if (others.some((other) => other !== first))
        throw error(spoken, 'is given twice, with different values')
      if (first !== undefined) return first
      // A Comet without a base rate is common; its other figures are not guessed.
      if (part === 'base') return 0n
      throw error(spoken, 'is missing')
    },
  }
}

/**
 * Indexes the figures of both curves by side and part, whatever the spelling:
 * `supplyKinkWad`, `supplyKink`, `supplyPerSecondInterestRateSlopeLow`,
 * `supplyCurve: { slopeLowWad }` all land where they are looked for.
 */
function collectCurveFigures(
  fields: ReadonlyMap<string, unknown>,
): Map<string, [name: string, raw: unknown][]> {
  const figures = new Map<string, [string, unknown][]>()
  const add = (name: string, raw: unknown) => {
    const key = name
      .toLowerCase()
      .replace(/[^a-z]|interest|persecond|utili[sz]ation|rate|curve|wad/g, '')
    const known = figures.get(key)
    if (known === undefined) figures.set(key, [[name, raw]])
    else known.push([name, raw])
  }
  for (const [name, raw] of fields) {
    if (typeof raw === 'object' && raw !== null && !Array.isArray(raw))
      for (const [inner, value] of Object.entries(raw))
        add(`${name}.${inner}`, value)
    else add(name, raw)
  }
  return figures
}

function toInteger(value: unknown): bigint | undefined {
  if (typeof value === 'string')
    return /^\d{1,78}$/.test(value) ? BigInt(value) : undefined
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined
  return undefined
}
