/**
 * One file because it is one table: which fact of the account or of the markets
 * answers which kind of question.
 */
import { type EvmChainPort, readLendingSnapshot } from '@behest/evm'
import {
  type Address,
  BehestError,
  type Intent,
  isSameAddress,
  type OptionsPort,
  type Question,
  type Step,
  type Token,
  toDecimal,
} from '@behest/spec'

const maxOptions = 6
// A question that waits for a fact is worse than one without it.
const timeoutMs = 2000

/** A token of the account's, or one at a lending venue. */
type Holding = {
  readonly token: Token
  readonly units: bigint
  /** US dollars, times 1e8; 0 where nobody prices it. */
  readonly worthUsdE8: bigint
}
type Market = {
  readonly venue: string
  readonly token: Address
  readonly symbol: string
  readonly supplyRateRay: bigint
  readonly borrowRateRay: bigint
  readonly isBorrowable: boolean
  readonly decimals: number
  readonly suppliedUnits: bigint
  readonly borrowedUnits: bigint
}
type Facts = {
  readonly holdings: readonly Holding[]
  readonly markets: readonly Market[]
}
type Option = NonNullable<Question['options']>[number]
type Suggestion = {
  readonly fact?: string
  readonly options: readonly Option[]
}

/**
 * Creates the port that knows what an account could answer: what it holds, lent
 * and owes, and what each lending market pays now. Reads only.
 *
 * @param options.chain - Where the account and the markets are.
 */
export function createOptionsPort(options: {
  readonly chain: EvmChainPort
}): OptionsPort {
  const { chain } = options
  return {
    async suggest({ account, result, question }) {
      const match = /^steps\[(\d{1,2})\]\.(.+)$/.exec(question.slot)
      const { steps, language } = result.draft as Intent
      const step = steps[Number(match?.[1])]
      const path = match?.[2]
      if (step === undefined || path === undefined) return question
      const facts = await inTime(readFacts(chain, account))
      const words = language.startsWith('ja') ? japanese : english
      const { fact, options: found } = suggest({
        chain,
        facts,
        step,
        path,
        words,
      })
      const isKnown = fact !== undefined && !question.text.includes(fact)
      return {
        ...question,
        text: isKnown
          ? `${question.text} ${fact}`.slice(0, 500)
          : question.text,
        ...(found.length === 0
          ? {}
          : { options: [...found.slice(0, maxOptions)] }),
      }
    },
  }
}

function suggest(options: {
  readonly chain: EvmChainPort
  readonly facts: Facts
  readonly step: Step
  readonly path: string
  readonly words: Words
}): Suggestion {
  const { chain, facts, step, path, words } = options
  const { holdings, markets } = facts
  if (path === 'venue') return suggestVenues(options)
  if (/(?:^|\.)token$/.test(path)) {
    if (path === 'buy.token') return suggestBought(options)
    switch (step.action) {
      case 'withdraw':
        return {
          options: markets
            .filter(({ suppliedUnits }) => suppliedUnits > 0n)
            .map(({ symbol, venue, suppliedUnits, decimals }) => ({
              label: `${symbol}: ${words.lent(cut(suppliedUnits, decimals), venue)}`,
              value: { symbol },
            })),
        }
      case 'repay':
        return {
          options: markets
            .filter(({ borrowedUnits }) => borrowedUnits > 0n)
            .map(({ symbol, venue, borrowedUnits, decimals }) => ({
              label: `${symbol}: ${words.owed(cut(borrowedUnits, decimals), venue)}`,
              value: { symbol },
            })),
        }
      case 'borrow':
        if (path === 'token') return suggestBorrowed(options)
        break
      default:
    }
    return {
      fact: words.hold(
        holdings.map(
          ({ token, units }) => `${cut(units, token.decimals)} ${token.symbol}`,
        ),
      ),
      options: holdings.map(({ token, units }) => {
        const best = markets
          .filter((market) => isToken(chain, token, market))
          .toSorted((a, b) => (a.supplyRateRay < b.supplyRateRay ? 1 : -1))[0]
        const earns =
          step.action === 'supply' && best
            ? `, ${words.earns(toPercent(best.supplyRateRay), best.venue)}`
            : ''
        return {
          label: `${token.symbol}: ${words.have(cut(units, token.decimals))}${earns}`,
          value: { symbol: token.symbol },
        }
      }),
    }
  }
  if (/(?:^|\.)amount$/.test(path)) return suggestAmounts(options)
  return { options: [] }
}

function suggestVenues(options: {
  readonly chain: EvmChainPort
  readonly facts: Facts
  readonly step: Step
}): Suggestion {
  const { chain, facts, step } = options
  const isBorrowing = step.action === 'borrow' || step.action === 'repay'
  const rate = (market: Market): bigint =>
    isBorrowing ? market.borrowRateRay : market.supplyRateRay
  const named = step.token
  const best = new Map<string, Market>()
  for (const market of facts.markets) {
    if (named && !isNamed(chain, named, market)) continue
    if (isBorrowing && !market.isBorrowable) continue
    if (step.action === 'withdraw' && market.suppliedUnits === 0n) continue
    const before = best.get(market.venue)
    const isBetter =
      before === undefined ||
      (isBorrowing ? rate(market) < rate(before) : rate(market) > rate(before))
    if (isBetter) best.set(market.venue, market)
  }
  return {
    options: [...best.values()]
      .toSorted((a, b) =>
        rate(a) < rate(b) === isBorrowing ? -1 : rate(a) === rate(b) ? 0 : 1,
      )
      .map((market) => ({
        label: `${market.venue} ${toPercent(rate(market))}`,
        value: market.venue,
      })),
  }
}

