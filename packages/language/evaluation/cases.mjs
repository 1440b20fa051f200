import { english, japanese } from './frames.mjs'

const TOKENS = [
  ['ETH', 'ETH'],
  ['eth', 'ETH'],
  ['USDC', 'USDC'],
  ['usdc', 'USDC'],
  ['DAI', 'DAI'],
  ['dai', 'DAI'],
  ['USDT', 'USDT'],
  ['wbtc', 'WBTC'],
  ['WETH', 'WETH'],
  ['link', 'LINK'],
  ['ARB', 'ARB'],
  ['uni', 'UNI'],
  ['wsteth', 'wstETH'],
  ['pepe', 'PEPE'],
  ['$aave', 'AAVE'],
  ['usdc.e', 'USDC.e'],
  ['matic', 'MATIC'],
  ['crv', 'CRV'],
  ['gmx', 'GMX'],
  ['tether', 'USDT'],
  ['bitcoin', 'BTC'],
  ['FOOBAR', 'FOOBAR'],
  ['zxcoin', 'zxcoin'],
]
const JAPANESE_TOKENS = [
  ['ETH', 'ETH'],
  ['USDC', 'USDC'],
  ['DAI', 'DAI'],
  ['USDT', 'USDT'],
  ['WBTC', 'WBTC'],
  ['イーサ', 'ETH'],
  ['ビットコイン', 'BTC'],
  ['usdc', 'USDC'],
  ['LINK', 'LINK'],
  ['ARB', 'ARB'],
  ['FOOBAR', 'FOOBAR'],
]
const AMOUNTS = [
  ['1', '1'],
  ['0.5', '0.5'],
  ['100', '100'],
  ['1,000', '1000'],
  ['2500', '2500'],
  ['.25', '0.25'],
  ['1.5k', '1500'],
  ['two', '2'],
  ['fifty', '50'],
  ['3m', '3000000'],
  ['1,234.56', '1234.56'],
  ['0.000001', '0.000001'],
  ['a hundred', '100'],
]
const JAPANESE_AMOUNTS = [
  ['1', '1'],
  ['0.5', '0.5'],
  ['100', '100'],
  ['1,000', '1000'],
  ['1万', '10000'],
  ['１０', '10'],
  ['三千', '3000'],
  ['2.5', '2.5'],
]
const SHARES = [
  ['half my', 5000],
  ['all my', 10_000],
  ['25% of my', 2500],
  ['a quarter of my', 2500],
  ['50% of my', 5000],
  ['half of my', 5000],
  ['75 percent of my', 7500],
]
const SUMS = [
  ['$50', '50', 'USD'],
  ['100 dollars', '100', 'USD'],
  ['$1,500', '1500', 'USD'],
  ['20 bucks', '20', 'USD'],
  ['€30', '30', 'EUR'],
]
const CHAINS = [
  ['arbitrum', 'arbitrum'],
  ['Base', 'base'],
  ['polygon', 'polygon'],
  ['optimism', 'optimism'],
  ['ethereum', 'ethereum'],
  ['avalanche', 'avalanche'],
  ['bsc', 'bsc'],
  ['mainnet', 'ethereum'],
  ['arb', 'arbitrum'],
  ['zksync', 'zksync'],
]
const JAPANESE_CHAINS = [
  ['Arbitrum', 'arbitrum'],
  ['Base', 'base'],
  ['Polygon', 'polygon'],
  ['オプティミズム', 'optimism'],
  ['イーサリアム', 'ethereum'],
  ['アービトラム', 'arbitrum'],
]
const LENDING = [
  ['Aave', 'aave'],
  ['aave v3', 'aave'],
  ['compound', 'compound'],
  ['morpho', 'morpho'],
  ['spark', 'spark'],
]
const JAPANESE_LENDING = [
  ['Aave', 'aave'],
  ['Compound', 'compound'],
  ['Morpho', 'morpho'],
]
const EXCHANGES = [
  ['uniswap', 'uniswap'],
  ['Camelot', 'camelot'],
  ['sushiswap', 'sushiswap'],
  ['curve', 'curve'],
  ['1inch', '1inch'],
  ['balancer', 'balancer'],
]
const PEOPLE = [
  'vitalik.eth',
  'bob.eth',
  'alice.base.eth',
  '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
  '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc',
  'carol.lens',
]
/** What people put around an order without changing it. */
const WRAPPERS = [
  (text) => text,
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => `please ${text}`,
  (text) => `hey, ${text}`,
  (text) => `${text} pls`,
  (text) => `${text}!`,
  (text) => text.replace(/^[a-z]/, (letter) => letter.toUpperCase()),
]
const COPIES = 8

/** A generator with a seed, so that every build gives the same cases. */
function createRandom(seed) {
  let state = seed
  return (count) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * count)
  }
}

