import {
  type Address,
  type AssetAddress,
  BehestError,
  type Token,
  type TokenRef,
} from '@behest/spec'
import { getAddress, isAddress, zeroAddress } from 'viem'
import type { ChainClient } from '../client/createChainClient.js'
import type {
  ChainDeployment,
  ListedToken,
} from '../deployments/chainDeployment.js'
import { callLens } from '../lens/callLens.js'
import { readLens } from '../lens/lenses.js'
import { decodeSymbol } from './decodeSymbol.js'

/** What is known of the tokens of one chain. */
export type TokenDirectory = {
  find(reference: TokenRef): Promise<readonly Token[]>
  /**
   * Describes assets for people. Never fails for a strange contract: without
   * decimals they are 0, without a symbol it is the address.
   */
  describe(
    assets: readonly AssetAddress[],
    blockNumber?: bigint,
  ): Promise<ReadonlyMap<AssetAddress, Token>>
}

type Known = { readonly token: Token; readonly hasDecimals: boolean }

/**
 * Creates the directory of one chain: its list first, contracts after it.
 *
 * @param options.client - Client of the chain.
 * @param options.deployment - Its list of tokens.
 * @returns A directory that asks each contract once.
 */
export function createTokenDirectory(options: {
  readonly client: ChainClient
  readonly deployment: ChainDeployment
}): TokenDirectory {
  const { client, deployment } = options
  const { chainId } = deployment
  const native = toToken(chainId, deployment.nativeToken)
  const listed = new Map(
    deployment.tokens.map((token) => [token.address.toLowerCase(), token]),
  )
  const known = new Map<string, Known>()

  const load = async (
    assets: readonly AssetAddress[],
    blockNumber?: bigint,
  ): Promise<void> => {
    const missing = [...new Set(assets)].flatMap((asset) =>
      asset === 'native' || known.has(asset.toLowerCase())
        ? []
        : [getAddress(asset)],
    )
    if (missing.length === 0) return
    const answers = await callLens({
      client,
      lens: readLens,
      functionName: 'readTokens',
      args: [missing, zeroAddress],
      blockNumber,
    })
    for (const { token: address, decimals, symbol } of answers) {
      const hasDecimals = decimals <= 36n
      const entry = listed.get(address.toLowerCase())
      if (entry !== undefined && decimals !== BigInt(entry.decimals))
        throw new TokenDecimalsMismatchError({
          chain: deployment.name,
          symbol: entry.symbol,
          address,
          listedDecimals: entry.decimals,
          contractDecimals: hasDecimals ? decimals.toString() : 'none',
        })
      const token: Token =
        entry === undefined
          ? {
              chainId,
              address: getAddress(address),
              symbol: toUnlistedSymbol(
                decodeSymbol(symbol),
                address,
                deployment,
              ),
              decimals: hasDecimals ? Number(decimals) : 0,
            }
          : toToken(chainId, entry)
      // A contract that is not there yet may come; what it is must be asked again.
      if (hasDecimals || decodeSymbol(symbol) !== undefined)
        known.set(address.toLowerCase(), { token, hasDecimals })
    }
  }

  const get = (asset: AssetAddress): Token => {
    if (asset === 'native') return native
    return (
      known.get(asset.toLowerCase())?.token ?? {
        chainId,
        address: getAddress(asset),
        symbol: shorten(asset),
        decimals: 0,
      }
    )
  }

  return {
    async find(reference) {
      if ('address' in reference) {
        const { address } = reference
        if (!isAddress(address, { strict: false })) return []
        await load([address])
        const found = known.get(address.toLowerCase())
        return found?.hasDecimals ? [found.token] : []
      }
      const found = findBySymbol(deployment, reference.symbol)
      await load(found.map(({ address }) => address))
      return found.map(({ address }) => get(address))
    },
    async describe(assets, blockNumber) {
      await load(assets, blockNumber)
      return new Map(assets.map((asset) => [asset, get(asset)]))
    },
  }
}

/** A symbol wins over an alias: "WETH" is never somebody else's other name. */
function findBySymbol(
  deployment: ChainDeployment,
  said: string,
): readonly ListedToken[] {
  const wanted = said.trim().toLowerCase()
  const all = [deployment.nativeToken, ...deployment.tokens]
  const bySymbol = all.filter(({ symbol }) => symbol.toLowerCase() === wanted)
  return bySymbol.length > 0
    ? bySymbol
    : all.filter(({ aliases, name }) =>
        [...aliases, name].some((alias) => alias.toLowerCase() === wanted),
      )
}

/** Anybody can deploy a "USDC": one that is not the listed one shows its address. */
function toUnlistedSymbol(
  symbol: string | undefined,
  address: Address,
  deployment: ChainDeployment,
): string {
  if (symbol === undefined) return shorten(address)
  const isPlain = /^[\x21-\x7e]+$/.test(symbol)
  return isPlain && findBySymbol(deployment, symbol).length === 0
    ? symbol
    : `${symbol} (${shorten(address)})`
}

function shorten(address: string): string {
  const checksummed = getAddress(address)
  return `${checksummed.slice(0, 6)}…${checksummed.slice(-4)}`
}

function toToken(chainId: number, entry: ListedToken): Token {
  const { address, symbol, name, decimals } = entry
  return { chainId, address, symbol, name, decimals }
}

/** Thrown when a listed token's contract has other decimals than the list. */
export class TokenDecimalsMismatchError extends BehestError {
  readonly code = 'TOKEN_DECIMALS_MISMATCH'
  readonly retry = 'never'

  constructor(facts: {
    readonly chain: string
    readonly symbol: string
    readonly address: string
    readonly listedDecimals: number
    readonly contractDecimals: string
  }) {
    super(
      `${facts.symbol} on "${facts.chain}" has ${facts.contractDecimals} decimals, but the list says ${facts.listedDecimals}. Correct the list before any amount is computed with it.`,
      { facts },
    )
  }
}
