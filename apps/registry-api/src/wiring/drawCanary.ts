// One file because it is one draw: what is asked depends on the token, which
// depends on the action, and all of it on one stream of chance.
import { createHmac } from 'node:crypto'
import type { ChainDeployment } from '@behest/evm'
import {
  type Address,
  type Capability,
  type Instruction,
  isSameAddress,
  type Token,
} from '@behest/spec'

/** A stream of chance: nobody without the secret foresees it, and it repeats. */
export type Chance = {
  /** A number from 0 to below 1. */
  readonly share: () => number
  /** An address that nobody has. */
  readonly address: () => Address
}

/**
 * Creates the chance of one canary.
 *
 * @param options.secret - Known to this process alone.
 * @param options.seed - Of the canary; the same seed draws the same.
 */
export function createChance(options: {
  readonly secret: string
  readonly seed: number
}): Chance {
  let count = 0
  const next = () => {
    count += 1
    return createHmac('sha256', options.secret)
      .update(`${options.seed}:${count}`)
      .digest()
  }
  return {
    share: () => next().readUIntBE(0, 6) / 2 ** 48,
    address: () => `0x${next().subarray(0, 20).toString('hex')}`,
  }
}

/** An allowance that somebody has given and not taken back. */
export type GivenAllowance = {
  readonly token: Address
  readonly owner: Address
  readonly spender: Address
}

/** What a canary asks, and for whom. */
export type DrawnCanary = {
  readonly instruction: Instruction
  readonly account: Address
}

/** As people and engines set them; the first is the engine's own. */
const slippagesBps = [50, 50, 50, 100, 100, 30, 200]
const validitiesSeconds = [300, 300, 300, 120, 180, 600]
/** Tokens that most requests are about come up more often, as they do in life. */
const commonSymbols = new Set(['USDC', 'ETH', 'WETH', 'USDT', 'DAI'])
const usdcShare = 0.6
/** Most amounts that people say are round. */
const roundShare = 0.7
const roundMantissas = [100n, 150n, 200n, 250n, 300n, 500n, 750n]
const askTopics = ['balance', 'price', 'gas'] as const

/** Draws how long a request stays good, in seconds. */
export function drawValidity(chance: Chance): number {
  return pick(validitiesSeconds, chance) ?? 300
}

/**
 * Draws what a capability is asked: tokens that it names, amounts as people say
 * them, an account and parties that nobody has.
 *
 * @param options.allowances - Given ones of this chain, newest first: what is
 *   revoked must be there.
 * @returns `undefined` where nothing fitting can be asked.
 */
export function drawCanary(options: {
  readonly capability: Capability
  readonly deployment: ChainDeployment
  readonly chance: Chance
  readonly allowances: readonly GivenAllowance[]
}): DrawnCanary | undefined {
  const { capability, deployment, chance } = options
  const account = chance.address()
  const tokens = listServedTokens(capability, deployment)
  const erc20 = tokens.filter(({ address }) => address !== 'native')
  const drawn = (instruction: Instruction): DrawnCanary => ({
    instruction,
    account,
  })
  const { action } = capability
  switch (action) {
    case 'swap': {
      const sell = pickToken(tokens, chance)
      const buy = pickToken(
        tokens.filter(
          (token) => token !== sell && !isSameCoin(token, sell, deployment),
        ),
        chance,
      )
      if (sell === undefined || buy === undefined) return undefined
      return drawn({
        action,
        sell: { token: sell, amount: drawAmount(sell, chance) },
        buy: { token: buy },
        maxSlippageBps: pick(slippagesBps, chance) ?? 50,
      })
    }
    case 'transfer': {
      const token = pickToken(tokens, chance)
      return token === undefined
        ? undefined
        : drawn({
            action,
            token,
            amount: drawAmount(token, chance),
            to: chance.address(),
          })
    }
    case 'supply':
    case 'withdraw': {
      const token = pickToken(erc20, chance)
      return token === undefined
        ? undefined
        : drawn({ action, token, amount: drawAmount(token, chance) })
    }
    case 'borrow':
    case 'repay': {
      // What is pledged for it must be worth more: dollars against the coin.
      const token =
        pickToken(erc20.filter(isDollar), chance) ?? pickToken(erc20, chance)
      return token === undefined
        ? undefined
        : drawn({ action, token, amount: drawAmount(token, chance) })
    }
    case 'approve': {
      const token = pickToken(erc20, chance)
      return token === undefined
        ? undefined
        : drawn({
            action,
            token,
            amount: drawAmount(token, chance),
            spender: drawSpender(deployment, chance),
          })
    }
    case 'revoke': {
      const given = pick(
        options.allowances.filter((allowance) =>
          erc20.some(({ address }) => isSameAddress(address, allowance.token)),
        ),
        chance,
      )
      const token = erc20.find(
        ({ address }) =>
          given !== undefined && isSameAddress(address, given.token),
      )
      return given === undefined || token === undefined
        ? undefined
        : {
            instruction: { action, token, spender: given.spender },
            account: given.owner,
          }
    }
    case 'ask': {
      const token = pickToken(tokens, chance)
      return drawn({
        action,
        topic: pick(askTopics, chance) ?? 'balance',
        account,
        ...(token === undefined ? {} : { token }),
      })
    }
    case 'bridge':
    case 'deposit':
    case 'stake':
    case 'unstake':
    case 'claim':
    case 'long':
    case 'short':
    case 'close':
    case 'lock':
    case 'unlock':
    case 'vote':
      // No instruction of this version says them, so no engine asks for them.
      return undefined
    default:
      return action satisfies never
  }
}

