import type { Address, Hex } from '@behest/spec'
import { isSameAddress } from '@behest/spec'
import {
  hexToBigInt,
  hexToNumber,
  numberToHex,
  type PublicRpcSchema,
  type RpcAuthorization,
} from 'viem'
import { recoverAuthorizationAddress } from 'viem/utils'
import {
  type ChainClient,
  createChainClient,
} from '../client/createChainClient.js'
import {
  ChainReadError,
  isRpcAnswer,
  readDetails,
  StateGoneError,
  toChainError,
} from '../client/errors.js'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import { toDesignator } from '../mandate/createMandatePort.js'
import { decodeRevert } from '../revert/decodeRevert.js'
import { requestSimulation } from '../simulation/requestSimulation.js'
import { classifySendError } from './classifySendError.js'

/** The chain as an outbox of transactions needs it. */
export type OutboxChain = {
  readonly chainId: number
  /** Blocks, its own included, after which a transaction counts as final. */
  readonly depth: number
  /** Names this very chain; on a local one also this very run of it. */
  readIdentity(): Promise<string>
  /** Whether a second node has said the same of which chain this is. */
  readonly isIdentityWitnessed: boolean
  readHead(): Promise<{
    readonly number: bigint
    readonly hash: Hex
    readonly timestampUnixSeconds: number
    readonly baseFeePerGasWei: bigint
  }>
  /** `null` where there is no such block, or two nodes disagree. */
  readBlockHash(blockNumber: bigint): Promise<Hex | null>
  /** Only where the `finalized` tag decides. */
  readFinalizedNumber?(): Promise<bigint>
  readTipWei(): Promise<bigint>
  readNonce(options: {
    readonly address: Address
    readonly include: 'mined' | 'pending'
  }): Promise<number>
  readMaxInFlight(address: Address): Promise<number>
  readReceipt(hash: Hex): Promise<{
    readonly hash: Hex
    readonly blockNumber: bigint
    readonly blockHash: Hex
    readonly status: 'success' | 'reverted'
    readonly gasUsed: bigint
    readonly effectiveGasPriceWei: bigint
    readonly reason?: string
  } | null>
  findTransactionByNonce(options: {
    readonly address: Address
    readonly nonce: number
  }): Promise<{ readonly hash: Hex; readonly blockNumber: bigint } | null>
  sendRaw(raw: Hex): Promise<string>
}

export type CreateOutboxChainOptions = {
  readonly client: ChainClient
  readonly deployment: ChainDeployment
  /**
   * HTTP address of a private node: signed bytes are offered there and nowhere
   * else, everything is still read from `client`. No error repeats it. The
   * client's own node if absent, which tells everybody.
   */
  readonly offerRpcUrl?: string
  /** A second node: a block counts only where both have it. */
  readonly witness?: ChainClient
  /**
   * What makes a transaction final: the chain's depth, or that depth and the
   * node's `finalized` tag. `'depth'` if absent.
   */
  readonly finality?: 'depth' | 'finalized'
  /** How many transactions of a plain account may wait; sixteen if absent. */
  readonly maxInFlight?: number
}

/** So many blocks are searched one by one where old state is gone. */
const searchedBlocks = 600

/**
 * Creates the port that an outbox reads and sends through.
 *
 * Receipts are asked for directly: waiting helpers that listen for the next
 * block hang when a chain mines on demand. Reads may be repeated by the client;
 * an offer of signed bytes never is.
 *
 * @param options.client - The node.
 * @param options.deployment - The chain behind it.
 * @param options.offerRpcUrl - Where signed bytes are offered, and only there.
 * @param options.witness - A second node of the same chain.
 * @param options.finality - What makes a transaction final.
 * @param options.maxInFlight - Waiting transactions of a plain account.
 * @returns The port. Its methods throw `ChainUnreachableError`, `ChainReadError`
 *   or `StateGoneError`; none of them says what became of a transaction.
 */
