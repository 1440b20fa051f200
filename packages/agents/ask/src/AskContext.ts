import type { EvmChainPort } from '@behest/evm'
import type { AgentQuote, AgentReply, InstructionOf } from '@behest/sdk'
import type { Address, Hex, Token } from '@behest/spec'

/** What the ask agent needs of a chain: an `EvmChainPort`. */
export type AskChain = EvmChainPort

/** One question, and the block that it is answered for. */
export type AskContext = {
  readonly question: InstructionOf<'ask'>
  readonly chain: AskChain
  /** Everything is read at this block, so that an answer agrees with itself. */
  readonly blockNumber: bigint
  readonly blockHash: Hex
}

/** Answers one topic. */
export type AnswerTopic = (context: AskContext) => Promise<AgentReply>

/** What an answer holds: words for people, values for programs. */
export type Answer = NonNullable<AgentQuote['answer']>

/** Builds a reply that only answers. Amounts in `values` are exact decimals. */
export function answer(
  text: string,
  values: NonNullable<Answer['values']>,
): AgentReply {
  return { answer: { text: text.slice(0, 4_000), values } }
}

/** Builds a reasoned no. */
export function decline(code: string, message: string): AgentReply {
  return { declined: code, message }
}

/** The contract that a token's amounts are traded and lent as. */
export function toContract(token: Token, chain: AskChain): Address {
  return token.address === 'native'
    ? chain.deployment.wrappedNative
    : token.address
}

/** The tokens that the chain's list vouches for, the native coin first. */
export function listTokens(chain: AskChain): readonly Token[] {
  const { chainId, nativeToken, deployment } = chain
  return [
    nativeToken,
    ...deployment.tokens.map(({ address, symbol, name, decimals }) => ({
      chainId,
      address,
      symbol,
      name,
      decimals,
    })),
  ]
}
