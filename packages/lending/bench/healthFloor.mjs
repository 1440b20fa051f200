// Looks for a borrow or a withdrawal that breaks the health floor. Health is
// recomputed here from the rules of the venue, not by the code under test.
// node packages/lending/bench/healthFloor.mjs [--count N] [--seed S]
import { parseArgs } from 'node:util'
import {
  allocateBorrow,
  getMaxBorrowUnits,
  getMaxWithdrawUnits,
  MarketCapacityError,
  ray,
  wad,
} from '../dist/index.js'
import { createRandom, drawMarkets, drawThresholds } from './random.mjs'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
  },
})
const count = Number(values.count)
const seed = Number(values.seed)

/** Health and room as Aave's pool computes them, in its own roundings. */
function judge({ collaterals, debts }) {
  const toValue = ({ units, priceUnits, decimals }) =>
    (units * priceUnits) / 10n ** BigInt(decimals)
  let value = 0n
  let weighedThreshold = 0n
  let weighedLtv = 0n
  for (const asset of collaterals) {
    const worth = toValue(asset)
    value += worth
    weighedThreshold += worth * BigInt(asset.liquidationThresholdBps)
    weighedLtv += worth * BigInt(asset.ltvBps)
  }
  const owed = debts.reduce((sum, debt) => sum + toValue(debt), 0n)
  if (owed === 0n) return { healthWad: undefined, isOpenable: true }
  const threshold = value === 0n ? 0n : weighedThreshold / value
  const ltv = value === 0n ? 0n : weighedLtv / value
  const weighed = (value * threshold + 5_000n) / 10_000n
  return {
    healthWad: (weighed * wad + owed / 2n) / owed,
    isOpenable: owed * 10_000n <= value * ltv,
  }
}

const isBelow = ({ healthWad }, floorWad) =>
  healthWad !== undefined && healthWad < floorWad

function drawPosition(random) {
  const asset = (token) => ({
    token,
    decimals: random.pick([6, 8, 18]),
    units: random.units(0, 24),
    priceUnits: random.units(4, 13),
  })
  const list = (least, most, draw) =>
    Array.from({ length: random.integer(least, most) }, (_, index) =>
      draw(index),
    )
  const collaterals = list(1, 3, (index) => {
    const liquidationThresholdBps = random.integer(0, 9500)
    return {
      ...asset(`c${index}`),
      liquidationThresholdBps,
      ltvBps: random.integer(0, liquidationThresholdBps),
    }
  })
  return { collaterals, debts: list(0, 2, (index) => asset(`d${index}`)) }
}

const drawFloor = (random) => wad + random.share(4n * wad, 0, 1_000_000)

/** Draws until so many cases had something to take, and tells what broke. */
function fuzz(name, draw) {
  const random = createRandom(seed * 1000 + name.length)
  let cases = 0
  let none = 0
  const broken = []
  const loose = []
  while (cases < count) {
    const outcome = draw(random)
    if (outcome === undefined) {
      none += 1
      continue
    }
    cases += 1
    if (outcome.isBroken) broken.push(outcome.told)
    if (outcome.isLoose) loose.push(outcome.told)
  }
  console.log(
    `| ${name} | ${cases} | ${none} | ${broken.length} | ${loose.length} |`,
  )
  for (const told of [...broken, ...loose].slice(0, 5)) console.error(told)
  return broken.length + loose.length
}

const tell = (facts) =>
  JSON.stringify(facts, (_key, value) =>
    typeof value === 'bigint' ? value.toString() : value,
  )

function drawBorrow(random) {
  const position = drawPosition(random)
  const debt = {
    token: 'd0',
    decimals: random.pick([6, 8, 18]),
    priceUnits: random.units(4, 13),
  }
  const others = position.debts.filter(({ token }) => token !== debt.token)
  const before = { ...position, debts: others }
  const floorWad = drawFloor(random)
  const units = getMaxBorrowUnits({
    position: before,
    debt: { ...debt, units: 0n },
    floorWad,
  })
  if (units === 0n) return undefined
  const after = (amount) =>
    judge({ ...before, debts: [...others, { ...debt, units: amount }] })
  const told = tell({ before, debt, floorWad, units })
  const more = after(units + 1n)
  return {
    told,
    isBroken: isBelow(after(units), floorWad) || !after(units).isOpenable,
    isLoose: !isBelow(more, floorWad) && more.isOpenable,
  }
}

function drawWithdraw(random) {
  const position = drawPosition(random)
  const floorWad = drawFloor(random)
  const { token, units: held } = random.pick(position.collaterals)
  const units = getMaxWithdrawUnits({ position, token, floorWad })
  // Without debt anything may go: nothing is tried by that.
  if (units === 0n || judge(position).healthWad === undefined) return undefined
  const after = (amount) =>
    judge({
      ...position,
      collaterals: position.collaterals.map((asset) =>
        asset.token === token
          ? { ...asset, units: asset.units - amount }
          : asset,
      ),
    })
  return {
    told: tell({ position, token, floorWad, units }),
    isBroken: isBelow(after(units), floorWad),
    isLoose: units < held && !isBelow(after(units + 1n), floorWad),
  }
}

const prices = [
  { token: '0xeth', decimals: 18, priceNativeRay: ray },
  { token: '0xusd', decimals: 6, priceNativeRay: ray / 3000n },
]

function drawAllocation(random) {
  const markets = drawThresholds(
    random,
    drawMarkets(random, random.integer(1, 8)),
  )
  const availableUnits = markets.reduce(
    (sum, market) => sum + market.availableUnits,
    0n,
  )
  const units = random.share(availableUnits, 1, 900_000)
  const minHealthWad = wad + random.share(2n * wad, 0, 1_000_000)
  const collateralUnits =
    (units * 10n ** 18n * minHealthWad * BigInt(random.integer(1_050, 3_000))) /
    (3000n * 10n ** 6n * wad * 1000n)
  if (units === 0n || collateralUnits === 0n) return undefined
  let answer
  try {
    answer = allocateBorrow({
      markets,
      units,
      collateral: { token: '0xeth', units: collateralUnits },
      minHealthWad,
      prices,
    })
  } catch (error) {
    if (error instanceof MarketCapacityError) return undefined
    throw error
  }
  const [eth, usd] = prices
  const isBelowFloor = (part) => {
    const market = markets.find((one) => one.market === part.market)
    const thresholdWad =
      'lltvWad' in market
        ? market.lltvWad
        : BigInt(market.liquidationThresholdBps) * 10n ** 14n
    // Fractions, nothing rounded: collateral · price · threshold ≥ floor · debt.
    const guarded =
      part.collateralUnits * eth.priceNativeRay * thresholdWad * 10n ** 6n
    const owed = part.units * usd.priceNativeRay * minHealthWad * 10n ** 18n
    return guarded < owed
  }
  const whole = (figure) =>
    answer.allocation.reduce((sum, part) => sum + part[figure], 0n)
  return {
    told: tell({ markets, units, collateralUnits, minHealthWad, answer }),
    isBroken: answer.allocation.some(isBelowFloor),
    isLoose:
      whole('units') !== units || whole('collateralUnits') > collateralUnits,
  }
}

console.log(
  '| asked | cases | nothing to take, or refused | floor broken | more was possible, or does not add up |',
)
console.log('| --- | ---: | ---: | ---: | ---: |')
const failures =
  fuzz('the most to borrow', drawBorrow) +
  fuzz('the most to withdraw', drawWithdraw) +
  fuzz('a borrow spread over markets', drawAllocation)
process.exit(failures === 0 ? 0 : 1)
