// Agents and requests as people write them, made from a seed: sentences of many
// trades, with the words that all share, the words of a trade, and names that
// nobody else has. Word frequencies fall as those of language do.

const trades = {
  swap: 'exchange|token trade|liquidity pools|slippage|best execution|order splitting|price impact|routing|stablecoin pairs|limit orders|aggregator|gas costs|spread|depth|market maker',
  supply:
    'deposit|interest|lending market|yield|passive income|utilisation|vault|savings rate|money market|supply cap|idle balance|compounding|risk tier|allocator|rebalancing',
  borrow:
    'loan|collateral|health factor|credit line|liquidation threshold|debt ceiling|repayment|leverage|interest rate|margin|over-collateralised|mortgage|refinance|stable debt|safety buffer',
  transfer:
    'payment|recipient|invoice|payroll|address book|remittance|batch payout|settlement|memo|tips|donation|subscription|escrow|refund|ENS name',
  ask: 'portfolio|balance|price feed|report|analytics|dashboard|alert|history|tax lots|position summary|market news|gas tracker|audit|on-chain data|explorer',
  stake:
    'validator|staking rewards|liquid staking|restaking|delegation|epoch|slashing cover|unbonding|consensus yield|node operator|withdrawal queue|reward boost|commission|beacon chain|solo staker',
  bridge:
    'cross-chain|layer two|rollup|canonical bridge|relayer|message passing|finality|wrapped asset|fast exit|liquidity network|destination chain|fee quote|proof|native gas top up|route finder',
}
export const actions = Object.keys(trades)
const verbs =
  'finds|compares|moves|watches|splits|executes|plans|protects|collects|settles|optimises|simulates|schedules|verifies|explains|forwards|balances|hedges|tracks|guards'.split(
    '|',
  )
const whom =
  'small wallets|treasuries|traders|long-term holders|DAO contributors|newcomers|market makers|merchants|families|freelancers|funds|game guilds|charities|exporters|students'.split(
    '|',
  )
const manner =
  'without custody|with the lowest fee|in one transaction|after a dry run|with exact approvals|across several venues|while gas is cheap|with a signed quote|in seconds|with no leftover dust|only when it pays|with a clear report|under a fixed limit|at the best known rate|step by step'.split(
    '|',
  )
const closing =
  'Works on testnets too.|Fees are shown before you agree.|Audited twice.|Open source.|Never holds your keys.|Answers in English and Spanish.|Made by two engineers.|Free below a hundred dollars.|Refuses what it cannot prove.|Needs no account.'.split(
    '|',
  )
export const tokens = [
  'ETH',
  'USDC',
  'DAI',
  'WBTC',
  'LINK',
  'UNI',
  'AAVE',
  'USDT',
  'wstETH',
  'ARB',
]
export const chains = [1, 10, 8453, 42161, 137]
export const venues = ['uniswap', 'aave', 'morpho', 'curve', 'balancer', 'lido']
const syllables =
  'ka lo mi tra ne pol ri su ven xo da fen gu hir bel cor dyn el fra gor hal ist jun kel lum mor nex ori pra qui'.split(
    ' ',
  )

/** A source of numbers that two runs draw alike. */
export function createDraw(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    pick: (list) => list[Math.floor(next() * list.length)],
    below: (most) => Math.floor(next() * most),
  }
}

const tail = Array.from({ length: 20_000 }, (_, rank) => {
  let text = ''
  for (let rest = rank + 900; rest > 0; rest = Math.floor(rest / 30))
    text += syllables[rest % 30]
  return text
})
/** A name of a product or a maker; few are everywhere, most are rare. */
const drawTail = ({ next }) =>
  tail[Math.min(19_999, Math.floor(20_000 ** next()) - 1)]

const words = (text) => text.split('|')
const tradeWords = Object.fromEntries(
  Object.entries(trades).map(([action, text]) => [action, words(text)]),
)

/** A request such as people type. */
export function drawRequest(draw, length) {
  const action = draw.pick(actions)
  const parts = [
    draw.pick(tradeWords[action]),
    draw.pick(tokens),
    draw.pick(manner),
    draw.pick(tradeWords[action]),
    draw.pick(verbs),
    draw.pick(whom),
    drawTail(draw),
  ]
  return parts.join(' ').split(' ').slice(0, length).join(' ')
}

/** A name such as authors give. */
export function drawName(draw) {
  return `${drawTail(draw)}-${draw.pick(tradeWords[draw.pick(actions)]).replaceAll(' ', '-')}`
}

/** One agent's manifest. */
export function drawManifest(draw, number) {
  const action = draw.pick(actions)
  const own = tradeWords[action]
  const maker = drawTail(draw)
  const clause = () =>
    `${draw.pick(verbs)} ${draw.pick(own)} for ${draw.pick(whom)} ${draw.pick(manner)}`
  const sentences = [
    `${maker} ${clause()}.`,
    ...Array.from(
      { length: 1 + draw.below(3) },
      () =>
        `It ${clause()}, and ${draw.pick(verbs)} ${draw.pick(own)} of ${draw.pick(tokens)} on ${draw.pick(venues)}.`,
    ),
    draw.pick(closing),
  ]
  return {
    name: `${maker}-${draw.pick(own).replaceAll(' ', '-')}-${number}`,
    description: sentences.join(' '),
    url: `https://agent-${number}.example`,
    examples: Array.from({ length: draw.below(4) }, () =>
      drawRequest(draw, 4 + draw.below(8)),
    ),
    capabilities: [
      {
        action,
        chains: draw.next() < 0.2 ? 'any' : [draw.pick(chains)],
        tokens:
          draw.next() < 0.5 ? 'any' : [draw.pick(tokens), draw.pick(tokens)],
        venues: [draw.pick(venues)],
        feeBps: draw.below(50),
      },
    ],
  }
}