function suggestBought(options: {
  readonly chain: EvmChainPort
  readonly facts: Facts
  readonly step: Step
}): Suggestion {
  const { chain, facts, step } = options
  const sold = step.sell?.token
  const held = facts.holdings.map(({ token }) => token.symbol)
  const symbols = [
    chain.nativeToken.symbol,
    ...chain.deployment.tokens.map(({ symbol }) => symbol),
  ]
  return {
    options: [...new Set([...held, ...symbols])]
      .filter((symbol) => symbols.includes(symbol))
      .filter(
        (symbol) =>
          !(sold && 'symbol' in sold && isSameName(sold.symbol, symbol)),
      )
      .map((symbol) => ({ label: symbol, value: { symbol } })),
  }
}

function suggestBorrowed(options: {
  readonly facts: Facts
  readonly words: Words
}): Suggestion {
  const cheapest = new Map<string, Market>()
  for (const market of options.facts.markets) {
    if (!market.isBorrowable) continue
    const before = cheapest.get(market.symbol)
    if (!before || market.borrowRateRay < before.borrowRateRay)
      cheapest.set(market.symbol, market)
  }
  return {
    options: [...cheapest.values()]
      .toSorted((a, b) => (a.borrowRateRay < b.borrowRateRay ? -1 : 1))
      .map(({ symbol, venue, borrowRateRay }) => ({
        label: `${symbol}: ${options.words.costs(toPercent(borrowRateRay), venue)}`,
        value: { symbol },
      })),
  }
}

function suggestAmounts(options: {
  readonly chain: EvmChainPort
  readonly facts: Facts
  readonly step: Step
  readonly path: string
  readonly words: Words
}): Suggestion {
  const { chain, facts, step, path, words } = options
  const side = path.split('.')[0]
  const named =
    side === 'sell' || side === 'buy' || side === 'collateral'
      ? step[side]?.token
      : step.token
  if (named === undefined || side === 'buy') return { options: [] }
  // What is borrowed is bounded by the health, and not by what one has.
  if (step.action === 'borrow' && side !== 'collateral') return { options: [] }
  if (step.action === 'withdraw' || step.action === 'repay') {
    const isRepay = step.action === 'repay'
    const units = (market: Market): bigint =>
      isRepay ? market.borrowedUnits : market.suppliedUnits
    const found = facts.markets.filter(
      (market) => units(market) > 0n && isNamed(chain, named, market),
    )
    const [only] = found
    if (only === undefined)
      return {
        fact: isRepay ? words.owesNothing : words.lentNothing,
        options: [],
      }
    if (found.length > 1 && step.venue === undefined) return { options: [] }
    return toShares(units(only), only.decimals, only.symbol, words)
  }
  const held = facts.holdings.find(({ token }) =>
    'symbol' in named
      ? isSameName(named.symbol, token.symbol)
      : isSameAddress(named.address, token.address),
  )
  if (held === undefined)
    return 'symbol' in named
      ? { fact: words.holdNone(named.symbol), options: [] }
      : { options: [] }
  const { token, units } = held
  return {
    fact: words.hold([`${cut(units, token.decimals)} ${token.symbol}`]),
    ...toShares(units, token.decimals, token.symbol, words),
  }
}

function toShares(
  units: bigint,
  decimals: number,
  symbol: string,
  words: Words,
): Suggestion {
  return {
    options: ([10_000, 5000, 2500] as const).map((bps) => ({
      label: `${words.shares[bps]}: ${cut((units * BigInt(bps)) / 10_000n, decimals)} ${symbol}`,
      value: { kind: 'share', bps },
    })),
  }
}