export function createOutboxChain(
  options: CreateOutboxChainOptions,
): OutboxChain {
  const { client, deployment, witness, maxInFlight = 16 } = options
  const offerClient =
    options.offerRpcUrl === undefined
      ? client
      : createChainClient({ rpcUrl: options.offerRpcUrl, deployment })

  const readBlock = (
    node: ChainClient,
    block: bigint | 'latest' | 'finalized',
  ) =>
    ask(node, 'eth_getBlockByNumber', [
      typeof block === 'bigint' ? numberToHex(block) : block,
      false,
    ])

  const readNumber = async (tag: 'latest' | 'finalized') => {
    const block = await readBlock(client, tag)
    if (block === null || block.number === null || block.hash === null)
      throw new ChainReadError({
        method: 'eth_getBlockByNumber',
        reason: `it has no ${tag} block`,
      })
    return { ...block, number: hexToBigInt(block.number), hash: block.hash }
  }

  const readCount = async (
    address: Address,
    block: bigint | 'latest' | 'pending',
  ): Promise<number> =>
    hexToNumber(
      await ask(client, 'eth_getTransactionCount', [
        address,
        typeof block === 'bigint' ? numberToHex(block) : block,
      ]),
    )

  const searchBlock = async (
    blockNumber: bigint,
    address: Address,
    nonce: number,
  ) => {
    const block = await ask(client, 'eth_getBlockByNumber', [
      numberToHex(blockNumber),
      true,
    ])
    const transactions = (block?.transactions ?? []) as readonly {
      readonly hash: Hex
      readonly from: Address
      readonly nonce: Hex
    }[]
    const found = transactions.find(
      (one) =>
        isSameAddress(one.from, address) && hexToNumber(one.nonce) === nonce,
    )
    return found === undefined ? null : { hash: found.hash, blockNumber }
  }

  /** What both nodes said last; only where there is a second one. */
  let agreed: string | undefined

  const readIdentityOf = async (node: ChainClient): Promise<string> => {
    // A local chain makes its genesis anew each time that it is loaded.
    const number = deployment.identityBlock ?? 0n
    const [chainId, block] = await Promise.all([
      ask(node, 'eth_chainId', undefined),
      readBlock(node, number),
    ])
    if (block === null || block.hash === null)
      throw new ChainReadError({
        method: 'eth_getBlockByNumber',
        reason: `it does not have block ${number}, which names the chain`,
      })
    return `${hexToNumber(chainId)}:${block.hash}`
  }

  return {
    chainId: deployment.chainId,
    depth: deployment.finalityDepth,
    isIdentityWitnessed: witness !== undefined,

    async readIdentity() {
      const identity = await readIdentityOf(client)
      if (identity === agreed || witness === undefined) return identity
      // One node alone does not make a chain another one.
      if ((await readIdentityOf(witness)) !== identity)
        throw new ChainReadError({
          method: 'eth_getBlockByNumber',
          reason: 'two nodes do not agree which chain this is',
        })
      agreed = identity
      return identity
    },

    async readHead() {
      const block = await readNumber('latest')
      return {
        number: block.number,
        hash: block.hash,
        timestampUnixSeconds: hexToNumber(block.timestamp),
        baseFeePerGasWei: hexToBigInt(block.baseFeePerGas ?? '0x0'),
      }
    },

    async readBlockHash(blockNumber) {
      const [block, other] = await Promise.all([
        readBlock(client, blockNumber),
        witness === undefined ? undefined : readBlock(witness, blockNumber),
      ])
      const hash = block?.hash ?? null
      return other === undefined || other?.hash === hash ? hash : null
    },

    ...(options.finality === 'finalized'
      ? {
          readFinalizedNumber: async () =>
            (await readNumber('finalized')).number,
        }
      : {}),

    readTipWei: async () =>
      hexToBigInt(await ask(client, 'eth_maxPriorityFeePerGas', undefined)),

    readNonce: ({ address, include }) =>
      readCount(address, include === 'mined' ? 'latest' : 'pending'),

    async readMaxInFlight(address) {
      const code = await ask(client, 'eth_getCode', [address, 'latest'])
      return code === '0x' ? maxInFlight : 1
    },

    async readReceipt(hash) {
      const receipt = await ask(client, 'eth_getTransactionReceipt', [hash])
      // Some nodes answer with a receipt that is not in a block yet.
      if (receipt === null || receipt.blockHash === null) return null
      const isReverted = receipt.status === '0x0'
      const reason = isReverted ? await findReason(client, hash) : undefined
      return {
        hash,
        blockNumber: hexToBigInt(receipt.blockNumber),
        blockHash: receipt.blockHash,
        status: isReverted ? 'reverted' : 'success',
        gasUsed: hexToBigInt(receipt.gasUsed),
        effectiveGasPriceWei: hexToBigInt(receipt.effectiveGasPrice),
        ...(reason === undefined ? {} : { reason }),
      }
    },

    async findTransactionByNonce({ address, nonce }) {
      if ((await readCount(address, 'latest')) <= nonce) return null
      const head = (await readNumber('latest')).number
      // The first block after which the nonce was used: doubling steps back as
      // far as the node has state, then halving in between.
      let used = head
      let unused = -1n
      let hasState = true
      for (let step = 1n; used > 0n && unused < 0n; step *= 2n) {
        const at = used > step ? used - step : 0n
        const count = await readCount(address, at).catch((error: unknown) => {
          if (error instanceof StateGoneError) return null
          throw error
        })
        if (count === null) {
          hasState = false
          break
        }
        if (count <= nonce) unused = at
        else used = at
      }
      while (hasState && used - unused > 1n) {
        const middle = (used + unused) / 2n
        if ((await readCount(address, middle)) > nonce) used = middle
        else unused = middle
      }
      if (hasState) return searchBlock(used, address, nonce)
      const last =
        used > BigInt(searchedBlocks) ? used - BigInt(searchedBlocks) : 0n
      for (let at = used; at >= last; at--) {
        const found = await searchBlock(at, address, nonce)
        if (found !== null) return found
      }
      return null
    },

    async sendRaw(raw) {
      try {
        const hash = await offerClient.request(
          { method: 'eth_sendRawTransaction', params: [raw] },
          { retryCount: 0 },
        )
        return `accepted: ${hash}`
      } catch (error) {
        if (!isRpcAnswer(error))
          throw toChainError(error, { method: 'eth_sendRawTransaction' })
        const details = readDetails(error)
        return `${classifySendError(details)}: ${details}`
      }
    },
  }
}

