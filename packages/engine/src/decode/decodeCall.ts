import { type Address, type Hex, isSameAddress } from '@behest/spec'
import {
  type AbiFunction,
  decodeAbiParameters,
  decodeFunctionData,
  hexToBytes,
  toFunctionSelector,
} from 'viem'
import type { KnownContract } from '../ports.js'

/** One argument of a decoded call. */
export type DecodedArgument = {
  readonly name: string
  readonly type: string
  readonly value: unknown
}

/** A call whose bytes are understood. */
export type DecodedCall = {
  readonly contract: string
  readonly to: Address
  readonly functionName: string
  readonly arguments: readonly DecodedArgument[]
  /** For a multicall or commands: the calls inside, all of them understood too. */
  readonly inner: readonly DecodedCall[]
}

/**
 * Reads a call back from its bytes.
 *
 * @param options.call - The bytes and where they go.
 * @param options.knownContracts - The only contracts that are understood.
 * @returns The decoded call, or `null` when any part of it is not understood.
 */
export function decodeCall(options: {
  readonly call: { readonly to: Address; readonly data: Hex }
  readonly knownContracts: readonly KnownContract[]
}): DecodedCall | null {
  const { call, knownContracts } = options
  const contract = knownContracts.find(({ address }) =>
    isSameAddress(address, call.to),
  )
  if (call.data === '0x')
    return {
      contract: contract?.name ?? 'an account',
      to: call.to,
      functionName: 'receive',
      arguments: [],
      inner: [],
    }
  return contract ? decodeWith(contract, call.data) : null
}

function decodeWith(contract: KnownContract, data: Hex): DecodedCall | null {
  const selector = data.slice(0, 10)
  const item = contract.abi.find(
    (entry): entry is AbiFunction =>
      entry.type === 'function' && toFunctionSelector(entry) === selector,
  )
  if (!item) return null
  let values: readonly unknown[]
  try {
    values = decodeFunctionData({ abi: [item], data }).args ?? []
  } catch {
    // Bytes that do not fit the function are bytes that nobody understands.
    return null
  }
  const inner: DecodedCall[] = []
  if (item.name === 'multicall') {
    const parts = values.find((value) => Array.isArray(value)) as
      | readonly Hex[]
      | undefined
    for (const part of parts ?? []) {
      const decoded = decodeWith(contract, part)
      if (!decoded) return null
      inner.push(decoded)
    }
  }
  if (contract.commands !== undefined && item.name === 'execute') {
    const decoded = decodeCommands(contract, contract.commands, values)
    if (!decoded) return null
    inner.push(...decoded)
  }
  return toDecoded(contract, { item, values, inner })
}

/**
 * Reads a byte string of commands, each with its own input. A byte that is not
 * listed is not understood; that includes those that let a command fail silently.
 */
function decodeCommands(
  contract: KnownContract,
  known: NonNullable<KnownContract['commands']>,
  [commands, inputs]: readonly unknown[],
): readonly DecodedCall[] | null {
  const codes = hexToBytes(commands as Hex)
  const bytes = inputs as readonly Hex[]
  if (codes.length !== bytes.length) return null
  const decoded: DecodedCall[] = []
  for (const [index, code] of codes.entries()) {
    const item = known[code]
    const input = bytes[index]
    if (item === undefined || input === undefined) return null
    try {
      const values = decodeAbiParameters(item.inputs, input)
      decoded.push(toDecoded(contract, { item, values, inner: [] }))
    } catch {
      // As with a function: bytes that do not fit are not understood.
      return null
    }
  }
  return decoded
}

function toDecoded(
  contract: KnownContract,
  call: {
    readonly item: AbiFunction
    readonly values: readonly unknown[]
    readonly inner: readonly DecodedCall[]
  },
): DecodedCall {
  const { item, values, inner } = call
  return {
    contract: contract.name,
    to: contract.address,
    functionName: item.name,
    arguments: item.inputs.map((input, index) => ({
      name: input.name ?? '',
      type: input.type,
      value: values[index],
    })),
    inner,
  }
}
