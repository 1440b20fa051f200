import { divideUp, maxUint256 } from './integer.js'

/** Lowest tick whose price the protocol can express. */
export const minTick = -887272
/** Highest tick whose price the protocol can express. */
export const maxTick = 887272
/** Square-root price at the lowest tick, Q64.96. */
export const minSqrtPriceX96 = 4295128739n
/** Square-root price at the highest tick, Q64.96. */
export const maxSqrtPriceX96 =
  1461446703485210103287273052203988822378723970342n

// sqrt(1.0001) to the power of -(2^i), as Q128.128, with the protocol's own
// rounding: a recomputed table differs in the last bit and quotes drift by wei.
const powers = [
  0xfffcb933bd6fad37aa2d162d1a594001n,
  0xfff97272373d413259a46990580e213an,
  0xfff2e50f5f656932ef12357cf3c7fdccn,
  0xffe5caca7e10e4e61c3624eaa0941cd0n,
  0xffcb9843d60f6159c9db58835c926644n,
  0xff973b41fa98c081472e6896dfb254c0n,
  0xff2ea16466c96a3843ec78b326b52861n,
  0xfe5dee046a99a2a811c461f1969c3053n,
  0xfcbe86c7900a88aedcffc83b479aa3a4n,
  0xf987a7253ac413176f2b074cf7815e54n,
  0xf3392b0822b70005940c7a398e4b70f3n,
  0xe7159475a2c29b7443b29c7fa6e889d9n,
  0xd097f3bdfd2022b8845ad8f792aa5825n,
  0xa9f746462d870fdf8a65dc1f90e061e5n,
  0x70d869a156d2a1b890bb3df62baf32f7n,
  0x31be135f97d08fd981231505542fcfa6n,
  0x9aa508b5b7a84e1c677de54f3e99bc9n,
  0x5d6af8dedb81196699c329225ee604n,
  0x2216e584f5fa1ea926041bedfe98n,
  0x48a170391f7dc42444e8fa2n,
]

const known = new Map<number, bigint>()
// Enough for every tick of several thousand pools; without a bound a
// long-running process would keep each tick it ever saw.
const knownLimit = 200_000

/** Gives the square-root price at a tick, as Q64.96, exact to the bit. */
export function getSqrtPriceAtTick(tick: number): bigint {
  const found = known.get(tick)
  if (found !== undefined) return found
  const distance = Math.abs(tick)
  let ratio = 1n << 128n
  for (let bit = 0; bit < powers.length; bit++)
    if ((distance >> bit) & 1) ratio = (ratio * powers[bit]!) >> 128n
  if (tick > 0) ratio = maxUint256 / ratio
  const price = divideUp(ratio, 1n << 32n)
  if (known.size >= knownLimit) known.clear()
  known.set(tick, price)
  return price
}

const lnTickBase = Math.log(1.0001)
const q96 = 2 ** 96

/** Gives the greatest tick whose square-root price is not above the given one. */
export function getTickAtSqrtPrice(sqrtPriceX96: bigint): number {
  // The float guess is off by at most one or two ticks; the exact table decides.
  const guess = Math.floor(
    (2 * Math.log(Number(sqrtPriceX96) / q96)) / lnTickBase,
  )
  let tick = Math.max(minTick, Math.min(maxTick, guess))
  while (tick > minTick && getSqrtPriceAtTick(tick) > sqrtPriceX96) tick--
  while (tick < maxTick && getSqrtPriceAtTick(tick + 1) <= sqrtPriceX96) tick++
  return tick
}
