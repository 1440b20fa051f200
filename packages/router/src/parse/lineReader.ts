import { InvalidPoolError } from '../errors/InvalidPoolError.js'
import type { Tick } from '../pools/Pool.js'

const maxInt128 = (1n << 127n) - 1n

/** Reads checked values out of one line of a pool file. */
export type LineReader = {
  /** Names the pool in every later message. */
  readonly forPool: (pool: string) => LineReader
  readonly fail: (problem: string, cause?: unknown) => never
  readonly has: (name: string) => boolean
  readonly readText: (name: string) => string
  readonly readTexts: (name: string) => readonly string[]
  readonly readInteger: (name: string, low: number, high: number) => number
  readonly readUnit: (name: string, high: bigint) => bigint
  readonly readUnits: (
    name: string,
    count: number,
    high: bigint,
  ) => readonly bigint[]
  readonly readTicks: (name: string) => readonly Tick[]
  readonly readWindow: (name: string) => {
    readonly lowest: number
    readonly highest: number
  }
}

/** Creates the reader of one line, or throws when it is not a JSON object. */
export function createLineReader(text: string, line: number): LineReader {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new InvalidPoolError({ line, problem: 'it is not JSON', cause })
  }
  if (!isRecord(value))
    throw new InvalidPoolError({ line, problem: 'it is not a JSON object' })
  return createReader(value, line, undefined)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function createReader(
  record: Record<string, unknown>,
  line: number,
  pool: string | undefined,
): LineReader {
  const fail = (problem: string, cause?: unknown): never => {
    throw new InvalidPoolError({ line, problem, pool, cause })
  }
  // Own keys only: "toString" must not count as a field.
  const get = (name: string): unknown =>
    Object.hasOwn(record, name) ? record[name] : undefined

  const toText = (name: string, value: unknown): string =>
    typeof value === 'string' && value !== '' && value.length <= 200
      ? value
      : fail(`"${name}" is not a text of 1 to 200 letters`)

  const toInteger = (
    name: string,
    value: unknown,
    low: number,
    high: number,
  ): number =>
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= low &&
    value <= high
      ? value
      : fail(`"${name}" is not a whole number from ${low} to ${high}`)

  const toUnits = (
    name: string,
    value: unknown,
    low: bigint,
    high: bigint,
  ): bigint => {
    if (typeof value !== 'string' || !/^-?\d{1,80}$/.test(value))
      return fail(`"${name}" is not a whole number written as text`)
    const units = BigInt(value)
    return units >= low && units <= high
      ? units
      : fail(`"${name}" is ${value}; it must be from ${low} to ${high}`)
  }

  const toList = (name: string, value: unknown): readonly unknown[] =>
    Array.isArray(value) ? value : fail(`"${name}" is not a list`)

  return {
    forPool: (name) => createReader(record, line, name),
    fail,
    has: (name) => get(name) !== undefined && get(name) !== null,
    readText: (name) => toText(name, get(name)),
    readTexts: (name) =>
      toList(name, get(name)).map((value) => toText(name, value)),
    readInteger: (name, low, high) => toInteger(name, get(name), low, high),
    readUnit: (name, high) => toUnits(name, get(name), 0n, high),
    readUnits: (name, count, high) => {
      const list = toList(name, get(name))
      if (list.length !== count)
        fail(`"${name}" has ${list.length} entries for ${count} tokens`)
      return list.map((value) => toUnits(name, value, 0n, high))
    },
    readTicks: (name) =>
      toList(name, get(name))
        .map((value): Tick => {
          if (!isRecord(value))
            return fail(`"${name}" has an entry that is not an object`)
          return {
            index: toInteger(`${name}.index`, value.index, -887_272, 887_272),
            liquidityNet: toUnits(
              `${name}.liquidityNet`,
              value.liquidityNet,
              -maxInt128,
              maxInt128,
            ),
          }
        })
        .sort((left, right) => left.index - right.index),
    readWindow: (name) => {
      const value = get(name)
      if (!isRecord(value)) return fail(`"${name}" is not an object`)
      const lowest = toInteger(name, value.lowest, -887_272, 887_272)
      const highest = toInteger(name, value.highest, -887_272, 887_272)
      return lowest < highest
        ? { lowest, highest }
        : fail(`"${name}" ends before it begins`)
    },
  }
}
