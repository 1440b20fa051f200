import { type Address, type AssetAddress, isSameAddress } from '@behest/spec'
import {
  decodeAbiParameters,
  encodeFunctionData,
  getAddress,
  type Hex,
  hexToBigInt,
  size,
  slice,
  toEventSelector,
  zeroAddress,
} from 'viem'
import {
  aaveDebtTokenAbi,
  erc20Abi,
  morphoAbi,
  operatorAbi,
  permit2Abi,
} from '../abi/abis.js'
import type { ChainDeployment } from '../deployments/chainDeployment.js'
import type { SimulationLog } from './requestSimulation.js'

/** One allowance that is measured before and after. */
export type AllowanceProbe = {
  readonly kind: 'erc20' | 'permit2' | 'operator'
  readonly token: Address
  readonly spender: Address
  /** Reported even where it ends as it began: the calls or the caller named it. */
  readonly isNamed: boolean
  readonly target: Address
  readonly data: Hex
  readonly rule: 'number' | 'flag' | 'permit2' | 'spender'
}

/** One kind of an ERC-1155 token. */
export type MultiToken = { readonly token: Address; readonly id: bigint }

/** What calls may have changed, by their logs and by what they name. */
export type Touched = {
  readonly tokens: ReadonlyMap<string, AssetAddress>
  readonly multiTokens: ReadonlyMap<string, MultiToken>
  readonly allowances: ReadonlyMap<string, AllowanceProbe>
  readonly morphoMarkets: ReadonlySet<Hex>
  readonly aaveReserves: ReadonlySet<Address>
}

const transferTopic = toEventSelector('Transfer(address,address,uint256)')
const approvalTopic = toEventSelector('Approval(address,address,uint256)')
const depositTopic = toEventSelector('Deposit(address,uint256)')
const withdrawalTopic = toEventSelector('Withdrawal(address,uint256)')
const forAllTopic = toEventSelector('ApprovalForAll(address,address,bool)')
const singleTopic = toEventSelector(
  'TransferSingle(address,address,address,uint256,uint256)',
)
const batchTopic = toEventSelector(
  'TransferBatch(address,address,address,uint256[],uint256[])',
)
const permit2ApprovalTopic = toEventSelector(
  'Approval(address,address,address,uint160,uint48)',
)
const permit2PermitTopic = toEventSelector(
  'Permit(address,address,address,uint160,uint48,uint48)',
)
const permit2LockdownTopic = toEventSelector(
  'Lockdown(address,address,address)',
)
const creditTopic = toEventSelector(
  'BorrowAllowanceDelegated(address,address,address,uint256)',
)
const authorizationTopic = toEventSelector(
  'SetAuthorization(address,address,address,bool)',
)
const reserveTopic = toEventSelector(
  'ReserveDataUpdated(address,uint256,uint256,uint256,uint256,uint256)',
)

/** Calldata of that many words is searched for spenders. */
const mostWords = 24

/**
 * Finds what calls may have changed.
 *
 * Logs say where to look, and calldata names spenders for tokens that log
 * nothing. Neither is believed: everything found is measured afterwards.
 *
 * @param options.account - Whose allowances count.
 * @param options.accounts - Whose tokens count, the account among them.
 * @param options.calls - The calls that were run.
 * @param options.logs - The logs that they left.
 * @returns Tokens, allowances, markets and reserves to measure.
 */
