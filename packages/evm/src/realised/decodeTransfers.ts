import {
  type Address,
  type AssetAddress,
  type Hex,
  isSameAddress,
} from '@behest/spec'
import { getAddress, parseEventLogs, type RpcLog, zeroAddress } from 'viem'
import { aaveBookAbi } from '../abi/aaveBookAbi.js'
import { erc20Abi, morphoAbi, wethAbi } from '../abi/abis.js'
import type { SimulationLog } from '../simulation/requestSimulation.js'

/** What logs say that one account's holdings changed by. */
export type LoggedChange = {
  readonly account: Address
  readonly asset: AssetAddress
  readonly units: bigint
}

/** What logs say that one account's Morpho position changed by. */
export type LoggedPosition = {
  readonly account: Address
  readonly market: Hex
  readonly kind: 'supplied' | 'borrowed' | 'collateral'
  readonly units: bigint
}

/**
 * Decodes the token movements of one transaction from its logs.
 *
 * Only for when the state itself is gone: a log is what a contract says, not
 * what it did. Aave's tokens log the interest since the last action as if it had
 * moved now, so their own book entries are used for them.
 *
 * @param logs - The logs of one transaction.
 * @param wrappedNative - Whose deposits and withdrawals move tokens silently.
 * @returns Every movement, both sides of it.
 */
export function decodeTransfers(
  logs: readonly SimulationLog[],
  wrappedNative: Address,
): readonly LoggedChange[] {
  const books = parse(aaveBookAbi, logs)
  const keepsBooks = (token: Address) =>
    books.some((entry) => isSameAddress(entry.address, token))
  const changes: LoggedChange[] = []
  const add = (account: Address, token: Address, units: bigint) => {
    if (!isSameAddress(account, zeroAddress))
      changes.push({ account, asset: getAddress(token), units })
  }
  const transfers = parse(erc20Abi, logs).filter(
    (log) => log.eventName === 'Transfer',
  )
  for (const { address, args } of transfers) {
    const isMintOrBurn =
      isSameAddress(args.from, zeroAddress) ||
      isSameAddress(args.to, zeroAddress)
    if (isMintOrBurn && keepsBooks(address)) continue
    add(args.from, address, -args.amount)
    add(args.to, address, args.amount)
  }
  for (const entry of books) {
    const { value, balanceIncrease } = entry.args
    if (entry.eventName === 'Mint')
      add(entry.args.onBehalfOf, entry.address, value - balanceIncrease)
    else add(entry.args.from, entry.address, -(value + balanceIncrease))
  }
  for (const entry of parse(wethAbi, logs)) {
    if (!isSameAddress(entry.address, wrappedNative)) continue
    const isDeposit = entry.eventName === 'Deposit'
    const account = isDeposit ? entry.args.to : entry.args.from
    // Some chains' wrapped coin logs a transfer as well: count it once.
    const isLogged = transfers.some(
      ({ address, args }) =>
        isSameAddress(address, wrappedNative) &&
        args.amount === entry.args.amount &&
        isSameAddress(isDeposit ? args.from : args.to, zeroAddress) &&
        isSameAddress(isDeposit ? args.to : args.from, account),
    )
    if (!isLogged)
      add(
        account,
        entry.address,
        isDeposit ? entry.args.amount : -entry.args.amount,
      )
  }
  return changes
}

/** Decodes the changes of Morpho positions from logs, in underlying units. */
export function decodeMorphoChanges(
  logs: readonly SimulationLog[],
  morpho: Address,
): readonly LoggedPosition[] {
  return parse(morphoAbi, logs).flatMap((log): readonly LoggedPosition[] => {
    if (!isSameAddress(log.address, morpho)) return []
    switch (log.eventName) {
      case 'Supply':
        return [toPosition(log.args, 'supplied', 1n)]
      case 'Withdraw':
        return [toPosition(log.args, 'supplied', -1n)]
      case 'Borrow':
        return [toPosition(log.args, 'borrowed', 1n)]
      case 'Repay':
        return [toPosition(log.args, 'borrowed', -1n)]
      case 'SupplyCollateral':
        return [toPosition(log.args, 'collateral', 1n)]
      case 'WithdrawCollateral':
        return [toPosition(log.args, 'collateral', -1n)]
      default:
        return []
    }
  })
}

function toPosition(
  args: {
    readonly id: Hex
    readonly onBehalf: Address
    readonly assets: bigint
  },
  kind: LoggedPosition['kind'],
  sign: bigint,
): LoggedPosition {
  return {
    account: args.onBehalf,
    market: args.id,
    kind,
    units: sign * args.assets,
  }
}

function parse<
  const TAbi extends
    | typeof erc20Abi
    | typeof wethAbi
    | typeof morphoAbi
    | typeof aaveBookAbi,
>(abi: TAbi, logs: readonly SimulationLog[]) {
  return parseEventLogs({
    abi,
    logs: logs as unknown as RpcLog[],
    strict: true,
  })
}
