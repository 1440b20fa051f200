import type { Address } from '@behest/spec'
import {
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  numberToHex,
  parseAbi,
} from 'viem'
import { describe, expect, test } from 'vitest'
import type { KnownContract } from '../ports.js'
import { account, router } from '../testing/fixtures.js'
import { decodeCall } from './decodeCall.js'

const abi = parseAbi([
  'function execute(bytes commands, bytes[] inputs, uint256 deadline) payable',
])
const commandsAbi = parseAbi([
  'function WRAP_ETH(address recipient, uint256 amount)',
  'function SWEEP(address token, address recipient, uint256 amountMin)',
])
const contract: KnownContract = {
  address: router,
  name: 'A Router',
  abi,
  commands: { 11: commandsAbi[0], 4: commandsAbi[1] },
}

const token: Address = '0x00000000000000000000000000000000000000cc'
const wrap: Hex = encodeAbiParameters(commandsAbi[0].inputs, [account, 5n])
const sweep: Hex = encodeAbiParameters(commandsAbi[1].inputs, [
  token,
  account,
  7n,
])

const decode = (
  codes: readonly number[],
  inputs: readonly Hex[],
  known = contract,
) =>
  decodeCall({
    call: {
      to: router,
      data: encodeFunctionData({
        abi,
        functionName: 'execute',
        args: [
          concatHex(codes.map((code) => numberToHex(code, { size: 1 }))),
          inputs,
          9n,
        ],
      }),
    },
    knownContracts: [known],
  })

describe('decodeCall, a string of commands', () => {
  test('behavior: each command is read with its own input, in order', () => {
    const decoded = decode([11, 4], [wrap, sweep])
    expect(decoded?.functionName).toBe('execute')
    expect(
      decoded?.inner.map(({ functionName, arguments: list }) => [
        functionName,
        ...list.map(({ name, value }) => [name, String(value).toLowerCase()]),
      ]),
    ).toEqual([
      ['WRAP_ETH', ['recipient', account.toLowerCase()], ['amount', '5']],
      [
        'SWEEP',
        ['token', token],
        ['recipient', account.toLowerCase()],
        ['amountMin', '7'],
      ],
    ])
  })

  test.each([
    ['a command that is not listed', [11, 5], [wrap, sweep]],
    ['a command that may fail silently', [11, 4 + 0x80], [wrap, sweep]],
    ['an input too few', [11, 4], [wrap]],
    ['an input too many', [11], [wrap, sweep]],
    ['bytes that do not fit', [4], [wrap]],
  ] as const)(
    'behavior: %s is understood by nobody',
    (_name, codes, inputs) => {
      expect(decode(codes, inputs)).toBeNull()
    },
  )

  test('behavior: of a contract without commands the call stays one', () => {
    const { commands: _commands, ...plain } = contract
    expect(decode([99], ['0x'], plain)?.inner).toEqual([])
  })
})
