import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BehestError } from '@behest/spec'
import fc from 'fast-check'
import {
  afterAll,
  afterEach,
  beforeEach,
  describe,
  expect,
  test,
  vi,
} from 'vitest'
import { UsageError } from '../exitCodes.js'
import { routeCommand } from './routeCommand.js'

const folder = mkdtempSync(join(tmpdir(), 'behest-route-'))
afterAll(() => rmSync(folder, { recursive: true }))

let said: string[] = []
beforeEach(() => {
  said = []
  vi.spyOn(console, 'log').mockImplementation((line) => {
    said.push(String(line))
  })
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
})

const a = `0x${'a1'.repeat(20)}`
const b = `0x${'b2'.repeat(20)}`
const c = `0x${'c3'.repeat(20)}`
const lonely = `0x${'d4'.repeat(20)}`
const most = (2n ** 256n - 1n).toString()

type Line = Readonly<Record<string, unknown>>
const token = (address: string, symbol: string): Line => ({
  token: address,
  symbol,
  decimals: 18,
  priceNative: '1',
})
const pair = (
  pool: string,
  tokens: readonly string[],
  more: Line = {},
): Line => ({
  pool,
  kind: 'constant-product',
  tokens,
  reserves: ['1000000000000000000000', '2000000000000000000000'],
  feePips: 3000,
  gas: 90_000,
  ...more,
})
const concentrated = (more: Line = {}): Line => ({
  pool: 'v3',
  kind: 'concentrated',
  tokens: [a, b],
  feePips: 500,
  tickSpacing: 10,
  sqrtPriceX96: (2n ** 96n).toString(),
  liquidity: '1000000000000000000000',
  tick: 0,
  ticks: [
    { index: -600, liquidityNet: '1000000000000000000000' },
    { index: 600, liquidityNet: '-1000000000000000000000' },
  ],
  gas: 110_000,
  ...more,
})
const base: readonly Line[] = [
  token(a, 'AAA'),
  token(b, 'BBB'),
  token(c, 'CCC'),
  token(lonely, 'DDD'),
  pair('p1', [a, b]),
  pair('p2', [a, c]),
  pair('p3', [c, b]),
]

let files = 0
const write = (lines: readonly unknown[] | string): string => {
  files += 1
  const path = join(folder, `${files}.ndjson`)
  writeFileSync(
    path,
    typeof lines === 'string'
      ? lines
      : lines.map((line) => JSON.stringify(line)).join('\n'),
  )
  return path
}
const run = (
  lines: readonly unknown[] | string,
  ...more: readonly string[]
): number =>
  routeCommand(['--pools', write(lines), '--time-limit', '300', ...more])
const route = (
  lines: readonly unknown[] | string,
  amount = '1000000000000000000',
  ...more: readonly string[]
) => {
  run(lines, '--sell', a, '--buy', b, '--amount', amount, '--json', ...more)
  return checkAnswer(said.at(-1))
}
const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (BehestError.isInstance(error)) return error.code
    if (error instanceof UsageError) return 'USAGE'
    throw error
  }
  return 'answered'
}

/** Whole numbers, a gap that is one, and flows that add up. */
function checkAnswer(line = '') {
  expect(line).not.toMatch(/NaN|Infinity|undefined|null/)
  const answer = JSON.parse(line)
  expect(answer.amountOut).toMatch(/^\d+$/)
  expect(answer.upperBound).toMatch(/^\d+$/)
  expect(BigInt(answer.upperBound)).toBeGreaterThanOrEqual(
    BigInt(answer.amountOut),
  )
  expect(Number(answer.gapBps)).toBeGreaterThanOrEqual(0)
  for (const fill of answer.fills) {
    expect(fill.amountIn).toMatch(/^\d+$/)
    expect(fill.amountOut).toMatch(/^\d+$/)
  }
  return answer
}

