// Writes src/lexicon/tokens.wide.json and chains.wide.json from public lists:
// @metamask/contract-metadata (ISC) and the chains of viem (MIT). Needs the built
// package: `npm run build -w @behest/language && node lexica/generate.mjs`. What our
// own lexica name already, and what could be taken for something else, stays out.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as viemChains from 'viem/chains'

const data = (name) =>
  JSON.parse(
    readFileSync(
      new URL(`../src/lexicon/${name}.json`, import.meta.url),
      'utf8',
    ),
  )
const { tokens } = data('tokens')
const { chains } = data('chains')
const { venues } = data('venues')
const common = new Set(data('commonWords'))
const verbs = new Set(Object.values(data('verbs')).flat())
const { isFamiliar } = await import('../dist/lexicon/repairWord.js')
const contracts = createRequire(import.meta.url)('@metamask/contract-metadata')

const taken = new Set([
  ...tokens.flatMap(({ symbol, aliases = [] }) => [
    symbol.toLowerCase(),
    ...aliases,
  ]),
  ...chains.flatMap(({ aliases }) => aliases),
  ...venues.flatMap(({ aliases }) => aliases),
  ...verbs,
])
/** Symbols that people hold most: one letter away from them is a trap. */
const CORE = [
  'usdc',
  'usdt',
  'weth',
  'wbtc',
  'steth',
  'link',
  'aave',
  'dai',
  'eth',
  'btc',
  'uni',
]

const named = new Map()
for (const { symbol, name, erc20 } of Object.values(contracts)) {
  if (!erc20 || !/^[A-Za-z][A-Za-z0-9]{2,9}$/.test(symbol)) continue
  const lower = symbol.toLowerCase()
  if (taken.has(lower) || common.has(lower)) continue
  const before = named.get(lower)
  named.set(lower, { symbol, names: [...(before?.names ?? []), name.trim()] })
}
const wide = [...named.values()]
  .map(({ symbol, names }) => {
    const near = CORE.find((core) => isOneAway(symbol.toLowerCase(), core))
    const alias = names[0].toLowerCase()
    const plain =
      names.length === 1 &&
      /^[a-z]{5,}$/.test(alias) &&
      alias !== symbol.toLowerCase() &&
      !taken.has(alias) &&
      !common.has(alias) &&
      !isFamiliar(alias)
    return {
      symbol,
      ...(plain ? { alias } : {}),
      // Several tokens bear the name, or it is a slip away from a great one.
      ...(names.length > 1 ? { several: true } : {}),
      ...(near === undefined ? {} : { near: near.toUpperCase() }),
    }
  })
  .sort((a, b) => (a.symbol.toLowerCase() < b.symbol.toLowerCase() ? -1 : 1))
write('tokens.wide', { tokens: wide })

const ids = new Map()
for (const chain of Object.values(viemChains)) {
  if (typeof chain !== 'object' || chain.testnet === true) continue
  if (/test|sepolia|devnet|goerli|local|hardhat|anvil/i.test(chain.name))
    continue
  const name = chain.name
    .toLowerCase()
    .replace(/ (?:mainnet|network|chain|one|l1|l2)$/g, '')
    .trim()
  if (!/^[a-z][a-z0-9]{4,}$/.test(name)) continue
  if (taken.has(name) || common.has(name) || isFamiliar(name)) continue
  if (named.has(name) || ids.has(name)) continue
  ids.set(name, chain.id)
}
write('chains.wide', { chains: [...ids.keys()].sort().join(' ') })

function write(name, content) {
  writeFileSync(
    new URL(`../src/lexicon/${name}.json`, import.meta.url),
    `${JSON.stringify(content, null, 2)}\n`,
  )
  console.log(name)
}

function isOneAway(one, other) {
  if (one === other || Math.abs(one.length - other.length) > 1) return false
  let at = 0
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1
  return (
    one.slice(at + 1) === other.slice(at + 1) ||
    one.slice(at + 1) === other.slice(at) ||
    one.slice(at) === other.slice(at + 1)
  )
}
