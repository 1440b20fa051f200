// One file because the topics compete: the first that fits the words wins.
import type { AskTopic } from '@behest/spec'
import type { DraftStep } from '../bind/DraftStep.js'
import type { Mention, Money, Part, Said } from '../clauses/Part.js'
import { readParts } from '../clauses/readParts.js'
import { getSenses, getVenueKind } from '../lexicon/lexicon.js'
import { isFamiliar } from '../lexicon/repairWord.js'
import { readQuantities } from '../phrases/readQuantities.js'
import { type Item, textOf } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'

/** What a sentence asks, or that it asks for something we do not answer. */
export type Asked =
  | {
      readonly type: 'ask'
      readonly step: DraftStep
      /** `the price of eth and btc`: the same of another token. */
      readonly others: readonly DraftStep[]
    }
  | { readonly type: 'advice' }
  /** A question that is about nothing we answer; no order hides in it. */
  | { readonly type: 'unclear' }

const OPENS =
  /^(?:(?:hey|hi|hello|yo|ok|okay|so|and|also|then|please|pls|um|gm|well|but|now|behest|bro|just|,|!|wait|quick|question|:|-|ser|sir|fren|dear|kindly|hypothetically|theoretically|roughly|advise|inform me|please advise|confirm|verify|provide(?: me| us)?(?: with)?(?= (?:the|my|our|a) (?:current|latest|present|live))|the (?=current|latest|present)) )*(?:what|what's|whats|wat|wats|current|latest|our|how|how's|hows|which|who|who's|where|where's|why|is|are|am|do|does|did|has|have|tell me|tell us|show|display|list|check|give me|view|see|get me|find|look up|lookup|let me (?:know|see)|i want to (?:know|see|check)|i'd like to (?:know|see|check)|i wanna (?:know|see|check)|can you (?:tell|show|check|give|list|find|explain|quote|look|help me (?:find|understand|check))|could you (?:tell|show|check|give|list|find|explain|quote|look)|can i (?:see|check|get a quote|know)|do you know|quote|price|(?:interest|lending|borrowing|deposit|supply|staking) (?:rates?|apy|apr)|any idea|explain|compare|calculate|estimate|simulate|report|fetch|monitor|describe|suppose|supposing|imagine|define|query|help|(?:best|highest|cheapest|top) (?:place|rate|rates|yield|yields|apy|apr|pool|pools|protocol|protocols|market|markets|vault))(?= |$)/
const INTERROGATIVE =
  /^(?:(?:hey|hi|yo|ok|so|and|bro|gm|well|but) )*(?:what|what's|whats|wats|which|who|who's|where|where's|why|how|how's|hows)(?= |$)/
const ADVICE =
  /(?:^| )(?:should i|should we|shall i|is it (?:a )?(?:good|wise|smart|worth|safe|better|bad|risky)|is now a good|worth it|good idea|would it be (?:wise|smart|good|better)|would you (?:recommend|buy|sell|suggest)|do you (?:recommend|think|believe|like|love)|what do you think|will (?:eth|btc|bitcoin|ethereum|the market|crypto|sol|it|price) (?:go|rise|fall|pump|moon|crash|drop|hit|reach|ever)|going to (?:moon|pump|crash)|price prediction|predict|which (?:coin|token) (?:should|will)|what (?:coin|token|should)|next 100x|when moon|wen moon|bull run|what would you do|your opinion|financial advice)(?= |$)/

/** Reads a question about prices, balances, rates and the like. */
export function readAsk(options: {
  readonly items: readonly Item[]
  readonly normalised: NormalisedText
  readonly clause: number
  readonly sentence: number
  /** The sentence has a verb that orders something. */
  readonly orders: boolean
}): Asked | undefined {
  const { items, orders } = options
  const words = items.filter((item) => item.type !== 'break')
  const said = words
    .map((item) => (item.type === 'number' ? item.decimal : textOf(item)))
    .filter((text) => text !== '')
    .join(' ')
  // `how about you swap …`, `why don't you lend …`: an order, politely.
  if (
    options.orders &&
    /^(?:\S+ ){0,3}(?:how|what) about (?:you |we |if you |swapp|chang|convert|send|lend|bridg|sell|buy)|^(?:\S+ ){0,2}(?:why (?:don't|dont|not) (?:you|we|u) |what if (?:you|we) )/.test(
      said,
    ) &&
    !/how (?:much|many)/.test(said)
  )
    return undefined
  if (ADVICE.test(said)) return { type: 'advice' }
  // `did you send …?`, `have you swapped …?`: about what was, and no order.
  if (
    options.orders &&
    /^(?:(?:hey|hi|so|and|ok|but|wait|bro) )*(?:why |when |where |how come )?(?:did|have|has|had|was|were|didn't|haven't|hasn't|wasn't) (?:you|u|i|we|it|my|the|they|he|she|that|this|our|bob|someone|anyone)(?= |$)/.test(
      said,
    )
  )
    return { type: 'unclear' }
  const opens = OPENS.test(said)
  const asks = isQuestionMarked(options)
  const short = words.length <= 7 && !orders
  if (!opens && !asks && !short && !/^(?:if|when) i /.test(said))
    return undefined
  const topic = findTopic(said, { opens, asks, orders })
  if (topic === undefined)
    return INTERROGATIVE.test(said) ? { type: 'unclear' } : undefined
  const parts = readParts({
    items: readQuantities(words),
    sense: topic === 'quote' ? 'swap' : 'ask',
    normalised: options.normalised,
  })
  const step = buildAsk(topic, said, parts, options)
  return { type: 'ask', step, others: listOthers(topic, step, parts) }
}

function listOthers(
  topic: AskTopic,
  step: DraftStep,
  parts: readonly Part[],
): DraftStep[] {
  const first = step.legs.main?.token
  if (first === undefined || !/^(?:price|balance|totalSupply)$/.test(topic))
    return []
  return parts.flatMap((part): DraftStep[] =>
    part.type === 'money' &&
    part.joined === true &&
    part.amount === undefined &&
    part.token?.known === true &&
    part.token.symbol !== first.symbol
      ? [{ ...step, legs: { main: { token: part.token } } }]
      : [],
  )
}

function isQuestionMarked(options: {
  readonly items: readonly Item[]
  readonly normalised: NormalisedText
}): boolean {
  const last = options.items.at(-1)
  return last?.type === 'break'
    ? options.normalised.text.slice(last.start, last.end).includes('?')
    : false
}

function findTopic(
  said: string,
  flags: { opens: boolean; asks: boolean; orders: boolean },
): AskTopic | undefined {
  const has = (pattern: RegExp) => pattern.test(said)
  const asking =
    flags.opens ||
    flags.asks ||
    /^(?:if|when) i .*(?:how (?:much|many)|what) .*(?:get|receive|give|fetch|bring|end up|comes? out|come back|is that|is it|would that be|would it be)/.test(
      said,
    )
  if (
    has(
      /(?:^| )(?:quote|quotes|quotation)(?= |$)|costs? (?:me |us )?to (?:swap|trade|convert|exchange) (?=.* (?:to|for|into) )|(?:what|how (?:much|many)).{0,60}(?:would|will|can|could|do|does|should|might|'d|'ll) (?:i|we|you|it|that) (?:get|receive|end up|obtain|buy|be getting|make|fetch|give me|give|bring|bring me)|(?:would|will|can|could) i (?:get|receive)|(?:exchange|conversion|swap) rate|rate (?:for|from|between) |what (?:would|will|do|does|can|could) .{0,40}(?:get|give|fetch|buy) (?:me|us)|(?:what|how much|how many \S+) (?:would|will|do|does|can|could) \d\S* \S+ (?:fetch|bring|give|get|yield|buy|make)|(?:if|when|suppose|supposing|imagine|say) .{0,60}(?:what|how much).{0,20}(?:comes? out|come back|turn into|would that be|do i end up with)|what(?:'d| would| do| does| will)? (?:\S+ ){0,8}come out (?:to|as|with)|how (?:much|many) (?:would|will|can|could|does|do) .{0,30}(?:get|give|fetch|buy|bring|make) (?:me|us)|(?:how much|what)(?: is|'s|s| are) \d\S* \S+ (?:in|to|worth in) (?!usd(?: |$)|dollars?|eur(?: |$)|euros?|\$|yen|jpy|total|the )|how much .{0,30}(?:for|from) (?:swapping|selling|trading|exchanging|converting)|(?:if|when|suppose|supposing|imagine|say) (?:i|we) (?:were to )?(?:swap|swapped|sell|sold|trade|traded|convert|converted|exchange|exchanged)(?= |$)|(?:need|cost|take|costs)(?: .{0,20})? to (?:buy|get)|how (?:much|many) \S+ (?:do i need|can i (?:buy|get)|for|is|are in|are) .*\d|(?:worth|equal|equals|equivalent) (?:in|to) (?!usd|dollars|eur|\$|the)/,
    ) &&
    !has(/(?:apy|apr|yield|interest|borrow|health|airdrop|loan)/) &&
    (asking || has(/^(?:get )?(?:a )?quote/))
  )
    return 'quote'
  if (!asking && flags.orders) return undefined
  const order = flags.orders && !flags.opens
  if (order) return undefined
  if (
    has(
      /health|liquidat|(?:loans?|debts?|positions?|collateral|borrow|vault|cdp) (?:.{0,19} )?(?:safe|ok|okay|fine|healthy|secure|in danger|in trouble|risky|at risk)(?= |$)|(?:safe|ok|okay|fine|healthy|secure|in danger|in trouble|risky) .{0,12}(?:is|are) (?:my|our|the) (?:loans?|debts?|positions?|collateral|borrow)|(?:^| )hf(?= |$)|(?:^| )ltv(?= |$)|underwater|loan.to.value|at risk|how (?:safe|risky|close) (?:is|am|are) (?:my|i)|margin call/,
    )
  )
    return 'health'
  if (
    (asking || /^(?:\S+ ){0,2}agents?$/.test(said)) &&
    has(
      /(?:^| )(?:agents?|solvers?|providers?)(?= |$)|who can (?:do|swap|execute|lend|bridge|serve|help|handle|offer|give me)|who (?:does|offers|provides|handles) /,
    )
  )
    return 'agents'
  if (
    has(
      /allowance|approvals?(?= |$)|(?:^| )approved(?= |$)|permissions?(?= |$)|spend my|who (?:may|can|could|is allowed to) (?:take|spend|use|move|touch)|allowed to spend|token permissions/,
    )
  )
    return 'allowance'
  if (
    has(
      /(?:total|circulating|max|maximum|current|token|full|overall) suppl|supply of |how (?:many|much) .{0,30}(?:exist|in circulation|minted|are there|in existence)|(?:'s|s) supply(?= |$)|^\S+ supply$/,
    ) &&
    !has(/apy|apr|rate|interest|yield/)
  )
    return 'totalSupply'
  if (
    has(
      /(?:^| )(?:apy|apr|apys|aprs|yield|yields|interest|interests|roi|returns)(?= |$)|(?:lending|supply|borrow|borrowing|deposit|staking|variable|stable|savings|lend|loan|funding) (?:rate|rates)|earns? (?:the )?(?:most|more|best|highest)|(?:best|highest|better|good|top) (?:place|rate|rates|return|returns|pool|pools|yield|vault|lending|market)|where .{0,40}(?:lend|earn|stake|deposit|supply|borrow)|how much (?:can|could|would|will|do|does|am) (?:i|it|we|my \S+) (?:earn|make|earning|making|be earning)|what (?:can|could|would) i earn|pays? (?:the )?(?:most|best|highest)|(?:^| )rates?(?= |$)(?!.*gas)|cheapest (?:place|to borrow|loan)|staking rewards?(?= |$)|how much does .{0,30}pay|what (?:does|do|will|would) \S+ (?:pay|pays|offer|give) (?:on|for|me (?:on|for))(?= |$)/,
    )
  )
    return 'yield'
  if (
    asking &&
    !flags.orders &&
    has(
      /^(?:\S+ ){0,2}compare (?!.*(?:price|gas|fee))|which (?:one )?(?:pays|gives|earns|yields) /,
    )
  )
    return 'yield'
  if (
    has(
      /(?:^| )(?:gas|gwei|basefee)(?= |$)|(?:network|transaction|tx|txn|bridge|bridging) fees?(?= |$)/,
    )
  )
    return 'gas'
  if (
    has(
      /(?:^| )(?:positions?|portfolio|pnl|p&l)(?= |$)|(?:^| )(?:my|our) .{0,30}(?:loans?|debts?|deposits?|lp|borrows?|collateral|stakes?|longs?|shorts?|trades?|vaults?|supplies|farms?|rewards|liquidity)(?= |$)|(?:do|did|have) i (?:owe|owed|still owe|borrow|borrowed|supply|supplied|lent|deposit|deposited|stake|staked)|(?:have|am|'ve) (?:i )?(?:supplied|borrowed|deposited|staked|lent|lending|borrowing|staking|earned|owing|locked)|i (?:have|'ve|had) .{0,30}(?:borrowed|supplied|deposited|staked|lent|locked|in aave|on aave|in compound)|(?:^| )i(?:'ve)? (?:borrowed|supplied|deposited|staked|owe)(?= |$)|how much (?:debt|collateral)|open (?:trades|orders|loans|interest)|claimable|unclaimed|rewards (?:do|have) i|pending rewards|how much (?:\S+ )?can i (?:still |yet )?borrow|borrowing power|borrow limit|max borrow|can i borrow(?: more)?$|available to borrow/,
    )
  )
    return 'position'
  if (
    // `14 bal → usdc` counts a token of that name.
    !has(/(?:^| )\d\S* bal(?= |$)/) &&
    has(
      /(?:^| )(?:balances?|holdings|networth|net worth|bal)(?= |$)|^(?:\S+ )?wallet$|(?:what|how|show|check|list|see|view|is|in) .{0,20}wallet(?= |$)|how (?:much|many) .{0,40}(?:do|have|did) i (?:have|hold|own|got|possess|still have|currently have)|how (?:much|many) .{0,30}(?:have i|i have|i own|i hold|i got|i've got|am i holding|is in my|are in my|in my)|do i (?:still |even |currently |already |really |actually )?(?:have|own|hold)|have i still got|(?:is|are) there (?:any |some )?\S+ (?:left )?(?:in|on) my|(?:any|some) \S+ left(?= |$)|what am i (?:holding|sitting on)|(?:does|do|has|is) \S+ (?:have|hold|own|got)(?= |$)|holdings? of \S+\.\S+|i (?:have|own|hold) how (?:much|many)|what(?:'s| is| are| do| tokens?| coins?| assets?).{0,30}(?:do i (?:have|own|hold)|in my (?:wallet|account)|i (?:have|own|hold))|^(?:\S+ ){0,2}my (?:tokens|coins|assets|funds|money|bags?|stack|usdc|eth|dai|usdt|weth|wbtc|crypto)$|am i rich|have i got|^balances?$|(?:show|list|check) (?:me )?my (?:tokens|coins|assets|\S+)$/,
    )
  )
    return 'balance'
  if (
    has(
      /(?:^| )(?:price check|price|prices|cost|costs|worth(?! of(?: |$))|market cap|mcap|marketcap|trading at|going for|valued|valuation|market value|fdv|ath)(?= |$)/,
    ) ||
    (asking &&
      has(
        /(?:how much (?:is|are|does|for)|what(?:'s|s| is| are)|how (?:is|'s|s)|where(?:'s| is)) .{0,25}(?:at|trading|now|today|right now|rn|currently|doing)(?= |$)/,
      ))
  )
    return 'price'
  if (asking && has(/^(?:.{0,12})(?:how much (?:is|are|'s) |how much for )/))
    return 'price'
  if (
    has(
      /^(?:.{0,16} )?help(?: me| please| pls| out| me out| me please)?$|help .{0,30}(?:token|crypto|defi|wallet|swap|bridge|stak|lend)|what (?:can|do) you (?:do|support|offer)|what (?:(?:sorts?|kinds?|types?) of )?(?:things?|stuff|orders?|tasks?|actions?|jobs?) (?:can|could|do|will) (?:you|u) |what are you able|what (?:can|could|should) (?:i|we|one|someone) do (?:here|with (?:this|it|you|behest))|what (?:else )?(?:is|does) (?:this|it)(?: thing| app| bot)?(?: do| for| about)?$|what(?:'s| is) (?:this|possible|this all about)(?= |$)|show me (?:what you can do|the ropes|around)|how (?:do|can|to|does|would|should|could) (?:i|you|one|this|it|we|behest|swap|bridge|lend|borrow|stake|buy|sell|send|swapping|bridging|lending|staking|defi|aave|uniswap|compound|lido|curve|gmx|slippage|leverage|liquidation|a |an |the )|how to |what(?:'s|s| is| are| does)(?: an?| the)? (?:\S+ ){0,3}(?:swap|swaps|bridge|bridging|slippage|leverage|staking|liquidity|lending|borrowing|impermanent loss|defi|yield farming|apy|gas|intent|intents|behest|collateral|amm|dex|stablecoin|wrapped|liquidation|pool|vault|rollup|l2|aave|uniswap|compound|lido|curve|gmx|morpho|restaking|token|nft|mev|flash loan|smart contract)|(?:which|what) (?:chains?|tokens?|protocols?|networks?|dexes|actions|commands|venues|assets)(?: .{0,20})?(?:support|available|can|do you|are|work)|(?:commands|tutorial|instructions|features)(?= |$)|(?:explain|difference between|tell me about) .{0,40}(?:swap|bridg|slippage|leverage|stak|liquidity|lend|borrow|impermanent|defi|yield|apy|gas|collateral|amm|dex|stablecoin|wrapped|liquidat|pool|vault|token|crypto|wallet|behest|aave|uniswap|eth|usdc|l2|rollup)|what is behest|who are you|what are you(?= |$)|(?:do|does|can|is|are) (?:you|it|behest|this) (?:support|supported|work|available|handle)|how does (?:this|it|that) work|why (?:is|are|did|does|do) (?:my|the) (?:swap|tx|transaction|trade|bridge|gas|order)/,
    )
  )
    return 'help'
  return undefined
}

function buildAsk(
  topic: AskTopic,
  said: string,
  parts: readonly Part[],
  options: {
    readonly items: readonly Item[]
    readonly normalised: NormalisedText
    readonly clause: number
    readonly sentence: number
  },
): DraftStep {
  const first = options.items[0]
  const verb = { start: first?.start ?? 0, end: first?.end ?? 0 }
  const monies = parts.filter((part): part is Money => part.type === 'money')
  const chain = parts.find((part) => part.type === 'chain')
  const venue =
    parts.find((part) => part.type === 'venue') ??
    (/^(?:yield|position|health)$/.test(topic)
      ? findPayer(options.items)
      : undefined)
  const party = parts.find((part) => part.type === 'party')
  const pool = parts.find((part) => part.type === 'pool')
  const base = {
    action: 'ask' as const,
    verb,
    clause: options.clause,
    sentence: options.sentence,
    joined: false,
    topic,
    ...(chain === undefined ? {} : { chain: said_(chain, chain.id) }),
    ...(venue === undefined ? {} : { venue: said_(venue, venue.id) }),
    ...(pool === undefined ? {} : { pool: said_(pool, pool.pool) }),
  }
  if (topic === 'quote') {
    const of = buildQuote(said, monies, base)
    // Where it would be traded is said of the trade.
    const { venue: _v, ...asked } = base as typeof base & {
      venue?: Said<string>
    }
    return {
      ...asked,
      legs: {},
      of: {
        ...of,
        ...('chain' in base ? { chain: base.chain } : {}),
        ...('venue' in base ? { venue: base.venue } : {}),
      },
    }
  }
  // `where can i earn the most on arb`: a token, whatever else has the name.
  const place =
    /^(?:yield|price|balance)$/.test(topic) && monies.length === 0
      ? (chain ?? venue)
      : undefined
  const symbol =
    place === undefined ||
    // `best apy on morpho`: what pays interest, and not its coin.
    (venue !== undefined && getVenueKind(venue.id) === 'lending') ||
    findUnknownToken(options.items, topic) !== undefined ||
    (topic === 'yield' && !/(?:most|more|best|earn)/.test(said)) ||
    // `my balance on arb`: where, and not of what.
    (topic === 'balance' && !/(?:any|much|many|some) \S+(?: |$)/.test(said))
      ? undefined
      : getSenses(options.normalised.text.slice(place.start, place.end))?.token
  if (
    place !== undefined &&
    symbol !== undefined &&
    (chain === undefined || venue === undefined)
  ) {
    const {
      chain: _c,
      venue: _v,
      ...plain
    } = base as typeof base & {
      chain?: Said<string>
      venue?: Said<string>
    }
    return {
      ...plain,
      legs: {
        main: {
          token: { start: place.start, end: place.end, symbol, known: true },
        },
      },
    }
  }
  // `usdc apy aave`, `compare aave and compound for usdc`: a protocol's name
  // beside a token is the protocol.
  const named = monies.filter((each) => each.token !== undefined)
  const isProtocol = (each: Money) =>
    each.amount === undefined &&
    getVenueKind(each.token?.symbol?.toLowerCase() ?? '') === 'lending'
  const protocols =
    /^(?:yield|position|health)$/.test(topic) && venue === undefined
      ? named.filter(isProtocol)
      : []
  const asset = named.find((each) => !protocols.includes(each))
  const only = protocols[0]?.token
  if (asset !== undefined && only?.symbol !== undefined)
    return {
      ...base,
      ...(protocols.length === 1
        ? { venue: said_(only, only.symbol.toLowerCase()) }
        : {}),
      legs: asset.token === undefined ? {} : { main: { token: asset.token } },
    }
  const money = named[0] ?? findUnknownToken(options.items, topic)
  const token =
    topic === 'gas' || topic === 'help' || topic === 'agents'
      ? undefined
      : money?.token
  const spender =
    topic === 'allowance'
      ? party !== undefined
        ? said_(party, party.text)
        : venue !== undefined
          ? said_(venue, venue.id)
          : undefined
      : undefined
  const { venue: _venue, ...noVenue } = base as typeof base & {
    venue?: Said<string>
  }
  return {
    ...(topic === 'allowance' ? noVenue : base),
    legs:
      token === undefined
        ? {}
        : {
            main: {
              token,
              // The price of one is the price.
              ...(topic === 'price' &&
              money?.amount !== undefined &&
              !(
                money.amount.value.kind === 'number' &&
                money.amount.value.decimal === '1'
              )
                ? { amount: money.amount }
                : {}),
            },
          },
    ...(party !== undefined && topic !== 'allowance'
      ? { account: said_(party, party.text) }
      : {}),
    ...(spender === undefined ? {} : { spender }),
  }
}

/** `what apy does compound pay`: a place where interest is paid, without `on`. */
function findPayer(
  items: readonly Item[],
): (Said<string> & { readonly id: string }) | undefined {
  const at = items.findIndex(
    (item, index) =>
      item.type === 'word' &&
      item.senses.venue !== undefined &&
      getVenueKind(item.senses.venue) === 'lending' &&
      (/^(?:does|do|will|would|can)$/.test(textOf(items[index - 1])) ||
        /^(?:pay|pays|paying|gives|offers)$/.test(textOf(items[index + 1]))),
  )
  const item = items[at]
  return item?.type === 'word' && item.senses.venue !== undefined
    ? {
        start: item.start,
        end: item.end,
        value: item.senses.venue,
        id: item.senses.venue,
      }
    : undefined
}

/** `the price of FOO`: a name that we do not know is as said. */
function findUnknownToken(
  items: readonly Item[],
  topic: AskTopic,
): Pick<Money, 'token' | 'amount'> | undefined {
  if (!/^(?:price|balance|yield|totalSupply|allowance)$/.test(topic))
    return undefined
  for (const [at, item] of items.entries()) {
    if (item.type !== 'word' || Object.keys(item.senses).length > 0) continue
    if (isFamiliar(item.text) || !/^[a-z][a-z0-9.]{1,15}$/.test(item.text))
      continue
    const cue = textOf(items[at - 1])
    if (!/^(?:of|for|is|much|many|my|on|the|'s|whats|what's|)$/.test(cue))
      continue
    return {
      token: {
        start: item.start,
        end: item.end,
        symbol: item.text.toUpperCase(),
        known: false,
      },
    }
  }
  return undefined
}

/** `what would I get for 3 WBTC in ETH`: the trade that is asked about. */
function buildQuote(
  said: string,
  monies: readonly Money[],
  base: Pick<DraftStep, 'verb' | 'clause' | 'sentence' | 'joined'>,
): DraftStep {
  const wantsToBuy =
    /(?:need|cost|costs|take|spend)(?: .{0,20})? (?:to|for) (?:buy|get|acquire|\d)|how much .{0,20}do i need|(?:to|i) (?:buy|purchase) \d/.test(
      said,
    ) && !/(?:get|buy) (?:for|with)/.test(said)
  const counted = monies.find((money) => money.amount !== undefined)
  const others = monies.filter(
    (money) => money !== counted && money.token !== undefined,
  )
  const other = others.find(
    (money) => money.token?.symbol !== counted?.token?.symbol,
  )
  const leg = (
    money: Money | undefined,
  ): { token?: Mention; amount?: Money['amount'] & object } => ({
    ...(money?.token === undefined ? {} : { token: money.token }),
    ...(money?.amount === undefined ? {} : { amount: money.amount }),
  })
  let sell = leg(counted ?? others[0])
  let buy = leg(counted === undefined ? others[1] : other)
  if (
    counted === undefined &&
    /how (?:much|many) /.test(said) &&
    others.length === 2
  ) {
    // `how much usdc for my eth`
    sell = leg(others[1])
    buy = leg(others[0])
  }
  if (wantsToBuy) [sell, buy] = [buy, sell]
  return {
    verb: base.verb,
    clause: base.clause,
    sentence: base.sentence,
    joined: false,
    action: 'swap',
    legs: { sell, buy },
  }
}

function said_(
  range: { start: number; end: number },
  value: string,
): Said<string> {
  return { start: range.start, end: range.end, value }
}