async function readFacts(
  chain: EvmChainPort,
  account: Address,
): Promise<Facts> {
  const { number: blockNumber } = await chain.readHead()
  const { chainId, nativeToken, deployment } = chain
  const tokens: readonly Token[] = [
    nativeToken,
    ...deployment.tokens.map(({ address, symbol, name, decimals }) => ({
      chainId,
      address,
      symbol,
      name,
      decimals,
    })),
  ]
  const [snapshot, ...holdings] = await Promise.all([
    readLendingSnapshot({
      client: chain.client,
      deployment,
      account,
      blockNumber,
    }),
    ...tokens.map(async (token): Promise<Holding> => {
      const { address } = token
      const units = await chain.readBalance({
        account,
        token: address,
        blockNumber,
      })
      const priceUsdE8 =
        units === 0n
          ? null
          : await chain.readPriceUsdE8({ token: address, blockNumber })
      return {
        token,
        units,
        worthUsdE8:
          (units * (priceUsdE8 ?? 0n)) / 10n ** BigInt(token.decimals),
      }
    }),
  ])
  return {
    holdings: holdings
      .filter(({ units }) => units > 0n)
      .toSorted((a, b) => (a.worthUsdE8 < b.worthUsdE8 ? 1 : -1)),
    markets: [
      ...snapshot.aave.reserves
        .filter(
          ({ isActive, isPaused, isFrozen }) =>
            isActive && !isPaused && !isFrozen,
        )
        .map((reserve) => ({
          venue: 'aave',
          token: reserve.token,
          symbol: reserve.symbol,
          supplyRateRay: reserve.supplyRateRay,
          borrowRateRay: reserve.borrowRateRay,
          isBorrowable: reserve.isBorrowable && reserve.availableUnits > 0n,
          decimals: reserve.decimals,
          suppliedUnits: reserve.account.suppliedUnits,
          borrowedUnits:
            reserve.account.variableDebtUnits + reserve.account.stableDebtUnits,
        })),
      ...snapshot.morpho.markets.map((market) => ({
        venue: 'morpho',
        token: market.loanToken,
        symbol: market.loanSymbol,
        supplyRateRay: market.supplyRateWad * 10n ** 9n,
        borrowRateRay: market.borrowRateWad * 10n ** 9n,
        isBorrowable: market.totalSupplyAssets > market.totalBorrowAssets,
        decimals: market.loanDecimals,
        suppliedUnits: market.account.suppliedUnits,
        borrowedUnits: market.account.borrowedUnits,
      })),
    ],
  }
}

/** The coin itself is lent as its wrapped form. */
function isToken(chain: EvmChainPort, token: Token, market: Market): boolean {
  return token.address === 'native'
    ? isSameAddress(chain.deployment.wrappedNative, market.token)
    : isSameAddress(token.address, market.token)
}

function isNamed(
  chain: EvmChainPort,
  named: NonNullable<Step['token']>,
  market: Market,
): boolean {
  if ('address' in named) return isSameAddress(named.address, market.token)
  return (
    isSameName(named.symbol, market.symbol) ||
    (isSameName(named.symbol, chain.nativeToken.symbol) &&
      isSameAddress(chain.deployment.wrappedNative, market.token))
  )
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** Six digits for reading; never more than there is. */
function cut(units: bigint, decimals: number): string {
  const [whole = '0', fraction = ''] = toDecimal(units, decimals).split('.')
  const kept = fraction.slice(0, 6).replace(/0+$/, '')
  if (whole === '0' && kept === '') return '<0.000001'
  return kept === '' ? whole : `${whole}.${kept}`
}

function toPercent(rateRay: bigint): string {
  const [whole = '0', fraction = ''] = toDecimal(rateRay, 25).split('.')
  return `${whole}.${fraction.padEnd(2, '0').slice(0, 2)} %`
}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, fail) => {
        timer = setTimeout(() => fail(new FactsLateError()), timeoutMs)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}

type Words = typeof english

const english = {
  shares: { 10000: 'All', 5000: 'Half', 2500: 'A quarter' },
  hold: (amounts: readonly string[]) =>
    amounts.length === 0
      ? 'You hold nothing yet.'
      : `You hold ${amounts.slice(0, maxOptions).join(', ')}.`,
  holdNone: (symbol: string) => `You hold no ${symbol}.`,
  have: (amount: string) => `you hold ${amount}`,
  earns: (rate: string, venue: string) => `earns ${rate} at ${venue}`,
  costs: (rate: string, venue: string) => `costs ${rate} at ${venue}`,
  lent: (amount: string, venue: string) => `${amount} lent at ${venue}`,
  owed: (amount: string, venue: string) => `${amount} owed at ${venue}`,
  owesNothing: 'You owe none of it.',
  lentNothing: 'You have lent none of it.',
}

const japanese: Words = {
  shares: { 10000: '全部', 5000: '半分', 2500: '4分の1' },
  hold: (amounts) =>
    amounts.length === 0
      ? 'まだ何もお持ちではありません。'
      : `残高: ${amounts.slice(0, maxOptions).join('、')}`,
  holdNone: (symbol) => `${symbol} はお持ちではありません。`,
  have: (amount) => `残高 ${amount}`,
  earns: (rate, venue) => `${venue} で年 ${rate}`,
  costs: (rate, venue) => `${venue} で年 ${rate}`,
  lent: (amount, venue) => `${venue} に ${amount} 預け入れ中`,
  owed: (amount, venue) => `${venue} で ${amount} 借り入れ中`,
  owesNothing: '借り入れはありません。',
  lentNothing: '預け入れはありません。',
}

/** Thrown when facts about an account are not there in time; only a question waits for them. */
export class FactsLateError extends BehestError {
  readonly code = 'FACTS_LATE'
  readonly stage = 'intent'
  readonly retry = 'same-input'

  constructor() {
    super(
      `What the account holds was not read within ${timeoutMs} ms. Ask without it.`,
      { facts: { timeoutMs: String(timeoutMs) } },
    )
  }
}
