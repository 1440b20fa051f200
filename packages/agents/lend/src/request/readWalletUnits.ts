import { erc20Abi } from '@behest/evm'
import { isSameAddress, type Token } from '@behest/spec'
import { subtract } from './interest.js'
import type { LendRequest } from './LendRequest.js'

// Kept back of native coin: it also has to pay for the transaction.
const gasReserveWei = 1_000_000_000_000_000n

/**
 * Reads what the account can give of a token at the request's block, after the
 * plan's earlier steps at their worst.
 *
 * @returns In the token's smallest unit; of native coin, less what gas may cost.
 */
export async function readWalletUnits(
  request: LendRequest,
  token: Token,
): Promise<bigint> {
  const { chain, account, blockNumber, walletChanges } = request
  const balance =
    token.address === 'native'
      ? await chain.client.getBalance({ address: account, blockNumber })
      : await chain.client.readContract({
          address: token.address,
          abi: erc20Abi,
          functionName: 'balanceOf',
          args: [account],
          blockNumber,
        })
  const change = walletChanges
    .filter((one) => isSameAddress(one.token, token.address))
    .reduce((sum, { units }) => sum + units, 0n)
  const left = balance + change
  return subtract(left, token.address === 'native' ? gasReserveWei : 0n)
}
