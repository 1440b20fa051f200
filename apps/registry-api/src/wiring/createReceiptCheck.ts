import type { ReceiptCheckPort } from '@behest/registry'
import { isSameAddress, type Receipt } from '@behest/spec'
import {
  BaseError,
  createPublicClient,
  type Hex,
  http,
  type PublicClient,
  parseAbi,
  parseEventLogs,
  RpcRequestError,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem'

const events = parseAbi([
  'event Transfer(address indexed from, address indexed to, uint256 value)',
  'event Deposit(address indexed to, uint256 value)',
  'event Withdrawal(address indexed from, uint256 value)',
  // Aave books the interest since the last time into the transfer that it
  // reports; the balance had grown by it before.
  'event Mint(address indexed caller, address indexed onBehalfOf, uint256 value, uint256 balanceIncrease, uint256 index)',
  'event Burn(address indexed from, address indexed target, uint256 value, uint256 balanceIncrease, uint256 index)',
])

// Tokens that grow with time differ from their events by the interest of a
// block; anything beyond is another amount.
const toleranceParts = 1_000n
const toleranceUnits = 10n

/** Actions that are met without anything having moved. */
const movesNothing: ReadonlySet<Step['action']> = new Set([
  'approve',
  'ask',
  'revoke',
  'vote',
])

/**
 * Creates the check of receipts against the chain: the transactions are there,
 * ended as the verdict says, moved what the receipt says they moved, and what
 * they moved is what was promised where the receipt calls it met.
 *
 * @param options.rpcUrl - JSON-RPC address of the one chain that is checked.
 */
export function createReceiptCheck(options: {
  readonly rpcUrl: string
  readonly chainId: () => number | undefined
}): ReceiptCheckPort {
  const client = createPublicClient({
    transport: http(options.rpcUrl, { retryCount: 0, timeout: 5_000 }),
  })
  return async (receipt) => {
    const chainId = options.chainId()
    if (chainId === undefined) return noAnswer
    if (receipt.chainId !== chainId)
      return {
        type: 'unreachable',
        why: 'other-chain',
        reason: `it is of chain ${receipt.chainId}, and this registry sees chain ${chainId}`,
      }
    const mined = new Map<Hex, TransactionReceipt>()
    for (const step of receipt.steps) {
      if (step.verdict === 'UNKNOWN') continue
      for (const hash of step.transactions)
        try {
          if (!mined.has(hash))
            mined.set(hash, await client.getTransactionReceipt({ hash }))
        } catch (error) {
          return error instanceof TransactionReceiptNotFoundError
            ? {
                type: 'unreachable',
                why: 'not-mined',
                reason: `transaction ${hash} is not mined`,
              }
            : noAnswer
        }
    }
    const found = [...mined.values()]
    try {
      for (const step of receipt.steps) {
        if (step.verdict === 'UNKNOWN') continue
        const reason =
          findContradiction(receipt, step, mined) ??
          (await findFalseEther(client, step, mined))
        if (reason !== undefined) return { type: 'contradicted', reason }
      }
      return {
        type: 'confirmed',
        minedAtUnixSeconds:
          found.length === 0 ? undefined : await readTime(client, found),
      }
    } catch (error) {
      if (error instanceof BaseError) return noAnswer
      throw error
    }
  }
}

const noAnswer = {
  type: 'unreachable',
  why: 'no-answer',
  reason: 'the chain does not answer',
} as const

type Step = Receipt['steps'][number]
type Mined = ReadonlyMap<Hex, TransactionReceipt>

async function readTime(
  client: PublicClient,
  mined: readonly TransactionReceipt[],
): Promise<number> {
  const last = mined.reduce((one, other) =>
    other.blockNumber > one.blockNumber ? other : one,
  )
  const block = await client.getBlock({ blockHash: last.blockHash })
  return Number(block.timestamp)
}

function findContradiction(
  receipt: Receipt,
  step: Step,
  mined: Mined,
): string | undefined {
  const own = listMined(step, mined)
  if (step.verdict === 'MET') {
    const reverted = own.find(({ status }) => status !== 'success')
    if (reverted !== undefined)
      return `step ${step.id} is called met, and ${reverted.transactionHash} reverted`
    // An answer in words moves nothing; everything else leaves a trace.
    if (own.length === 0 && step.action !== 'ask')
      return `step ${step.id} is called met without a transaction`
    if (
      !movesNothing.has(step.action) &&
      step.realised.every(({ units }) => units === 0n)
    )
      return `step ${step.id} is called met, and nothing moved`
    const missing = findMissing(receipt, step)
    if (missing !== undefined) return missing
  }
  const stranger = own.find(
    (transaction) =>
      !isSameAddress(transaction.from, receipt.account) &&
      !isSameAddress(transaction.to ?? '', receipt.account) &&
      !mentions(transaction, receipt.account),
  )
  if (stranger !== undefined)
    return `transaction ${stranger.transactionHash} of step ${step.id} has nothing to do with ${receipt.account}`
  for (const delta of step.realised) {
    if (delta.token === 'native') continue
    const seen = sumTransfers(own, delta.token, delta.account)
    const off = seen > delta.units ? seen - delta.units : delta.units - seen
    if (off > toTolerance(delta.units))
      return `step ${step.id} says that ${delta.account} changed by ${delta.units} of ${delta.token}, and the events say ${seen}`
  }
  return undefined
}

// Steps of one transaction are measured together: what one of them promised may
// have gone on into the next.
function findMissing(receipt: Receipt, step: Step): string | undefined {
  const together = receipt.steps.filter(
    ({ id, transactions }) =>
      id === step.id ||
      transactions.some((hash) => step.transactions.includes(hash)),
  )
  const promised = together.flatMap((each) => each.promised)
  for (const { account, token, symbol } of promised) {
    const is = (delta: Step['promised'][number]) =>
      isSameAddress(delta.account, account) && isSameToken(delta.token, token)
    const least = addUp(promised.filter(is))
    const came = addUp(step.realised.filter(is))
    if (came + toTolerance(least) < least)
      return `step ${step.id} is called met; ${symbol} of ${account} changed by ${came}, and at least ${least} was promised`
  }
  return undefined
}

/**
 * No event tells of ether: the balance before and after its block does, where the
 * chain still has it. Others may send some in the same block, so that only more
 * than was seen is false, and only where the account sent nothing else in it.
 */
async function findFalseEther(
  client: PublicClient,
  step: Step,
  mined: Mined,
): Promise<string | undefined> {
  const own = listMined(step, mined)
  for (const delta of step.realised) {
    if (delta.token !== 'native') continue
    const { account, units } = delta
    const sent = own.filter(({ from }) => isSameAddress(from, account))
    let seen = sent.reduce(
      (sum, { gasUsed, effectiveGasPrice }) =>
        sum + gasUsed * effectiveGasPrice,
      0n,
    )
    let nonces = 0
    try {
      for (const blockNumber of new Set(own.map((each) => each.blockNumber))) {
        const at = { address: account, blockNumber }
        const before = { address: account, blockNumber: blockNumber - 1n }
        const [now, then, nonceNow, nonceThen] = await Promise.all([
          client.getBalance(at),
          client.getBalance(before),
          client.getTransactionCount(at),
          client.getTransactionCount(before),
        ])
        seen += now - then
        nonces += nonceNow - nonceThen
      }
    } catch (error) {
      // A node that keeps no old state cannot say; what else moved was checked.
      if (isStateGone(error)) return undefined
      throw error
    }
    if (nonces === sent.length && units > seen + toTolerance(units))
      return `step ${step.id} says that ${account} changed by ${units} wei, and its balance by ${seen}`
  }
  return undefined
}

function isStateGone(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk((cause) => cause instanceof RpcRequestError) !== null
  )
}

