import { type Address, isSameAddress, toDecimal } from '@behest/spec'
import {
  encodeFunctionData,
  erc20Abi,
  getAbiItem,
  getAddress,
  hexToBigInt,
  size,
  slice,
} from 'viem'
import { permit2Abi } from '../abi/abis.js'
import { knownContracts } from '../abi/knownContracts.js'
import type { EvmChainPort } from '../chain/createChainPort.js'
import { balanceRead, toUint } from '../lens/balanceRead.js'
import { callLens } from '../lens/callLens.js'
import { readLens } from '../lens/lenses.js'

/** An allowance as the chain has it now. */
export type OpenAllowance = {
  readonly token: Address
  readonly symbol: string
  readonly spender: Address
  readonly spenderName?: string
  readonly kind: 'erc20' | 'permit2'
  readonly units: bigint
  readonly decimal: string
  readonly coversBalance: boolean
}

type Pair = {
  readonly token: Address
  readonly spender: Address
  readonly kind: OpenAllowance['kind']
}

/**
 * Reads every allowance of an account: those that logs tell of, those that plans
 * gave, and those of listed tokens to contracts that we know. What counts is what
 * the contracts answer now, not what the logs say.
 *
 * @param options.granted - Pairs that plans gave.
 * @returns Each pair with what may be taken, and whether the node gave all logs.
 */
export async function readAllowanceLedger(options: {
  readonly chain: EvmChainPort
  readonly account: Address
  readonly granted: readonly {
    readonly token: Address
    readonly spender: Address
  }[]
}): Promise<{
  readonly block: bigint
  readonly isComplete: boolean
  readonly allowances: readonly OpenAllowance[]
}> {
  const { chain, granted } = options
  const { client, deployment } = chain
  const account = getAddress(options.account)
  const block = await client.getBlockNumber({ cacheTime: 0 })
  const logs = await readLogs({ chain, account })
  const known = knownContracts(deployment)
  const spenders = known.filter(
    ({ address }) =>
      !deployment.tokens.some((token) => isSameAddress(token.address, address)),
  )
  const pairs = new Map<string, Pair>()
  const add = (pair: Pair): void => {
    pairs.set(`${pair.kind} ${pair.token} ${pair.spender}`.toLowerCase(), pair)
  }
  for (const pair of logs.pairs) add(pair)
  for (const pair of granted) add({ ...pair, kind: 'erc20' })
  for (const { address: token } of deployment.tokens)
    if (token !== 'native')
      for (const { address: spender } of spenders)
        add({ token, spender, kind: 'erc20' })

  const list = [...pairs.values()]
  const answers = await callLens({
    client,
    lens: readLens,
    functionName: 'read',
    args: [
      [
        ...list.map((pair) => toRead(pair, account, deployment.permit2)),
        ...list.map(({ token }) => balanceRead(token, account)),
      ],
    ],
    blockNumber: block,
  })
  const { timestamp } = await client.getBlock({ blockNumber: block })
  const allowances: OpenAllowance[] = []
  for (const [index, pair] of list.entries()) {
    const answer = answers[index]
    const units =
      pair.kind === 'erc20' ? toUint(answer) : toPermit2Units(answer, timestamp)
    if (units === undefined) continue
    const [token] = await chain.findTokens({ address: pair.token })
    const name = known.find(({ address }) =>
      isSameAddress(address, pair.spender),
    )?.name
    const balance = toUint(answers[list.length + index]) ?? 0n
    allowances.push({
      ...pair,
      symbol: token?.symbol ?? 'unknown token',
      ...(name === undefined ? {} : { spenderName: name }),
      units,
      decimal: toDecimal(units, token?.decimals ?? 0),
      coversBalance: units > 0n && units >= balance,
    })
  }
  return { block, isComplete: logs.isComplete, allowances }
}

function toRead(pair: Pair, account: Address, permit2: Address) {
  const token = getAddress(pair.token)
  const spender = getAddress(pair.spender)
  return pair.kind === 'erc20'
    ? {
        target: token,
        data: encodeFunctionData({
          abi: erc20Abi,
          functionName: 'allowance',
          args: [account, spender],
        }),
      }
    : {
        target: permit2,
        data: encodeFunctionData({
          abi: permit2Abi,
          functionName: 'allowance',
          args: [account, token, spender],
        }),
      }
}

/** What Permit2 lets a spender take: nothing, once its time is over. */
function toPermit2Units(
  answer: `0x${string}` | undefined,
  nowUnixSeconds: bigint,
): bigint | undefined {
  if (answer === undefined || size(answer) < 64) return undefined
  const units = hexToBigInt(slice(answer, 0, 32))
  const expiration = hexToBigInt(slice(answer, 32, 64))
  // Zero stands for the block in which it was given.
  return expiration < nowUnixSeconds ? 0n : units
}

async function readLogs(options: {
  readonly chain: EvmChainPort
  readonly account: Address
}): Promise<{
  readonly pairs: readonly Pair[]
  readonly isComplete: boolean
}> {
  const { chain, account } = options
  const { client, deployment } = chain
  try {
    const range = { fromBlock: 0n, toBlock: 'latest' } as const
    const [tokenLogs, permit2Logs, permitLogs] = await Promise.all([
      client.getLogs({
        event: getAbiItem({ abi: erc20Abi, name: 'Approval' }),
        args: { owner: account },
        ...range,
      }),
      client.getLogs({
        address: deployment.permit2,
        event: getAbiItem({ abi: permit2Abi, name: 'Approval' }),
        args: { owner: account },
        ...range,
      }),
      client.getLogs({
        address: deployment.permit2,
        event: getAbiItem({ abi: permit2Abi, name: 'Permit' }),
        args: { owner: account },
        ...range,
      }),
    ])
    return {
      isComplete: true,
      pairs: [
        ...tokenLogs.flatMap(({ address, args }): Pair[] =>
          args.spender
            ? [{ token: address, spender: args.spender, kind: 'erc20' }]
            : [],
        ),
        ...[...permit2Logs, ...permitLogs].flatMap(({ args }): Pair[] =>
          args.token && args.spender
            ? [{ token: args.token, spender: args.spender, kind: 'permit2' }]
            : [],
        ),
      ],
    }
  } catch {
    // Public nodes give no logs of all time: what is known is read all the same,
    // and the answer says that there may be more.
    return { isComplete: false, pairs: [] }
  }
}