type Schema = PublicRpcSchema[number]
type Method = Schema['Method']
type ParametersOf<TMethod extends Method> = Extract<
  Schema,
  { Method: TMethod }
>['Parameters']
type AnswerOf<TMethod extends Method> = Extract<
  Schema,
  { Method: TMethod }
>['ReturnType']

async function ask<const TMethod extends Method>(
  client: ChainClient,
  method: TMethod,
  params: ParametersOf<TMethod>,
): Promise<AnswerOf<TMethod>> {
  try {
    return (await client.request({
      method,
      params,
    } as never)) as AnswerOf<TMethod>
  } catch (error) {
    throw toChainError(error, { method })
  }
}

/** The code that a transaction's own authorisations give accounts. */
async function readDesignators(transaction: {
  readonly authorizationList?: readonly RpcAuthorization[] | undefined
}): Promise<Readonly<Record<Address, Hex>>> {
  const designators: Record<Address, Hex> = {}
  for (const {
    address,
    chainId,
    nonce,
    r,
    s,
    yParity,
  } of transaction.authorizationList ?? []) {
    const authority = await recoverAuthorizationAddress({
      authorization: {
        address,
        chainId: hexToNumber(chainId),
        nonce: hexToNumber(nonce),
        r,
        s,
        yParity: hexToNumber(yParity),
      },
    })
    designators[authority] = toDesignator(address)
  }
  return designators
}

/**
 * Asks why a transaction reverted by running it again right before its block.
 * Nothing else of that block runs first, so it may not revert, or not for the
 * same reason: then there is none to tell.
 */
async function findReason(
  client: ChainClient,
  hash: Hex,
): Promise<string | undefined> {
  try {
    const transaction = await ask(client, 'eth_getTransactionByHash', [hash])
    if (!transaction?.blockNumber || !transaction.to) return undefined
    const block = await ask(client, 'eth_getBlockByNumber', [
      transaction.blockNumber,
      false,
    ])
    if (block === null) return undefined
    const outcomes = await requestSimulation(
      {
        client,
        blockNumber: hexToBigInt(transaction.blockNumber) - 1n,
        timestampUnixSeconds: hexToNumber(block.timestamp),
        code: await readDesignators(transaction),
      },
      [
        {
          from: transaction.from,
          to: transaction.to,
          valueWei: hexToBigInt(transaction.value),
          data: transaction.input,
          gas: hexToBigInt(transaction.gas),
        },
      ],
    )
    const [outcome] = outcomes === 'underfunded' ? [] : outcomes
    return outcome === undefined || outcome.succeeded
      ? undefined
      : decodeRevert(outcome.data, outcome.message)
  } catch {
    // A reason is a courtesy; that it reverted is known without it.
    return undefined
  }
}