/** Writes the evaluation set out: utterance, language, family, gold. */
export function buildCases() {
  const cases = []
  const seen = new Set()
  for (const [language, frames] of [
    ['en', english],
    ['ja', japanese],
  ])
    for (const [
      at,
      [family, template, gold, options = {}],
    ] of frames.entries()) {
      const random = createRandom(at * 7919 + (language === 'ja' ? 17 : 3))
      const copies = /\{/.test(template) ? COPIES : 1
      for (let copy = 0; copy < copies; copy += 1) {
        const slots = fill(language, random, options)
        const plain = template.replace(
          /\{(\w)\}/g,
          (_, name) => slots[name].said,
        )
        const wrap =
          gold.none ||
          language === 'ja' ||
          /[\n?]|^(?:on|in|if|when|once|as|every|from|with|yo|hey|can|could|I |i |lets|pls|please|do |what|how|show|give me a)/.test(
            plain,
          )
            ? WRAPPERS[0]
            : WRAPPERS[random(WRAPPERS.length)]
        // An address in capitals is another text, and a name said loud is too.
        const shouted = wrap(plain)
        const utterance =
          /0X|\.ETH|\.LENS|FOOBAR|ZXCOIN/.test(shouted) && shouted !== plain
            ? plain
            : shouted
        if (seen.has(utterance)) continue
        seen.add(utterance)
        cases.push({
          id: `${language}-${at}-${copy}`,
          family: `${language}.${family}`,
          language,
          utterance,
          expect: gold.none
            ? { none: true }
            : gold.need
              ? { need: gold.need }
              : {
                  steps: gold.map((step, index) => toGold(step, slots, index)),
                },
        })
      }
    }
  return cases
}

function fill(language, random, options) {
  const japaneseText = language === 'ja'
  const pick = (list) => list[random(list.length)]
  const tokens = japaneseText ? JAPANESE_TOKENS : TOKENS
  const used = new Set()
  const token = () => {
    for (;;) {
      const [said, symbol] = pick(tokens)
      if (used.has(symbol)) continue
      used.add(symbol)
      return { said, symbol }
    }
  }
  const amount = () => {
    const [said, decimal] = pick(japaneseText ? JAPANESE_AMOUNTS : AMOUNTS)
    return { said, amount: { kind: 'exact', decimal } }
  }
  const place = (list) => {
    for (;;) {
      const [said, id] = pick(list)
      if (used.has(id)) continue
      used.add(id)
      return { said, id }
    }
  }
  const person = () => {
    for (;;) {
      const said = pick(PEOPLE)
      if (used.has(said)) continue
      used.add(said)
      return { said, id: said }
    }
  }
  const [share, bps] = pick(SHARES)
  const [sum, decimal, currency] = pick(SUMS)
  const chains = japaneseText ? JAPANESE_CHAINS : CHAINS
  const lending = options.l
    ? options.l.map((id) => [id, id])
    : japaneseText
      ? JAPANESE_LENDING
      : LENDING
  return {
    a: token(),
    b: token(),
    k: token(),
    n: amount(),
    m: amount(),
    c: place(chains),
    d: place(chains),
    l: place(lending),
    x: place(EXCHANGES),
    r: person(),
    q: person(),
    s: { said: share, amount: { kind: 'share', bps } },
    f: { said: sum, amount: { kind: 'fiat', decimal, currency } },
  }
}

function toGold(step, slots, index) {
  const token = (name) =>
    name === undefined
      ? undefined
      : { symbol: name.startsWith('=') ? name.slice(1) : slots[name].symbol }
  const amount = (name) => {
    if (name === undefined) return undefined
    if (name.startsWith('>')) return { kind: 'output', step: name.slice(1) }
    if (name === 'all') return { kind: 'share', bps: 10_000 }
    if (name === 'half') return { kind: 'share', bps: 5000 }
    if (name === 'rest')
      return { kind: 'rest', keep: { decimal: slots.n.amount.decimal } }
    return slots[name].amount
  }
  const leg = ([quantity, name]) =>
    clean({ token: token(name), amount: amount(quantity) })
  const id = (name) =>
    name === undefined
      ? undefined
      : name.startsWith('=')
        ? name.slice(1)
        : slots[name].id
  return clean({
    id: `s${index + 1}`,
    action: step.action,
    sell: step.sell && leg(step.sell),
    buy: step.buy && leg(step.buy),
    ...(step.main ? leg(step.main) : {}),
    collateral: step.collateral && leg(step.collateral),
    chain: id(step.chain),
    toChain: id(step.toChain),
    venue: id(step.venue),
    pool: id(step.pool),
    to: id(step.to),
    spender: id(step.spender),
    leverage: step.leverage,
    maxSlippageBps: step.slip,
    topic: step.topic,
    of: step.of && toGold(step.of, slots, index),
    when: step.when?.map(([kind, name, comparator, value, unit, join]) =>
      clean({ kind, token: token(name), comparator, value, unit, join }),
    ),
    schedule: step.schedule,
  })
}

function clean(record) {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  )
}
