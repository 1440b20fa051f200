import type { SimulationArtifact } from '@behest/spec'

// Under this a fall of a third, which markets make within a day, liquidates.
const healthWarningE2 = 150

/** Warns of each venue whose health factor would be under 1.5 afterwards. */
export function warnOfHealth(health: SimulationArtifact['health']): string[] {
  const warnings: string[] = []
  for (const { venue, after, liquidationPrices = [] } of health)
    if (after !== undefined && Number(after) * 100 < healthWarningE2)
      warnings.push(
        `The health factor at ${venue} would be ${after}. Under 1 the position can be liquidated${
          liquidationPrices.length === 0
            ? ''
            : `: ${liquidationPrices.map(({ symbol, priceUsd }) => `${symbol} under $${priceUsd}`).join(', or ')}`
        }.`.slice(0, 500),
      )
  return warnings
}
