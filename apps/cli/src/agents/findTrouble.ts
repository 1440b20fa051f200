import type { AgentHealth } from '@behest/client'

/**
 * Finds what an agent fails by now. What it failed by once is in the registry's
 * memory too, and says nothing of an agent that has answered since.
 *
 * @returns The last visit's error, or nothing where that visit was well.
 */
export function findTrouble(
  health: Pick<AgentHealth, 'failuresInARow' | 'lastError'>,
): string | undefined {
  return health.failuresInARow > 0 ? health.lastError?.detail : undefined
}
