import { type EvmChainPort, erc20Abi } from '@behest/evm'
import {
  type Agent,
  type AgentReply,
  defineAgent,
  getAmountUnits,
  type InstructionOf,
  type QuoteContext,
} from '@behest/sdk'
import { type Address, isSameAddress, toDecimal } from '@behest/spec'
import { encodeFunctionData } from 'viem'

/** What the transfer agent needs of a chain. An `EvmChainPort` has it. */
export type TransferChain = Pick<
  EvmChainPort,
  'chainId' | 'deployment' | 'readAllowances'
>

// The chain's own precompiled contracts: whatever is sent there stays there.
const lastPrecompile = 0xffffn

// Where the amount stands in transfer(address,uint256): after the selector and
// the first word.
const amountOffset = 36

/**
 * Creates the agent that sends tokens and the native coin, and sets and revokes
 * allowances.
 *
 * It declines recipients that money does not come back from: the zero address,
 * precompiled contracts, the token itself, listed tokens, and the sender.
 *
 * @param options.chains - The chains served; allowances are read from them.
 * @returns The agent, frozen.
 *
 * @example
 * ```ts source="./createTransferAgent.examples.ts#serve"
 * ```
 */
export function createTransferAgent(options: {
  readonly chains: readonly TransferChain[]
}): Agent<'transfer' | 'approve' | 'revoke'> {
  const chains = new Map(options.chains.map((chain) => [chain.chainId, chain]))
  return defineAgent({
    name: 'transfer',
    version: '1.0.0',
    summary:
      'Sends tokens and the native coin to an address, and sets or revokes allowances.',
    chainIds: [...chains.keys()],
    serves: ['transfer', 'approve', 'revoke'],
    examples: [
      'send 50 USDC to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      'transfer 0.1 ETH to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      'pay 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 12.5 DAI',
      'give 5 USDC to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      'send all my DAI to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      'send half my USDC to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      'let 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 take 20 DAI',
      'approve 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 for 100 USDC',
      'revoke the allowance of 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 on my USDC',
      'cancel the DAI allowance of 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    ],
    // None of its own: only the spender that the user names.
    limits: { spenders: [], maxValidForSeconds: 600 },
    async quote(instruction, context) {
      const chain = chains.get(context.chainId)
      if (chain === undefined) return null
      switch (instruction.action) {
        case 'transfer':
          return quoteTransfer({ instruction, context, chain })
        case 'approve':
        case 'revoke':
          return quoteAllowance({ instruction, context, chain })
        default:
          return instruction satisfies never
      }
    },
  })
}

function quoteTransfer(options: {
  readonly instruction: InstructionOf<'transfer'>
  readonly context: QuoteContext
  readonly chain: TransferChain
}): AgentReply {
  const { instruction, context, chain } = options
  const { token, amount, to } = instruction
  const refusal =
    findBadParty({ party: to, token: token.address, context, chain }) ??
    (amount.type === 'share'
      ? decline(
          'AMOUNT_UNRESOLVED',
          'A share of what? Ask with an exact amount.',
        )
      : undefined)
  if (refusal !== undefined) return refusal

  const { units, expectedUnits } = getAmountUnits({ amount })
  if (units === 0n)
    return decline('AMOUNT_ZERO', 'Nothing would be sent. Ask for an amount.')
  const note = `${toDecimal(units, token.decimals)} ${token.symbol} to ${to}`
  return {
    venue: 'transfer',
    calls: [
      token.address === 'native'
        ? { to, valueWei: units, amountOffsets: [-1], note: clip(note) }
        : {
            to: token.address,
            data: encodeFunctionData({
              abi: erc20Abi,
              functionName: 'transfer',
              args: [to, units],
            }),
            amountOffsets: [amountOffset],
            note: clip(note),
          },
    ],
    spend: [{ token, atMostUnits: expectedUnits }],
    receive: [{ token, account: to, atLeastUnits: units, expectedUnits }],
    summary: `Sends ${note}.`,
  }
}

async function quoteAllowance(options: {
  readonly instruction: InstructionOf<'approve' | 'revoke'>
  readonly context: QuoteContext
  readonly chain: TransferChain
}): Promise<AgentReply> {
  const { instruction, context, chain } = options
  const { token, spender } = instruction
  if (token.address === 'native')
    return decline(
      'NATIVE_HAS_NO_ALLOWANCE',
      `${token.symbol} has no allowances: nobody can take it. Name a token.`,
    )
  const units = getAllowanceUnits(instruction)
  if (units === undefined)
    return decline(
      'AMOUNT_UNRESOLVED',
      'An allowance is a fixed number. Ask with an exact amount.',
    )
  const [before = 0n] = await chain.readAllowances({
    account: context.account,
    pairs: [{ token: token.address, spender }],
    blockNumber: context.blockNumber,
  })
  if (before === units)
    return decline(
      units === 0n ? 'NOTHING_TO_REVOKE' : 'ALLOWANCE_IS_SET',
      units === 0n
        ? `${spender} may take no ${token.symbol} as it is.`
        : `${spender} may take exactly that much ${token.symbol} already.`,
    )
  // Taking a right away is always fine, whoever has it.
  const refusal =
    units === 0n
      ? undefined
      : findBadParty({ party: spender, token: token.address, context, chain })
  if (refusal !== undefined) return refusal

  const approve = (amount: bigint) => ({
    to: token.address as Address,
    data: encodeFunctionData({
      abi: erc20Abi,
      functionName: 'approve',
      args: [spender, amount],
    }),
  })
  const decimal = toDecimal(units, token.decimals)
  return {
    venue: 'transfer',
    // Some tokens refuse to change an allowance that is not 0.
    calls:
      units > 0n && before > 0n
        ? [approve(0n), approve(units)]
        : [approve(units)],
    spend: [],
    summary:
      units === 0n
        ? `Takes the allowance on ${token.symbol} away from ${spender}.`
        : `Lets ${spender} take ${decimal} ${token.symbol}.`,
  }
}

/** `undefined` where the amount is not a fixed number. */
function getAllowanceUnits(
  instruction: InstructionOf<'approve' | 'revoke'>,
): bigint | undefined {
  if (instruction.action === 'revoke') return 0n
  return instruction.amount.type === 'exact'
    ? instruction.amount.units
    : undefined
}

function findBadParty(options: {
  readonly party: Address
  readonly token: string
  readonly context: QuoteContext
  readonly chain: TransferChain
}): AgentReply | undefined {
  const { party, token, context, chain } = options
  if (BigInt(party) <= lastPrecompile)
    return decline(
      'PARTY_IS_NOBODY',
      `${party} belongs to nobody: what goes there is lost. Name another address.`,
    )
  if (isSameAddress(party, context.account))
    return decline('PARTY_IS_SENDER', 'That is your own address.')
  const { tokens, wrappedNative } = chain.deployment
  const contracts = [token, wrappedNative, ...tokens.map((one) => one.address)]
  if (contracts.some((contract) => isSameAddress(contract, party)))
    return decline(
      'PARTY_IS_TOKEN',
      `${party} is a token's contract: what goes there is lost. Name another address.`,
    )
  return undefined
}

function decline(code: string, message: string): AgentReply {
  return { declined: code, message }
}

function clip(text: string): string {
  return text.slice(0, 200)
}
