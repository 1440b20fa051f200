import { readAddresses } from '@behest/devnet'
import type { MorphoMarketState } from '@behest/evm'
import { toLocalDeployment } from '@behest/evm'
import type { AgentCall } from '@behest/sdk'
import type { Address, Hex } from '@behest/spec'
import type { LendChain } from '../src/LendChain.js'

export const account: Address = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
export const deployment = toLocalDeployment(readAddresses())

/** A chain whose addresses are all that is looked at. */
export const chain = { deployment } as LendChain

const [listed] = deployment.morpho.markets
if (listed === undefined) throw new RangeError('no Morpho market')

export const market = {
  ...listed,
  loanSymbol: 'USDC',
  loanDecimals: 6,
  collateralSymbol: 'WETH',
  collateralDecimals: 18,
} as MorphoMarketState

/** Writes an amount at a call's offsets, as execution does. */
export function splice(
  call: AgentCall,
  units: bigint,
): { readonly valueWei: bigint; readonly data: Hex } {
  let { valueWei = 0n, data = '0x' } = call
  for (const offset of call.amountOffsets ?? [])
    if (offset === -1) valueWei = units
    else
      data = `${data.slice(0, 2 + offset * 2)}${units
        .toString(16)
        .padStart(64, '0')}${data.slice(66 + offset * 2)}` as Hex
  return { valueWei, data }
}
