import { erc20Abi } from '@behest/evm'
import type { Token } from '@behest/spec'
import type { LendRequest } from './LendRequest.js'

// Kept back of native coin: it also has to pay for the transaction.
const gasReserveWei = 1_000_000_000_000_000n

/**
 * Reads what the account can give of a token at the request's block.
 *
 * @returns In the token's smallest unit; of native coin, less what gas may cost.
 */
export async function readWalletUnits(
  request: LendRequest,
  token: Token,
): Promise<bigint> {
  const { chain, account, blockNumber } = request
  if (token.address !== 'native')
    return chain.client.readContract({
      address: token.address,
      abi: erc20Abi,
      functionName: 'balanceOf',
      args: [account],
      blockNumber,
    })
  const balance = await chain.client.getBalance({
    address: account,
    blockNumber,
  })
  return balance > gasReserveWei ? balance - gasReserveWei : 0n
}
