import {
  type AssetAddress,
  BehestError,
  type Block,
  type ChainPort,
  type HealthChange,
  isSameAddress,
} from '@behest/spec'
import {
  encodeFunctionData,
  getAddress,
  hexToBigInt,
  hexToNumber,
  isAddress,
  numberToHex,
  size,
  slice,
  zeroAddress,
} from 'viem'
import { normalize } from 'viem/ens'
import { aaveOracleAbi, aavePoolAbi, erc20Abi } from '../abi/abis.js'
import {
  type ChainClient,
  createChainClient,
} from '../client/createChainClient.js'
import { toChainError } from '../client/errors.js'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import { balanceRead, toUint } from '../lens/balanceRead.js'
import { callLens } from '../lens/callLens.js'
import { morphoLens, readLens } from '../lens/lenses.js'
import { toBorrowedUnits } from '../lens/morphoState.js'
import { readRealised } from '../realised/readRealised.js'
import { simulateCalls } from '../simulation/simulateCalls.js'
import { createTokenDirectory } from './createTokenDirectory.js'
import { getMorphoHealth, toHealthChange } from './toHealthChange.js'

export type CreateChainPortOptions = {
  /** HTTP address of the node. It may hold a key, so no error repeats it. */
  readonly rpcUrl: string
  readonly deployment: ChainDeployment
  /** How long one HTTP request may take; 10 s if absent. */
  readonly timeoutMs?: number
}

/** The engine's eyes on one chain, with the client behind them. */
export type EvmChainPort = ChainPort & {
  readonly client: ChainClient
  readonly deployment: ChainDeployment
}

/**
 * Creates the port through which one chain is read and simulated.
 *
 * Nothing is asked of the node yet; `assertDeployment` does that.
 *
 * @param options.rpcUrl - HTTP address of the node.
 * @param options.deployment - Addresses of the chain behind it.
 * @param options.timeoutMs - Per HTTP request, in milliseconds.
 * @returns The port. Its reads throw `ChainUnreachableError`, `ChainReadError`
 *   or, for old blocks, `StateGoneError`.
 */
