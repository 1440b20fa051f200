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
import { lendCommand } from './lendCommand.js'

const folder = mkdtempSync(join(tmpdir(), 'behest-lend-'))
afterAll(() => rmSync(folder, { recursive: true }))

let said: string[] = []
beforeEach(() => {
  said = []
  vi.spyOn(console, 'log').mockImplementation((line) => {
    said.push(String(line))
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const usdc = `0x${'a1'.repeat(20)}`
const weth = `0x${'b2'.repeat(20)}`
const most = (2n ** 256n - 1n).toString()
const ray = (percent: bigint) => ((percent * 10n ** 27n) / 100n).toString()

type Line = Readonly<Record<string, unknown>>
const aave = (market: string, more: Line = {}): Line => ({
  market,
  kind: 'aave-v3',
  token: usdc,
  decimals: 6,
  supplied: '10000000000000',
  borrowed: '7000000000000',
  reserveFactorBps: 1000,
  rate: {
    optimalUsageRay: ray(90n),
    baseRay: '0',
    slope1Ray: ray(4n),
    slope2Ray: ray(60n),
  },
  ltvBps: 7500,
  liquidationThresholdBps: 7800,
  supplyCap: '0',
  borrowCap: '0',
  ...more,
})
const morpho = (market: string, more: Line = {}): Line => ({
  market,
  kind: 'morpho-blue',
  token: usdc,
  decimals: 6,
  collateralToken: weth,
  totalSupplyAssets: '5000000000000',
  totalBorrowAssets: '4500000000000',
  feeWad: '0',
  rateAtTargetWad: '1268391679',
  lltvWad: '860000000000000000',
  ...more,
})
const base: readonly Line[] = [
  { token: usdc, symbol: 'USDC', decimals: 6, priceNative: '0.0003333' },
  { token: weth, symbol: 'WETH', decimals: 18, priceNative: '1' },
  aave('a'),
  aave('w', { token: weth, decimals: 18, pool: 'x' }),
  morpho('m'),
]

let files = 0
const run = (
  lines: readonly unknown[] | string,
  ...more: readonly string[]
): number => {
  files += 1
  const path = join(folder, `${files}.ndjson`)
  writeFileSync(
    path,
    typeof lines === 'string'
      ? lines
      : lines.map((line) => JSON.stringify(line)).join('\n'),
  )
  return lendCommand(['--markets', path, '--json', ...more])
}
const checkAnswer = (line = '') => {
  expect(line).not.toMatch(/NaN|Infinity|undefined|null/)
  const answer = JSON.parse(line)
  for (const rate of [answer.ratePerYear, answer.upperBoundRatePerYear])
    expect(rate).toMatch(/^\d+(\.\d+)?$/)
  for (const { units } of answer.allocation) expect(units).toMatch(/^\d+$/)
  return answer
}
const supply = (lines: readonly unknown[] | string, units: string) => {
  run(lines, '--token', usdc, '--supply', units)
  const answer = checkAnswer(said.at(-1))
  const total = answer.allocation.reduce(
    (sum: bigint, part: { units: string }) => sum + BigInt(part.units),
    0n,
  )
  expect(total).toBe(BigInt(units))
  return answer
}
const borrow = (
  lines: readonly unknown[] | string,
  units: string,
  collateral: string,
  ...more: readonly string[]
) => {
  run(
    lines,
    '--token',
    usdc,
    `--borrow=${units}`,
    `--collateral=${weth}:${collateral}`,
    ...more,
  )
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

describe('behest lend --refinance', () => {
  const ask = (units: string, ...more: readonly string[]) => {
    run(
      [...base, aave('b', { borrowed: '1000000000000' })],
      `--refinance=${units}`,
      '--from',
      'a',
      ...more,
    )
    return JSON.parse(said.at(-1) ?? '')
  }

  test('default: where the debt is cheaper, and when moving has paid back', () => {
    const answer = ask('1000000000', '--within', '365', '--cost', '1000000')
    expect(answer.to).toBe('b')
    expect(answer.choices[0]).toMatchObject({
      market: 'b',
      costUnits: '1000000',
    })
    expect(answer.choices.map(({ market }: Line) => market)).toContain('m')
    expect(answer.choices.map(({ market }: Line) => market)).not.toContain('a')
  })

  test('behavior: what does not pay back in time is no reason to move', () => {
    const answer = ask('1000000000', '--within', '1', '--cost', '1000000')
    expect(answer.to).toBeUndefined()
    expect(BigInt(answer.choices[0].breakEvenSeconds)).toBeGreaterThan(86_400n)
  })

  test('error: without a market or a time there is nothing to answer', () => {
    expect(() => ask('1', '--within', 'soon')).toThrow(UsageError)
    expect(() => run(base, '--refinance=1', '--within', '30')).toThrow(
      UsageError,
    )
    expect(() =>
      run(base, '--refinance=1', '--supply=1', '--from=a', '--within=30'),
    ).toThrow(UsageError)
  })
})

describe('lendCommand', () => {
  test('default: supply', () => {
    const answer = supply(base, '1000000000000')
    expect(answer.allocation.length).toBeGreaterThan(0)
    expect(Number(answer.upperBoundRatePerYear)).toBeGreaterThanOrEqual(
      Number(answer.ratePerYear),
    )
  })

  test('default: borrow', () => {
    const answer = borrow(base, '1000000000', '1000000000000000000')
    expect(Number(answer.allocation[0].health)).toBeGreaterThan(1)
  })

  test.each([
    ['no JSON', '{"market":'],
    ['no object', '[1]'],
    ['null', 'null'],
    ['an unknown kind', aave('x', { kind: 'bank' })],
    ['no token', aave('x', { token: 5 })],
    ['decimals that are none', aave('x', { decimals: 'six' })],
    ['decimals past all', aave('x', { decimals: 400 })],
    ['negative supply', aave('x', { supplied: '-1' })],
    ['supply in floating point', aave('x', { supplied: '1.5' })],
    ['supply as a number', aave('x', { supplied: 1e30 })],
    ['supply that no word holds', aave('x', { supplied: `${most}0` })],
    ['a factor above one', aave('x', { reserveFactorBps: 10_001 })],
    ['no rate', aave('x', { rate: null })],
    [
      'a kink above all of it',
      aave('x', {
        rate: {
          optimalUsageRay: ray(101n),
          baseRay: '0',
          slope1Ray: '0',
          slope2Ray: '0',
        },
      }),
    ],
    ['a fee above all', morpho('x', { feeWad: `2${'0'.repeat(18)}` })],
    ['a market twice', aave('a')],
  ])('error: %s is named', (_, line) => {
    const text = [
      ...base.map((one) => JSON.stringify(one)),
      typeof line === 'string' ? line : JSON.stringify(line),
    ].join('\n')
    expect(codeOf(() => supply(text, '1000000'))).toMatch(/^LENDING_/)
  })

  test.each(['1', '2', '999999', '9'.repeat(30), most])(
    'behavior: %s units have an answer or a name for why not',
    (units) => {
      expect(codeOf(() => supply(base, units))).toMatch(
        /^(answered|LENDING_[A-Z_]+)$/,
      )
      expect(codeOf(() => borrow(base, units, '1000000000000000000'))).toMatch(
        /^(answered|LENDING_[A-Z_]+|HEALTH_[A-Z_]+)$/,
      )
      expect(codeOf(() => borrow(base, '1000000', units))).toMatch(
        /^(answered|LENDING_[A-Z_]+|HEALTH_[A-Z_]+)$/,
      )
    },
  )

  test('behavior: empty markets, full ones and ones with caps', () => {
    for (const more of [
      { supplied: '0', borrowed: '0' },
      { supplied: '100', borrowed: '100' },
      { supplied: '0', borrowed: '1000' },
      { supplyCap: '1' },
    ])
      expect(
        codeOf(() => supply([...base.slice(0, 2), aave('a', more)], '1000')),
      ).toMatch(/^(answered|LENDING_[A-Z_]+)$/)
  })

  test('behavior: no market, or none for the token', () => {
    for (const lines of [[], base.slice(0, 2), [...base.slice(0, 2), base[3]]])
      expect(codeOf(() => supply(lines, '1000'))).toMatch(/^LENDING_/)
  })

  test('behavior: a health floor is kept, or the loan is refused', () => {
    const answer = borrow(
      base,
      '500000000',
      '1000000000000000000',
      '--min-health=1.8',
    )
    for (const { health } of answer.allocation)
      expect(Number(health)).toBeGreaterThanOrEqual(1.8)
    expect(
      codeOf(() =>
        borrow(base, '2000000000', '1000000000000000000', '--min-health=1.8'),
      ),
    ).toMatch(/^(HEALTH|LENDING)_/)
  })

  test.each([
    [['--supply=-1']],
    [['--supply=1.5']],
    [['--supply=1e6']],
    [[`--supply=${'9'.repeat(79)}`]],
    [['--supply=1', '--borrow=1']],
    [[]],
    [['--borrow=1']],
    [['--borrow=1', '--collateral=WETH']],
    [['--borrow=1', '--collateral=WETH:1:1']],
    [['--borrow=1', '--collateral=WETH:many']],
    [['--borrow=1', '--collateral=ABC:1']],
    [['--borrow=1', '--collateral=WETH:1', '--min-health=NaN']],
    [['--borrow=1', '--collateral=WETH:1', '--min-health=-2']],
    [['--supply=1', '--token=ABC']],
  ])('error: bad usage, %j', (commandArguments) => {
    expect(codeOf(() => run(base, ...commandArguments))).toBe('USAGE')
  })

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
      true,
      { optimalUsageRay: '0', baseRay: '0', slope1Ray: '0', slope2Ray: '0' },
      { optimalUsageRay: most, baseRay: most, slope1Ray: '1', slope2Ray: '1' },
    )
    const named = /^(answered|LENDING_[A-Z_]+|HEALTH_[A-Z_]+|USAGE)$/
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            line: fc.nat({ max: base.length - 1 }),
            field: fc.nat({ max: 13 }),
            value: nasty,
          }),
          { minLength: 1, maxLength: 3 },
        ),
        fc.constantFrom('1', '1000000000', most),
        (changes, units) => {
          const changed = base.map((line) => ({ ...line }))
          for (const { line, field, value } of changes) {
            const target = changed[line] ?? {}
            const names = Object.keys(target)
            const name = names[field % names.length] ?? 'market'
            Object.assign(target, { [name]: value })
          }
          expect(codeOf(() => supply(changed, units))).toMatch(named)
          expect(
            codeOf(() => borrow(changed, units, '1000000000000000000')),
          ).toMatch(named)
        },
      ),
      { numRuns: 300, seed: 7 },
    )
  }, 60_000)
})
