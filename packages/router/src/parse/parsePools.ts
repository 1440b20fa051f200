import { DuplicatePoolError } from '../errors/DuplicatePoolError.js'
import type { Pool, Token, TokenId } from '../pools/Pool.js'
import { assertTicksMatchState } from './assertTicksMatchState.js'
import { createLineReader, type LineReader } from './lineReader.js'

/** A pool file as the router works with it. */
export type PoolSet = {
  readonly pools: readonly Pool[]
  readonly tokens: readonly Token[]
  /** What was left out, and why: one sentence each. */
  readonly notes: readonly string[]
}

// What a swap adds where the file does not say: measured on a local chain.
const defaultGas = {
  'constant-product': 90_000,
  concentrated: 110_000,
  weighted: 120_000,
  stable: 150_000,
} as const

const maxUint112 = (1n << 112n) - 1n
const maxUint128 = (1n << 128n) - 1n
const maxUint160 = (1n << 160n) - 1n
const million = 1_000_000
// Bits of a V4 hook's address that let it act before, after or inside a swap.
const swapHookBits = 0b1100_1100n

/**
 * Parses a pool file: one JSON object a line, a token or a pool each.
 *
 * Pools without liquidity are left out and noted. Everything else that is
 * malformed stops the parse, because a route over half-read pools would look
 * better or worse than it is.
 *
 * @param lines - The file's text, or its lines.
 * @returns Pools, tokens, and notes on what was left out.
 * @throws {InvalidPoolError} when a line is malformed or out of range
 * @throws {DuplicatePoolError} when two pools have one id
 * @throws {LyingTickListError} when ticks contradict a pool's own liquidity
 */
export function parsePools(lines: string | Iterable<string>): PoolSet {
  const spelling = new Map<string, TokenId>()
  const tokens = new Map<TokenId, Token>()
  const pools = new Map<string, Pool>()
  const later: { readonly pool: string; readonly reader: LineReader }[] = []
  const notes: string[] = []
  const known = new Set<string>()

  let line = 0
  for (const text of typeof lines === 'string' ? lines.split('\n') : lines) {
    line++
    if (text.trim() === '') continue
    const reader = createLineReader(text, line)
    if (reader.has('pool')) {
      const pool = reader.readText('pool')
      if (known.has(pool)) throw new DuplicatePoolError({ pool, line })
      known.add(pool)
      later.push({ pool, reader: reader.forPool(pool) })
    } else if (reader.has('token') && !reader.has('market')) {
      const token = readToken(reader, spelling)
      const earlier = tokens.get(token.id)
      if (earlier !== undefined && earlier.decimals !== token.decimals)
        reader.fail(
          `token "${token.id}" has ${token.decimals} decimals here and ${earlier.decimals} above`,
        )
      tokens.set(token.id, token)
    } else if (reader.has('market'))
      notes.push(`Line ${line} is a lending market and was left out.`)
    else reader.fail('neither "pool" nor "token" is set')
  }

  // Pools are read last, so that a token's line may stand anywhere.
  for (const { pool: id, reader } of later) {
    const pool = readPool(id, reader, spelling, tokens)
    if (pool === undefined)
      notes.push(`Pool "${id}" has no liquidity and was left out.`)
    else pools.set(id, pool)
  }
  return { pools: [...pools.values()], tokens: [...tokens.values()], notes }
}

function readToken(reader: LineReader, spelling: Map<string, TokenId>): Token {
  const id = unifySpelling(reader.readText('token'), spelling)
  const price = reader.has('priceNative')
    ? reader.readText('priceNative')
    : undefined
  if (price !== undefined && !/^\d{1,60}(\.\d{1,60})?$/.test(price))
    reader.fail(`"priceNative" is "${price}", not a decimal number`)
  return {
    id,
    symbol: reader.has('symbol') ? reader.readText('symbol') : id,
    decimals: reader.readInteger('decimals', 0, 255),
    ...(price === undefined || !/[1-9]/.test(price)
      ? {}
      : { decimalPriceNative: price }),
  }
}

/** Two spellings of one address differ only in case; the first one is kept. */
function unifySpelling(id: string, spelling: Map<string, TokenId>): TokenId {
  const key = /^0x[0-9a-f]{40}$/i.test(id) ? id.toLowerCase() : id
  const known = spelling.get(key)
  if (known !== undefined) return known
  spelling.set(key, id)
  return id
}

