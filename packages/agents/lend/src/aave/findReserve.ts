import type { AaveReserveState } from '@behest/evm'
import type { AgentDecline } from '@behest/sdk'
import { isSameAddress, type Token } from '@behest/spec'
import { decline, type LendRequest, toErc20 } from '../request/LendRequest.js'

/**
 * Finds the reserve of exactly the token that an instruction names.
 *
 * @param options.pool - As the instruction names it: a reserve goes by its
 *   symbol or address, the whole venue by the pool's address.
 * @returns The reserve, or why there is none to act on.
 */
export function findReserve(options: {
  readonly request: LendRequest
  readonly token: Token
  readonly pool?: string | undefined
}): AaveReserveState | AgentDecline {
  const { request, token, pool } = options
  const address = toErc20(request, token)
  const reserve = request.snapshot.aave.reserves.find((one) =>
    isSameAddress(one.token, address),
  )
  if (reserve === undefined)
    return decline(
      'TOKEN_NOT_LISTED',
      `Aave has no market for ${token.symbol} (${address}) here. It has ${request.snapshot.aave.reserves.map(({ symbol }) => symbol).join(', ')}.`,
    )
  if (pool !== undefined && !isNamed(request, reserve, pool))
    return decline(
      'POOL_UNKNOWN',
      `Aave has no market "${pool.slice(0, 60)}" for ${token.symbol} here. Leave the pool out.`,
    )
  if (!reserve.isActive || reserve.isPaused)
    return decline(
      'MARKET_CLOSED',
      `Aave's market for ${reserve.symbol} is ${reserve.isPaused ? 'paused' : 'not active'}. Try again later, or use another venue.`,
    )
  return reserve
}

function isNamed(
  request: LendRequest,
  reserve: AaveReserveState,
  pool: string,
): boolean {
  const name = pool.trim().toLowerCase()
  return [
    reserve.symbol,
    reserve.token,
    reserve.aToken,
    request.chain.deployment.aaveV3.pool,
  ].some((known) => known.toLowerCase() === name)
}