export function findTouched(options: {
  readonly deployment: ChainDeployment
  readonly account: Address
  readonly accounts: readonly Address[]
  readonly calls: readonly { readonly to: Address; readonly data: Hex }[]
  readonly logs: readonly SimulationLog[]
}): Touched {
  const { deployment, account, accounts, calls, logs } = options
  const tokens = new Map<string, AssetAddress>()
  const multiTokens = new Map<string, MultiToken>()
  const allowances = new Map<string, AllowanceProbe>()
  const morphoMarkets = new Set<Hex>()
  const aaveReserves = new Set<Address>()

  const addToken = (token: Address) =>
    tokens.set(token.toLowerCase(), getAddress(token))
  const addAllowance = (probe: AllowanceProbe) => {
    const key = getAllowanceKey(probe)
    if (probe.isNamed || !allowances.has(key)) allowances.set(key, probe)
  }

  for (const { to, data } of calls) {
    addToken(to)
    for (const spender of listNamedAddresses(data))
      addAllowance({
        ...toErc20Probe(account, to, spender),
        isNamed: false,
      })
  }

  for (const log of logs) {
    const [topic, first, second, third] = log.topics
    const isOurs = (word: Hex | undefined) =>
      word !== undefined && isSameAddress(toAddress(word), account)
    switch (topic) {
      case transferTopic:
        addToken(log.address)
        // Whoever was called may have used what it was allowed long ago.
        if (isOurs(first))
          for (const { to } of calls)
            addAllowance({
              ...toErc20Probe(account, log.address, to),
              isNamed: false,
            })
        break
      case depositTopic:
      case withdrawalTopic:
        addToken(log.address)
        break
      case approvalTopic:
        if (first === undefined || second === undefined || !isOurs(first)) break
        addToken(log.address)
        if (third === undefined)
          addAllowance(toErc20Probe(account, log.address, toAddress(second)))
        else if (!isSameAddress(toAddress(second), zeroAddress))
          addAllowance({
            kind: 'operator',
            token: getAddress(log.address),
            spender: toAddress(second),
            isNamed: true,
            target: log.address,
            data: encodeFunctionData({
              abi: operatorAbi,
              functionName: 'getApproved',
              args: [hexToBigInt(third)],
            }),
            rule: 'spender',
          })
        break
      case forAllTopic:
        if (second === undefined || !isOurs(first)) break
        addAllowance({
          kind: 'operator',
          token: getAddress(log.address),
          spender: toAddress(second),
          isNamed: true,
          target: log.address,
          data: encodeFunctionData({
            abi: operatorAbi,
            functionName: 'isApprovedForAll',
            args: [account, toAddress(second)],
          }),
          rule: 'flag',
        })
        break
      case creditTopic:
        if (second === undefined || !isOurs(first)) break
        addAllowance({
          kind: 'operator',
          token: getAddress(log.address),
          spender: toAddress(second),
          isNamed: true,
          target: log.address,
          data: encodeFunctionData({
            abi: aaveDebtTokenAbi,
            functionName: 'borrowAllowance',
            args: [account, toAddress(second)],
          }),
          rule: 'number',
        })
        break
      case authorizationTopic:
        if (third === undefined || !isOurs(second)) break
        addAllowance({
          kind: 'operator',
          token: getAddress(log.address),
          spender: toAddress(third),
          isNamed: true,
          target: log.address,
          data: encodeFunctionData({
            abi: morphoAbi,
            functionName: 'isAuthorized',
            args: [account, toAddress(third)],
          }),
          rule: 'flag',
        })
        break
      case permit2ApprovalTopic:
      case permit2PermitTopic:
        if (!isSameAddress(log.address, deployment.permit2)) break
        if (second === undefined || third === undefined || !isOurs(first)) break
        addToken(toAddress(second))
        addAllowance(
          toPermit2Probe(deployment, account, {
            token: toAddress(second),
            spender: toAddress(third),
          }),
        )
        break
      case permit2LockdownTopic: {
        if (!isSameAddress(log.address, deployment.permit2) || !isOurs(first))
          break
        if (size(log.data) < 64) break
        addAllowance(
          toPermit2Probe(deployment, account, {
            token: toAddress(slice(log.data, 0, 32)),
            spender: toAddress(slice(log.data, 32, 64)),
          }),
        )
        break
      }
      case singleTopic:
      case batchTopic: {
        const parties = [second, third].map((word) => toAddress(word ?? '0x'))
        if (!parties.some((party) => includesAddress(accounts, party))) break
        for (const id of readTokenIds(topic, log.data))
          multiTokens.set(`${log.address.toLowerCase()}:${id}`, {
            token: getAddress(log.address),
            id,
          })
        break
      }
      case reserveTopic:
        if (
          first !== undefined &&
          isSameAddress(log.address, deployment.aaveV3.pool)
        )
          aaveReserves.add(toAddress(first))
        break
      default:
        break
    }
    // Every event of Morpho about a market carries its id first.
    if (
      topic !== undefined &&
      morphoMarketTopics.has(topic) &&
      first !== undefined &&
      isSameAddress(log.address, deployment.morpho.morpho)
    )
      morphoMarkets.add(first)
  }
  return { tokens, multiTokens, allowances, morphoMarkets, aaveReserves }
}

const morphoMarketTopics: ReadonlySet<Hex> = new Set(
  morphoAbi.flatMap((item) =>
    item.type === 'event' && item.name !== 'SetAuthorization'
      ? [toEventSelector(item)]
      : [],
  ),
)

/** Builds the probe of an ERC-20 allowance. */
export function toErc20Probe(
  account: Address,
  token: Address,
  spender: Address,
): AllowanceProbe {
  return {
    kind: 'erc20',
    token: getAddress(token),
    spender: getAddress(spender),
    isNamed: true,
    target: getAddress(token),
    data: encodeFunctionData({
      abi: erc20Abi,
      functionName: 'allowance',
      args: [account, getAddress(spender)],
    }),
    rule: 'number',
  }
}

function toPermit2Probe(
  deployment: ChainDeployment,
  account: Address,
  pair: { readonly token: Address; readonly spender: Address },
): AllowanceProbe {
  return {
    kind: 'permit2',
    token: pair.token,
    spender: pair.spender,
    isNamed: true,
    target: deployment.permit2,
    data: encodeFunctionData({
      abi: permit2Abi,
      functionName: 'allowance',
      args: [account, pair.token, pair.spender],
    }),
    rule: 'permit2',
  }
}

/** Names an allowance: one probe each. */
export function getAllowanceKey(probe: AllowanceProbe): string {
  return `${probe.target}:${probe.data}:${probe.spender}`.toLowerCase()
}

/** Every address that calldata could hold, wherever it stands in its words. */
function listNamedAddresses(data: Hex): readonly Address[] {
  const found: Address[] = []
  for (let at = 4; at + 32 <= size(data) && found.length < 8; at += 32) {
    if (at > mostWords * 32) break
    const word = slice(data, at, at + 32)
    // A small number is no address that anybody has the key or the code of.
    if (/^0x0{24}(?!0{16})/.test(word)) found.push(toAddress(word))
  }
  return found
}

function readTokenIds(topic: Hex, data: Hex): readonly bigint[] {
  if (topic === singleTopic)
    return size(data) < 32 ? [] : [hexToBigInt(slice(data, 0, 32))]
  try {
    const [ids] = decodeAbiParameters(
      [{ type: 'uint256[]' }, { type: 'uint256[]' }],
      data,
    )
    return ids.slice(0, 32)
  } catch {
    // viem throws for malformed bytes: a log that lies names no token.
    return []
  }
}

function includesAddress(
  accounts: readonly Address[],
  address: Address,
): boolean {
  return accounts.some((one) => isSameAddress(one, address))
}

function toAddress(word: Hex): Address {
  return word.length < 66 ? zeroAddress : getAddress(`0x${word.slice(26, 66)}`)
}