function listServedTokens(
  capability: Capability,
  deployment: ChainDeployment,
): Token[] {
  return [deployment.nativeToken, ...deployment.tokens]
    .filter(
      ({ symbol, address }) =>
        capability.tokens === 'any' ||
        capability.tokens.some((served) =>
          [symbol, address].some(
            (name) => name.toLowerCase() === served.toLowerCase(),
          ),
        ),
    )
    .map(({ symbol, address, decimals, name }) => ({
      chainId: deployment.chainId,
      symbol,
      address,
      decimals,
      name,
    }))
}

function pickToken(
  tokens: readonly Token[],
  chance: Chance,
): Token | undefined {
  const usdc = tokens.find(({ symbol }) => symbol === 'USDC')
  const wantsUsdc = chance.share() < usdcShare
  if (usdc !== undefined && wantsUsdc) return usdc
  const weighted = tokens.flatMap((token) =>
    commonSymbols.has(token.symbol) ? [token, token, token] : [token],
  )
  return pick(weighted, chance)
}

function drawAmount(token: Token, chance: Chance) {
  const mantissa =
    chance.share() < roundShare
      ? (pick(roundMantissas, chance) ?? 100n)
      : 100n + BigInt(Math.floor(chance.share() * 900))
  // Ones to hundreds of dollars, hundredths to tenths of what is worth more: what
  // every market of a chain can carry.
  const magnitude = isDollar(token)
    ? Math.floor(chance.share() * 3)
    : Math.floor(chance.share() * 2) - 2
  const units =
    (mantissa * 10n ** BigInt(token.decimals)) / 10n ** BigInt(2 - magnitude)
  return { type: 'exact' as const, units: units > 0n ? units : 1n }
}

function drawSpender(deployment: ChainDeployment, chance: Chance): Address {
  return (
    pick(
      [
        deployment.aaveV3.pool,
        deployment.morpho.morpho,
        deployment.permit2,
        deployment.uniswapV2.router,
        chance.address(),
      ],
      chance,
    ) ?? deployment.permit2
  )
}

function isDollar({ symbol }: Token): boolean {
  return /USD|DAI/.test(symbol)
}

/** The coin and its wrapped form: changing one into the other is no trade. */
function isSameCoin(
  left: Token,
  right: Token | undefined,
  { wrappedNative }: ChainDeployment,
): boolean {
  const isCoin = ({ address }: Token) =>
    address === 'native' || isSameAddress(address, wrappedNative)
  return right !== undefined && isCoin(left) && isCoin(right)
}

function pick<Item>(items: readonly Item[], chance: Chance): Item | undefined {
  return items[Math.floor(chance.share() * items.length)]
}