describe('routeCommand', () => {
  test('default', () => {
    const answer = route(base)
    expect(Object.keys(answer)).toEqual(
      expect.arrayContaining([
        'amountOut',
        'upperBound',
        'gapBps',
        'fills',
        'milliseconds',
      ]),
    )
    expect(answer.fills.length).toBeGreaterThan(1)
  })

  test('behavior: symbols, any case of addresses, blank lines and CRLF', () => {
    const text = base.map((line) => JSON.stringify(line)).join('\r\n\r\n')
    run(
      `${text}\r\n`,
      '--sell',
      'aaa',
      '--buy',
      b.toUpperCase().replace('0X', '0x'),
      '--amount',
      '1000',
      '--json',
    )
    expect(BigInt(checkAnswer(said.at(-1)).amountOut)).toBeGreaterThan(0n)
  })

  test.each([
    ['no pools at all', []],
    ['tokens without pools', base.slice(0, 4)],
    ['no way between the two', [...base.slice(0, 4), pair('p', [a, lonely])]],
  ])('error: %s', (_, lines) => {
    expect(codeOf(() => route(lines))).toMatch(
      /^ROUTE_(NOT_FOUND|TOKEN_UNKNOWN)$/,
    )
  })

  test.each([
    ['no JSON', '{"pool":'],
    ['no object', '[1,2]'],
    ['null', 'null'],
    ['an unknown kind', pair('x', [a, b], { kind: 'magic' })],
    ['one token', pair('x', [a])],
    ['a token twice', pair('x', [a, a])],
    ['a negative reserve', pair('x', [a, b], { reserves: ['-1', '5'] })],
    [
      'a reserve in floating point',
      pair('x', [a, b], { reserves: ['1.5', '5'] }),
    ],
    ['a reserve as a number', pair('x', [a, b], { reserves: [1e30, 5] })],
    [
      'a reserve that no word holds',
      pair('x', [a, b], { reserves: [`${most}0`, '5'] }),
    ],
    ['a fee of more than all', pair('x', [a, b], { feePips: 1_000_001 })],
    ['a negative fee', pair('x', [a, b], { feePips: -1 })],
    ['a fee that is none', pair('x', [a, b], { feePips: 'free' })],
    ['negative gas', pair('x', [a, b], { gas: -5 })],
    ['a price of zero', concentrated({ sqrtPriceX96: '0' })],
    ['a price past the end', concentrated({ sqrtPriceX96: most })],
    ['a tick that is not that of the price', concentrated({ tick: 5000 })],
    [
      'ticks that do not add up to the liquidity',
      concentrated({ liquidity: '7' }),
    ],
    [
      'ticks off their spacing',
      concentrated({
        ticks: [
          { index: -7, liquidityNet: '1000000000000000000000' },
          { index: 600, liquidityNet: '-1000000000000000000000' },
        ],
      }),
    ],
    [
      'a tick twice',
      concentrated({
        ticks: [
          { index: -600, liquidityNet: '500000000000000000000' },
          { index: -600, liquidityNet: '500000000000000000000' },
          { index: 600, liquidityNet: '-1000000000000000000000' },
        ],
      }),
    ],
    ['ticks that are none', concentrated({ ticks: 'many' })],
    [
      'a tick past the end',
      concentrated({ ticks: [{ index: 9_000_000, liquidityNet: '1' }] }),
    ],
    ['a duplicate', pair('p1', [a, b])],
  ])('error: %s is named, and no NaN comes out', (_, line) => {
    const text = [
      ...base.map((one) => JSON.stringify(one)),
      typeof line === 'string' ? line : JSON.stringify(line),
    ].join('\n')
    // Refused by name, or left out with a note: both are told.
    const code = codeOf(() => route(text))
    expect(code).toMatch(/^(POOL_[A-Z_]+|ROUTE_[A-Z_]+|answered)$/)
    if (code === 'answered')
      expect(
        [...vi.mocked(console.error).mock.calls.flat(), ...said].join(),
      ).toMatch(/pool|tick|line/i)
  })

  test('behavior: pools that hold nothing give nothing', () => {
    const empty = [
      pair('z', [a, b], { reserves: ['0', '0'] }),
      concentrated({ liquidity: '0', ticks: [] }),
    ]
    expect(codeOf(() => route([...base.slice(0, 4), ...empty]))).toMatch(
      /^ROUTE_/,
    )
    const answer = route([...base, ...empty])
    const used = answer.fills.map(({ pool }: { pool: string }) => pool)
    expect(used).not.toContain('z')
    expect(used).not.toContain('v3')
  })

  test.each(['0', '1', '2', '999', most, `1${'0'.repeat(77)}`])(
    'behavior: an amount of %s has an answer or a name for why not',
    (amount) => {
      for (const lines of [base, [...base, concentrated()]])
        for (const gas of [[], ['--gas-price-wei', '100000000000']])
          expect(codeOf(() => route(lines, amount, ...gas))).toMatch(
            /^(answered|ROUTE_[A-Z_]+|USAGE)$/,
          )
    },
  )

  test.each([
    ['no pools', ['--sell', a, '--buy', b, '--amount', '1']],
    ['a file that is not there', ['--pools', '/nowhere', '--amount', '1']],
  ])('error: bad usage, %s', (_, commandArguments) => {
    expect(codeOf(() => routeCommand(commandArguments))).toBe('USAGE')
  })

  test.each([
    ['--amount', '-1'],
    ['--amount', '1.5'],
    ['--amount', '1e18'],
    ['--amount', '9'.repeat(79)],
    ['--gas-price-wei', 'cheap'],
    ['--time-limit', 'soon'],
    ['--time-limit', '0'],
    ['--time-limit', 'Infinity'],
  ])('error: bad usage, %s %s', (name, value) => {
    expect(codeOf(() => route(base, '1000', `${name}=${value}`))).toBe('USAGE')
  })

  test('behavior: a bad request line is answered as such and stops no other', () => {
    const good = { sell: a, buy: b, amount: '1000000' }
    const requests = write(
      [
        JSON.stringify(good),
        'nonsense',
        'null',
        '[]',
        JSON.stringify({ ...good, amount: 5 }),
        JSON.stringify({ ...good, amount: '-5' }),
        JSON.stringify({ ...good, amount: '9'.repeat(78) }),
        JSON.stringify({ ...good, buy: lonely }),
        JSON.stringify({ ...good, buy: '__proto__' }),
        JSON.stringify({ ...good, buy: a }),
        JSON.stringify({ ...good, amount: '0' }),
        '',
        JSON.stringify(good),
      ].join('\n'),
    )
    expect(run(base, '--requests', requests)).toBe(0)
    expect(said).toHaveLength(12)
    checkAnswer(said[0])
    checkAnswer(said[11])
    for (const line of said.slice(1, 11)) {
      const { error } = JSON.parse(line)
      expect(error.code).toMatch(/^(REQUEST_INVALID|ROUTE_[A-Z_]+)$/)
      expect(error.shortMessage).toBeTypeOf('string')
    }
  })

  test('behavior: twenty thousand requests, a line each, in order', () => {
    const requests = write(
      Array.from({ length: 20_000 }, (_, index) => ({
        sell: a,
        buy: index % 5 === 4 ? lonely : b,
        amount: String(1_000_000 + index),
      })),
    )
    expect(
      run([...base.slice(0, 4), pair('p1', [a, b])], '--requests', requests),
    ).toBe(0)
    expect(said).toHaveLength(20_000)
    for (const [index, line] of said.entries()) {
      if (index % 5 === 4) expect(line).toContain('"error"')
      else {
        const [fill] = JSON.parse(line).fills
        expect(fill.amountIn).toBe(String(1_000_000 + index))
      }
    }
  }, 60_000)

  test('behavior: whatever a file says, it is an answer or an error with a name', () => {
    const nasty = fc.constantFrom<unknown>(
      0,
      -1,
      1.5,
      1e40,
      null,
      '',
      '0',
      '1',
      '-1',
      most,
      `${most}9`,
      'x',
      [],
      {},
      [a, a],
      [a, lonely],
      ['0', '1'],
      [most, most],
      ['1', '1'],
      true,
    )
    const lines = [...base, concentrated()]
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            line: fc.nat({ max: lines.length - 1 }),
            field: fc.nat({ max: 10 }),
            value: nasty,
          }),
          { minLength: 1, maxLength: 3 },
        ),
        fc.constantFrom('1', '1000000000000000000', most),
        (changes, amount) => {
          const changed = lines.map((line) => ({ ...line }))
          for (const { line, field, value } of changes) {
            const target = changed[line] ?? {}
            const names = Object.keys(target)
            const name = names[field % names.length] ?? 'pool'
            Object.assign(target, { [name]: value })
          }
          expect(codeOf(() => route(changed, amount))).toMatch(
            /^(answered|ROUTE_[A-Z_]+|POOL_[A-Z_]+|USAGE)$/,
          )
        },
      ),
      { numRuns: 150, seed: 7 },
    )
  }, 60_000)
})
