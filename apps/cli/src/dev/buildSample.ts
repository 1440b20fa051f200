import { readAgentCard } from '@behest/sdk'
import { createTestRequest } from '@behest/sdk/testing'
import {
  type Address,
  type Instruction,
  quoteRequestSchema,
  type Token,
} from '@behest/spec'
import { createPublicClient, http } from 'viem'
import * as z from 'zod'

const account: Address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const friend: Address = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const chainTimeoutMs = 1_000

/**
 * Builds a request to try an agent with: its first action, at the head of the
 * local chain where that runs, else at a made-up block.
 *
 * @param options.agentUrl - Where the agent serves its card.
 * @param options.rpcUrl - The local chain.
 * @param options.requestId - Asked twice with one id, an agent answers the same.
 * @returns A JSON-RPC call of A2A 1.0.
 */
export async function buildSample(options: {
  readonly agentUrl: string
  readonly rpcUrl: string
  readonly requestId: string
}): Promise<unknown> {
  const { requestId } = options
  const response = await fetch(
    `${options.agentUrl}/.well-known/agent-card.json`,
  )
  const { profile } = await readAgentCard(await response.text())
  const { chainId, ...head } = await readHead(options.rpcUrl)
  const request = createTestRequest({
    instruction: buildInstruction(
      profile.capabilities[0]?.action ?? 'transfer',
      chainId,
    ),
    account,
    chainId,
    requestId,
    ...head,
  })
  return {
    jsonrpc: '2.0',
    id: requestId,
    method: 'SendMessage',
    params: {
      message: {
        messageId: requestId,
        role: 'ROLE_USER',
        parts: [
          {
            data: z.encode(quoteRequestSchema, request),
            mediaType: 'application/json',
          },
        ],
      },
    },
  }
}

async function readHead(rpcUrl: string) {
  try {
    const client = createPublicClient({
      transport: http(rpcUrl, { retryCount: 0, timeout: chainTimeoutMs }),
    })
    const [chainId, block] = await Promise.all([
      client.getChainId(),
      client.getBlock(),
    ])
    return {
      chainId,
      blockNumber: block.number,
      blockHash: block.hash,
      nowUnixSeconds: Number(block.timestamp),
    }
  } catch {
    return { chainId: 31_337 } // no chain runs: the request says so by its block
  }
}

function buildInstruction(action: string, chainId: number): Instruction {
  const eth: Token = { chainId, address: 'native', symbol: 'ETH', decimals: 18 }
  const amount = { type: 'exact', units: 10n ** 17n } as const
  const usdc: Token = {
    chainId,
    // Stands for a token: put in the one that you serve.
    address: '0x0000000000000000000000000000000000000c01',
    symbol: 'USDC',
    decimals: 6,
  }
  switch (action) {
    case 'swap':
      return {
        action,
        sell: { token: eth, amount },
        buy: { token: usdc },
        maxSlippageBps: 50,
      }
    case 'supply':
    case 'withdraw':
    case 'borrow':
    case 'repay':
      return {
        action,
        token: usdc,
        amount: { type: 'exact', units: 5_000_000n },
      }
    case 'approve':
      return {
        action,
        token: usdc,
        amount: { type: 'exact', units: 5_000_000n },
        spender: friend,
      }
    case 'revoke':
      return { action, token: usdc, spender: friend }
    case 'ask':
      return { action, topic: 'balance', account, token: eth }
    default:
      return { action: 'transfer', token: eth, amount, to: friend }
  }
}
