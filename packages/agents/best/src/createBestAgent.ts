import {
  type Agent,
  type AgentNetwork,
  type AgentReply,
  defineAgent,
} from '@behest/sdk'
import {
  type Address,
  type Candidate,
  type Instruction,
  isSameAddress,
  type Quote,
} from '@behest/spec'
import { encodeFunctionData, parseAbi } from 'viem'

const bpsInAll = 10_000n
const maxValidForSeconds = 120
const transferAbi = parseAbi([
  'function transfer(address to, uint256 units) returns (bool)',
])

/** How a "best of" agent is set up. */
export type BestAgentOptions = {
  readonly chainId: number
  /** What it takes for its work, of what is sold. 1 to 1000. */
  readonly feeBps: number
  /** Where the fee goes. */
  readonly feeTo: Address
  /** Contracts that the quotes it resells may let take tokens. */
  readonly spenders: readonly Address[]
  /** How many agents it asks; 3 if absent. */
  readonly maxAsked?: number
}

type Swap = Extract<Instruction, { action: 'swap' }>

/**
 * Creates an agent that owns no pool and no route: it asks other agents, resells
 * the quote that gives most, and takes a fee for it, as the quote says.
 *
 * What comes from others is data: only checked fields go into its own quote, and
 * whoever asked simulates the whole.
 */
export function createBestAgent(options: BestAgentOptions): Agent<'swap'> {
  const { chainId, feeBps, feeTo, spenders, maxAsked = 3 } = options
  return defineAgent({
    name: 'best',
    version: '1.0.0',
    summary: `Asks several swap agents and resells the best quote for ${feeBps / 100} % of what is sold.`,
    chainIds: [chainId],
    serves: ['swap'],
    feeBps,
    examples: [
      'swap 100 USDC for DAI',
      'swap 1 ETH to USDC at the best price',
      'swap 0.5 ETH to USDC',
      'sell 2 WETH for DAI',
      'convert 300 DAI to USDC',
      'trade 50 USDC into WETH',
      'exchange 1 WBTC for USDC',
      'change 20 DAI into ETH',
      'turn 0.1 ETH into DAI',
      'buy USDC with 250 DAI',
    ],
    limits: { spenders, maxValidForSeconds },
    async quote(
      instruction,
      { network, account, request, nowUnixSeconds },
    ): Promise<AgentReply> {
      const { sell, buy } = instruction
      if (sell.amount?.type !== 'exact' || buy.amount !== undefined)
        return {
          declined: 'AMOUNT_NOT_EXACT',
          message: 'The fee is a share of what is sold: say exactly how much.',
        }
      if (network === undefined)
        return {
          declined: 'NETWORK_ABSENT',
          message: 'This agent was started without other agents to ask.',
        }
      const feeUnits = (sell.amount.units * BigInt(feeBps)) / bpsInAll
      const soldUnits = sell.amount.units - feeUnits
      if (feeUnits === 0n || soldUnits <= 0n)
        return {
          declined: 'AMOUNT_TOO_SMALL',
          message: 'The fee would round to nothing. Swap more.',
        }

      const reduced: Swap = {
        ...instruction,
        sell: { ...sell, amount: { type: 'exact', units: soldUnits } },
      }
      const candidates = await network.search({ limit: maxAsked })
      const quotes = await collect({
        network,
        candidates,
        reduced,
        // One that hangs must leave time to resell what the others said.
        timeoutMs: Math.max(1, Math.floor(request.respondWithinMs / 2)),
      })
      const usable = quotes.filter(({ quote }) =>
        isUsable({ quote, reduced, soldUnits, account, spenders }),
      )
      const [best] = usable.sort((a, b) =>
        getLeast(a.quote, buy.token.address) >
        getLeast(b.quote, buy.token.address)
          ? -1
          : 1,
      )
      if (best === undefined)
        return {
          declined: 'NOBODY_QUOTED',
          message: `None of ${candidates.length} agents asked gave a quote that can be resold. Ask them directly.`,
        }
      const { quote, candidate } = best
      return {
        venue: quote.venue,
        calls: [
          ...quote.calls.map(({ to, valueWei, data }) => ({
            to,
            valueWei,
            data,
          })),
          sell.token.address === 'native'
            ? { to: feeTo, valueWei: feeUnits, note: 'The fee of this agent.' }
            : {
                to: sell.token.address,
                data: encodeFunctionData({
                  abi: transferAbi,
                  args: [feeTo, feeUnits],
                }),
                note: 'The fee of this agent.',
              },
        ],
        approvals: quote.approvals,
        spend: [{ token: sell.token, atMostUnits: sell.amount.units }],
        receive: quote.receive,
        fee: [{ token: sell.token, to: feeTo, units: feeUnits }],
        ...(quote.route === undefined ? {} : { route: quote.route }),
        validUntilUnixSeconds: Math.min(
          quote.validUntilUnixSeconds,
          nowUnixSeconds + maxValidForSeconds,
        ),
        summary: `Resold: the best of ${usable.length} quotes, by ${candidate.name}, for a fee of ${feeBps / 100} %.`,
      }
    },
  })
}

/** Asks all at once; who fails or says no is left out. */
async function collect(options: {
  readonly network: AgentNetwork
  readonly candidates: readonly Candidate[]
  readonly reduced: Swap
  readonly timeoutMs: number
}): Promise<{ readonly candidate: Candidate; readonly quote: Quote }[]> {
  const { network, candidates, reduced, timeoutMs } = options
  const answers = await Promise.allSettled(
    candidates.map((candidate) =>
      network.quote({ candidate, instruction: reduced, timeoutMs }),
    ),
  )
  return answers.flatMap((answer, index) => {
    const candidate = candidates[index]
    return answer.status === 'fulfilled' &&
      answer.value.type === 'behest.quote' &&
      candidate !== undefined
      ? [{ candidate, quote: answer.value }]
      : []
  })
}

/** Whether a quote does what was asked within what this agent may pass on. */
function isUsable(options: {
  readonly quote: Quote
  readonly reduced: Swap
  readonly soldUnits: bigint
  readonly account: Address
  readonly spenders: readonly Address[]
}): boolean {
  const { quote, reduced, soldUnits, account, spenders } = options
  const { sell, buy } = reduced
  const spent = quote.spend.reduce((sum, item) => sum + item.atMostUnits, 0n)
  return (
    quote.fee.length === 0 && // a fee on a fee is nobody's best
    quote.positions.length === 0 &&
    spent <= soldUnits &&
    quote.spend.every(({ token }) =>
      isSameAddress(token.address, sell.token.address),
    ) &&
    quote.receive.every((item) => isSameAddress(item.account, account)) &&
    getLeast(quote, buy.token.address) > 0n &&
    quote.approvals.every(({ spender }) =>
      spenders.some((known) => isSameAddress(known, spender)),
    )
  )
}

function getLeast(quote: Quote, token: string): bigint {
  return quote.receive
    .filter((item) => isSameAddress(item.token.address, token))
    .reduce((sum, { atLeastUnits }) => sum + atLeastUnits, 0n)
}