function listMined(step: Step, mined: Mined): TransactionReceipt[] {
  return step.transactions.flatMap((hash) => mined.get(hash) ?? [])
}

function addUp(deltas: Step['realised']): bigint {
  return deltas.reduce((sum, { units }) => sum + units, 0n)
}

function isSameToken(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function toTolerance(units: bigint): bigint {
  const part = (units < 0n ? -units : units) / toleranceParts
  return part > toleranceUnits ? part : toleranceUnits
}

function mentions(transaction: TransactionReceipt, account: string): boolean {
  const word = account.slice(2).toLowerCase()
  return transaction.logs.some(({ topics }) =>
    (topics as readonly Hex[]).some((topic) =>
      topic.toLowerCase().endsWith(word),
    ),
  )
}

function sumTransfers(
  mined: readonly TransactionReceipt[],
  token: string,
  account: string,
): bigint {
  let sum = 0n
  for (const { logs } of mined)
    for (const log of parseEventLogs({ abi: events, logs: [...logs] })) {
      if (!isSameAddress(log.address, token)) continue
      const is = (party: string) => isSameAddress(party, account)
      switch (log.eventName) {
        case 'Transfer':
          if (is(log.args.to)) sum += log.args.value
          if (is(log.args.from)) sum -= log.args.value
          break
        case 'Deposit':
          if (is(log.args.to)) sum += log.args.value
          break
        case 'Withdrawal':
          if (is(log.args.from)) sum -= log.args.value
          break
        case 'Mint':
          if (is(log.args.onBehalfOf)) sum -= log.args.balanceIncrease
          break
        case 'Burn':
          if (is(log.args.from)) sum -= log.args.balanceIncrease
          break
      }
    }
  return sum
}
