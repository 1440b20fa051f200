import type { PricePort } from '@behest/spec'
import {
  encodeFunctionData,
  getAddress,
  type Hex,
  isAddressEqual,
  parseAbi,
  zeroAddress,
} from 'viem'
import { aaveOracleAbi } from '../abi/abis.js'
import type { ChainClient } from '../client/createChainClient.js'
import { decodeAnswer } from '../client/decodeAnswer.js'
import { toChainError } from '../client/errors.js'
import type { ChainDeployment } from '../deployments/chainDeployment.js'

const sourceAbi = parseAbi([
  'function getSourceOfAsset(address asset) view returns (address)',
])
const feedAbi = parseAbi([
  'function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)',
])
/** Slow feeds report once a day; an older answer is nobody's price. */
const defaultMaxAgeSeconds = 25 * 3600

/**
 * Creates the port of prices that money may be bounded by: the oracle that the
 * lending market trusts, as long as its feed says that the price is fresh.
 *
 * @param options.client - Where the oracle and its feeds are read.
 * @param options.deployment - The chain, with the oracle's address.
 * @param options.maxAgeSeconds - Age, in chain time, past which a price is none.
 */
export function createPricePort(options: {
  readonly client: ChainClient
  readonly deployment: ChainDeployment
  readonly maxAgeSeconds?: number
}): PricePort {
  const { client, deployment } = options
  const maxAgeSeconds = BigInt(options.maxAgeSeconds ?? defaultMaxAgeSeconds)
  const { oracle } = deployment.aaveV3

  /** What a contract answers; `null` where it refuses, as one without a feed does. */
  const ask = async (
    to: `0x${string}`,
    data: Hex,
    blockNumber: bigint,
  ): Promise<Hex | null> => {
    try {
      const { data: answer } = await client.call({ to, data, blockNumber })
      return answer ?? null
    } catch (error) {
      if (isRevert(error)) return null
      throw toChainError(error, { method: 'eth_call' })
    }
  }

  return {
    readFreshPriceUsdE8: async ({ token, blockNumber }) => {
      const asset =
        token === 'native' ? deployment.wrappedNative : getAddress(token)
      const [priceData, sourceData, block] = await Promise.all([
        ask(
          oracle,
          encodeFunctionData({
            abi: aaveOracleAbi,
            functionName: 'getAssetPrice',
            args: [asset],
          }),
          blockNumber,
        ),
        ask(
          oracle,
          encodeFunctionData({
            abi: sourceAbi,
            functionName: 'getSourceOfAsset',
            args: [asset],
          }),
          blockNumber,
        ),
        client.getBlock({ blockNumber }),
      ])
      if (!priceData || !sourceData) return null
      const source = decodeAnswer({
        abi: sourceAbi,
        functionName: 'getSourceOfAsset',
        data: sourceData,
      })
      if (isAddressEqual(source, zeroAddress)) return null
      const roundData = await ask(
        source,
        encodeFunctionData({ abi: feedAbi, functionName: 'latestRoundData' }),
        blockNumber,
      )
      if (!roundData || roundData === '0x') return null
      const [, answer, , updatedAt] = decodeAnswer({
        abi: feedAbi,
        functionName: 'latestRoundData',
        data: roundData,
      })
      const priceE8 = decodeAnswer({
        abi: aaveOracleAbi,
        functionName: 'getAssetPrice',
        data: priceData,
      })
      const isFresh =
        updatedAt <= block.timestamp &&
        block.timestamp - updatedAt <= maxAgeSeconds
      return isFresh && answer > 0n && priceE8 > 0n ? priceE8 : null
    },
  }
}

function isRevert(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if (/revert|returned no data/i.test(at.message)) return true
  return false
}