export function createChainPort(options: CreateChainPortOptions): EvmChainPort {
  const { deployment } = options
  const client = createChainClient(options)
  const directory = createTokenDirectory({ client, deployment })
  const { chainId, name, nativeToken, aaveV3, morpho, wrappedNative } =
    deployment
  const context = { client, deployment, directory }

  return {
    client,
    deployment,
    chainId,
    chainName: name,
    nativeToken: {
      chainId,
      address: 'native',
      symbol: nativeToken.symbol,
      name: nativeToken.name,
      decimals: nativeToken.decimals,
    },
    readHead: () => readHead(client),
    findTokens: (reference) => directory.find(reference),
    resolveParty: (party) => resolveParty(client, party),

    async readBalance({ account, token, blockNumber }) {
      const [answer] = await callLens({
        client,
        lens: readLens,
        functionName: 'read',
        args: [[balanceRead(toChecksum(token), getAddress(account))]],
        blockNumber,
      })
      const units = toUint(answer)
      if (units === undefined) throw new TokenUnreadableError({ token })
      return units
    },

    async readAllowances({ account, pairs, blockNumber }) {
      const answers = await callLens({
        client,
        lens: readLens,
        functionName: 'read',
        args: [
          pairs.map(({ token, spender }) => ({
            target: getAddress(token),
            data: encodeFunctionData({
              abi: erc20Abi,
              functionName: 'allowance',
              args: [getAddress(account), getAddress(spender)],
            }),
          })),
        ],
        blockNumber,
      })
      return pairs.map(({ token }, index) => {
        const units = toUint(answers[index])
        if (units === undefined) throw new TokenUnreadableError({ token })
        return units
      })
    },

    async readPriceUsdE8({ token, blockNumber }) {
      const [answer] = await callLens({
        client,
        lens: readLens,
        functionName: 'read',
        args: [
          [
            {
              target: aaveV3.oracle,
              data: encodeFunctionData({
                abi: aaveOracleAbi,
                functionName: 'getAssetPrice',
                args: [isNative(token) ? wrappedNative : getAddress(token)],
              }),
            },
          ],
        ],
        blockNumber,
      })
      return toUint(answer) || null
    },

    simulate: (request) =>
      simulateCalls({
        ...context,
        ...request,
        account: getAddress(request.account),
        otherAccounts: request.otherAccounts.map((one) => getAddress(one)),
        tokens: request.tokens.map(toChecksum),
        allowances: request.allowances.map(({ token, spender }) => ({
          token: getAddress(token),
          spender: getAddress(spender),
        })),
      }),
    readRealised: (request) =>
      readRealised({
        ...context,
        ...request,
        account: getAddress(request.account),
        otherAccounts: request.otherAccounts.map((one) => getAddress(one)),
        tokens: request.tokens.map(toChecksum),
      }),

    async readHealth(request) {
      const account = getAddress(request.account)
      const [answers, [, , markets]] = await Promise.all([
        callLens({
          client,
          lens: readLens,
          functionName: 'read',
          args: [
            [
              {
                target: aaveV3.pool,
                data: encodeFunctionData({
                  abi: aavePoolAbi,
                  functionName: 'getUserAccountData',
                  args: [account],
                }),
              },
            ],
          ],
        }),
        callLens({
          client,
          lens: morphoLens,
          functionName: 'readMorpho',
          args: [
            morpho.morpho,
            morpho.markets.map(({ id }) => id),
            [account],
            [],
          ],
        }),
      ])
      const [answer = '0x'] = answers
      const changes: (HealthChange | undefined)[] = []
      if (size(answer) >= 192)
        changes.push(
          toHealthChange({
            venue: 'aave',
            after: hexToBigInt(slice(answer, 160, 192)),
          }),
        )
      for (const market of markets) {
        const position = market.positions[0]
        if (position === undefined) continue
        changes.push(
          toHealthChange({
            venue: 'morpho',
            market: market.id,
            after: getMorphoHealth({
              collateralUnits: position.collateral,
              borrowedUnits: toBorrowedUnits(market, position.borrowShares),
              price: market.price,
              lltv: market.params.lltv,
            }),
          }),
        )
      }
      return changes.filter((change) => change !== undefined)
    },
  }
}

// An address may come in any spelling; viem takes a wrong checksum for no address.
function toChecksum(asset: AssetAddress): AssetAddress {
  return asset === 'native' ? asset : getAddress(asset)
}

function isNative(token: string): token is 'native' {
  return token === 'native'
}

async function readHead(client: ChainClient): Promise<Block> {
  const method = 'eth_getBlockByNumber'
  const block = await client
    .request({ method, params: ['latest', false] })
    .catch((error: unknown) => {
      throw toChainError(error, { method })
    })
  if (block === null || block.number === null || block.hash === null)
    throw toChainError(undefined, { method })
  return {
    number: hexToBigInt(block.number),
    hash: block.hash,
    timestampUnixSeconds: hexToNumber(block.timestamp),
    baseFeePerGasWei: hexToBigInt(block.baseFeePerGas ?? numberToHex(0)),
  }
}

/** A mixed-case address must carry its checksum: one wrong letter is no address. */
async function resolveParty(client: ChainClient, party: string) {
  const name = party.trim()
  if (/^0x/i.test(name)) {
    if (!isAddress(name) || isSameAddress(name, zeroAddress)) return null
    return getAddress(name)
  }
  if (
    !name.includes('.') ||
    client.chain.contracts?.ensUniversalResolver === undefined
  )
    return null
  let normalized: string
  try {
    normalized = normalize(name)
  } catch {
    // Letters that no name may have: it stands for nobody.
    return null
  }
  return client.getEnsAddress({ name: normalized }).catch((error: unknown) => {
    throw toChainError(error, { method: 'eth_call' })
  })
}

/** Thrown when a contract does not answer as a token does. */
export class TokenUnreadableError extends BehestError {
  readonly code = 'TOKEN_UNREADABLE'
  readonly retry = 'ask-user'

  constructor(facts: { readonly token: string }) {
    super(
      `Contract ${facts.token} does not answer as a token does. Name another token.`,
      { facts },
    )
  }
}
