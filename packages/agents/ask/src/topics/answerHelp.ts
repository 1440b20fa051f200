import { type AnswerTopic, answer } from '../AskContext.js'

const canDo = [
  { action: 'swap', example: 'swap 1 ETH for USDC' },
  { action: 'transfer', example: 'send 50 USDC to alice.eth' },
  { action: 'supply', example: 'lend 500 USDC where it earns most' },
  { action: 'withdraw', example: 'take my USDC out of Aave' },
  { action: 'borrow', example: 'borrow 1000 USDC against 1 ETH' },
  { action: 'repay', example: 'pay back all my DAI' },
  { action: 'approve', example: 'let 0x… take 20 DAI' },
  { action: 'revoke', example: 'revoke the allowance of 0x… on my USDC' },
] as const

const canAnswer = [
  { topic: 'price', example: 'what is the price of ETH?' },
  { topic: 'balance', example: 'how much USDC do I have?' },
  { topic: 'yield', example: 'where does USDC earn most?' },
  { topic: 'position', example: 'what have I lent and borrowed?' },
  { topic: 'health', example: 'how healthy is my loan?' },
  { topic: 'gas', example: 'what does gas cost?' },
  { topic: 'allowance', example: 'who may take my USDC?' },
  { topic: 'totalSupply', example: 'how much USDC is there?' },
  { topic: 'quote', example: 'what would I get for 1 ETH in USDC?' },
] as const

/** "what can you do?" */
export const answerHelp: AnswerTopic = async () =>
  answer(
    `Say what you want in one sentence: ${canDo.map(({ example }) => `“${example}”`).join(', ')}. Several things in one sentence work too: “swap half my ETH to USDC and lend it”. Or ask: ${canAnswer.map(({ example }) => `“${example}”`).join(', ')}. Nothing is sent before you have approved it.`,
    { canDo: [...canDo], canAnswer: [...canAnswer] },
  )

/** "which agents are there?" This agent knows of no other: the registry does. */
export const answerAgents: AnswerTopic = async ({ chain }) =>
  answer(
    `Agents are found in the registry. Search it by what you want done on ${chain.chainName}: behest agents search "lend USDC".`,
    { command: 'behest agents search', path: '/v1/search' },
  )
