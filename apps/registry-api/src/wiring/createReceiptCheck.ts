import type { ReceiptCheckPort } from '@behest/registry'
import { isSameAddress, type Receipt } from '@behest/spec'
import {
  createPublicClient,
  type Hex,
  http,
  parseAbi,
  parseEventLogs,
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

/**
 * Creates the check of receipts against the chain: the transactions are there,
 * ended as the verdict says, and moved what the receipt says they moved.
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
    if (chainId === undefined)
      return { type: 'unreachable', reason: 'the chain does not answer' }
    if (receipt.chainId !== chainId)
      return {
        type: 'unreachable',
        reason: `it is of chain ${receipt.chainId}, and this registry sees chain ${chainId}`,
      }
    for (const step of receipt.steps) {
      if (step.verdict === 'UNKNOWN') continue
      const mined: TransactionReceipt[] = []
      for (const hash of step.transactions)
        try {
          mined.push(await client.getTransactionReceipt({ hash }))
        } catch (error) {
          return {
            type: 'unreachable',
            reason:
              error instanceof TransactionReceiptNotFoundError
                ? `transaction ${hash} is not mined`
                : 'the chain does not answer',
          }
        }
      const contradiction = findContradiction(receipt, step, mined)
      if (contradiction !== undefined)
        return { type: 'contradicted', reason: contradiction }
    }
    return { type: 'confirmed' }
  }
}

type Step = Receipt['steps'][number]

function findContradiction(
  receipt: Receipt,
  step: Step,
  mined: readonly TransactionReceipt[],
): string | undefined {
  if (step.verdict === 'MET') {
    const reverted = mined.find(({ status }) => status !== 'success')
    if (reverted !== undefined)
      return `step ${step.id} is called met, and ${reverted.transactionHash} reverted`
    // An answer in words moves nothing; everything else leaves a trace.
    if (mined.length === 0 && step.action !== 'ask')
      return `step ${step.id} is called met without a transaction`
  }
  const touches = mined.every(
    (transaction) =>
      isSameAddress(transaction.from, receipt.account) ||
      isSameAddress(transaction.to ?? '', receipt.account) ||
      mentions(transaction, receipt.account),
  )
  if (!touches)
    return `a transaction of step ${step.id} has nothing to do with ${receipt.account}`
  for (const delta of step.realised) {
    if (delta.token === 'native') continue
    const seen = sumTransfers(mined, delta.token, delta.account)
    const off = seen > delta.units ? seen - delta.units : delta.units - seen
    const size = delta.units < 0n ? -delta.units : delta.units
    if (off > toleranceUnits && off > size / toleranceParts)
      return `step ${step.id} says that ${delta.account} changed by ${delta.units} of ${delta.token}, and the events say ${seen}`
  }
  return undefined
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