function readPool(
  id: string,
  reader: LineReader,
  spelling: Map<string, TokenId>,
  tokenLines: ReadonlyMap<TokenId, Token>,
): Pool | undefined {
  const kind = reader.readText('kind')
  const tokens = reader
    .readTexts('tokens')
    .map((token) => unifySpelling(token, spelling))
  if (new Set(tokens).size !== tokens.length)
    reader.fail('one token is listed twice')
  if (tokens.length < 2 || tokens.length > 8)
    reader.fail(`it has ${tokens.length} tokens; 2 to 8 are possible`)
  const [first, second] = tokens as [TokenId, TokenId]
  if (
    tokens.length !== 2 &&
    (kind === 'constant-product' || kind === 'concentrated')
  )
    reader.fail(`a ${kind} pool has 2 tokens, not ${tokens.length}`)
  const feePips = reader.readInteger('feePips', 0, million - 1)

  switch (kind) {
    case 'constant-product': {
      const reserves = reader.readUnits('reserves', 2, maxUint112)
      const [reserve0, reserve1] = reserves as [bigint, bigint]
      if (reserve0 === 0n || reserve1 === 0n) return undefined
      return {
        kind,
        id,
        tokens: [first, second],
        reserves: [reserve0, reserve1],
        feePips,
        gas: readGas(reader, kind),
      }
    }
    case 'concentrated': {
      if (reader.has('hooks')) {
        const hooks = reader.readText('hooks')
        if (!/^0x[0-9a-f]{40}$/i.test(hooks))
          reader.fail(`"hooks" is "${hooks}", not an address`)
        if ((BigInt(hooks) & swapHookBits) !== 0n)
          reader.fail('its hooks may change a swap, so its price is unknown')
      }
      const tickSpacing = reader.readInteger('tickSpacing', 1, 32_767)
      const pool = {
        kind,
        id,
        tokens: [first, second],
        feePips,
        tickSpacing,
        sqrtPriceX96: reader.readUnit('sqrtPriceX96', maxUint160),
        liquidity: reader.readUnit('liquidity', maxUint128),
        tick: reader.readInteger('tick', -887_272, 887_272),
        ticks: reader.readTicks('ticks'),
        gas: readGas(reader, kind),
        ...(reader.has('window')
          ? { window: reader.readWindow('window') }
          : {}),
      } as const
      assertTicksMatchState(pool)
      if (pool.liquidity === 0n && pool.ticks.length === 0) return undefined
      return pool
    }
    case 'weighted': {
      const balances = reader.readUnits('balances', tokens.length, maxUint112)
      const weights = reader.readUnits('weights', tokens.length, 10n ** 18n)
      if (weights.includes(0n)) reader.fail('a weight is 0')
      const sum = weights.reduce((total, weight) => total + weight, 0n)
      if (sum !== 10n ** 18n)
        reader.fail(`its weights add up to ${sum}, not ${10n ** 18n}`)
      if (balances.includes(0n)) return undefined
      const scales = tokens.map((token) => {
        const decimals = tokenLines.get(token)?.decimals ?? 18
        if (decimals > 18)
          reader.fail(`token "${token}" has ${decimals} decimals; 18 at most`)
        return 10n ** BigInt(18 - decimals)
      })
      return {
        kind,
        id,
        tokens,
        balances,
        weights,
        scales,
        feePips,
        gas: readGas(reader, kind),
      }
    }
    case 'stable': {
      const balances = reader.readUnits('balances', tokens.length, maxUint112)
      const amplification = reader.readUnit('amplification', 1_000_000n)
      if (amplification === 0n) reader.fail('its amplification is 0')
      const rates = reader.has('rates')
        ? reader.readUnits('rates', tokens.length, 10n ** 48n)
        : tokens.map((token) => {
            const decimals = tokenLines.get(token)?.decimals ?? 18
            if (decimals > 36)
              reader.fail(
                `token "${token}" has ${decimals} decimals; 36 at most`,
              )
            return 10n ** BigInt(36 - decimals)
          })
      if (rates.includes(0n)) reader.fail('a rate is 0')
      if (balances.some((balance, i) => balance * rates[i]! < 10n ** 18n))
        return undefined
      return {
        kind,
        id,
        tokens,
        balances,
        amplification,
        rates,
        feePips,
        gas: readGas(reader, kind),
      }
    }
    default:
      return reader.fail(`its kind "${kind}" is not known`)
  }
}

function readGas(reader: LineReader, kind: keyof typeof defaultGas): number {
  return reader.has('gas')
    ? reader.readInteger('gas', 0, 1_000_000_000)
    : defaultGas[kind]
}
