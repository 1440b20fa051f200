import type { PlanStep } from '@behest/spec'

/**
 * Says how near to the best possible a step is, in its agent's figures.
 *
 * Where the pools' prices are out of line with each other, the bound counts
 * gains that no swap can take: the number alone would blame the route for them.
 */
export function sayCertificate(
  certificate: NonNullable<PlanStep['certificate']>,
): string {
  const { gapBps, arbitrage } = certificate
  const pools = `${certificate.pools} pool${certificate.pools === 1 ? '' : 's'}`
  if (arbitrage === undefined)
    return `within ${gapBps} bps of the best possible over ${pools}, as its agent states`
  const inLine = /^0(?:\.0*)?$/.test(arbitrage.gapBps)
    ? 'it pays no less than they would once these are gone'
    : `it is within ${arbitrage.gapBps} bps of what they would pay once these are gone`
  return `${gapBps} bps under a bound over ${pools} that counts gains from trades in a circle, which no swap can take; ${inLine}, as its agent states`
}
