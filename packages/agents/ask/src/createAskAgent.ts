import { type Agent, defineAgent } from '@behest/sdk'
import type { AskTopic } from '@behest/spec'
import type { AnswerTopic, AskChain } from './AskContext.js'
import { answerAllowance } from './topics/answerAllowance.js'
import { answerBalance } from './topics/answerBalance.js'
import { answerGas } from './topics/answerGas.js'
import { answerHealth } from './topics/answerHealth.js'
import { answerAgents, answerHelp } from './topics/answerHelp.js'
import { answerPosition } from './topics/answerPosition.js'
import { answerPrice } from './topics/answerPrice.js'
import { answerQuote } from './topics/answerQuote.js'
import { answerTotalSupply } from './topics/answerTotalSupply.js'
import { answerYield } from './topics/answerYield.js'

const topics: Readonly<Record<AskTopic, AnswerTopic>> = {
  price: answerPrice,
  balance: answerBalance,
  yield: answerYield,
  position: answerPosition,
  health: answerHealth,
  gas: answerGas,
  allowance: answerAllowance,
  totalSupply: answerTotalSupply,
  quote: answerQuote,
  agents: answerAgents,
  help: answerHelp,
}

/**
 * Creates the agent that answers questions from the chain: words for people,
 * and values with exact decimals for programs. It spends nothing and has no
 * calls.
 *
 * Everything in one answer is read at the request's block.
 *
 * @param options.chains - The chains served.
 * @returns The agent, frozen.
 *
 * @example
 * ```ts source="./createAskAgent.examples.ts#ask"
 * ```
 */
export function createAskAgent(options: {
  readonly chains: readonly AskChain[]
}): Agent<'ask'> {
  const chains = new Map(options.chains.map((chain) => [chain.chainId, chain]))
  return defineAgent({
    name: 'ask',
    version: '1.0.0',
    summary:
      'Answers questions from the chain: prices, balances, yields, positions, loan health, gas, allowances, supplies and what a swap would give.',
    chainIds: [...chains.keys()],
    serves: ['ask'],
    examples: [
      'what is the price of ETH?',
      'how much USDC do I have?',
      'where does USDC earn most?',
      'how healthy is my loan?',
      'what does gas cost?',
      'who may take my USDC?',
      'what would I get for 1 ETH in USDC?',
      'what is my position on Aave?',
      'how many USDC are there?',
      'which agents can swap?',
    ],
    limits: { spenders: [], maxValidForSeconds: 60 },
    async quote(question, { chainId, blockNumber, blockHash }) {
      const chain = chains.get(chainId)
      if (chain === undefined) return null
      const reply = await topics[question.topic]({
        question,
        chain,
        blockNumber,
        blockHash,
      })
      return reply === null || 'declined' in reply
        ? reply
        : {
            venue: 'chain',
            summary: `Answers about ${question.topic}.`,
            ...reply,
          }
    },
  })
}
