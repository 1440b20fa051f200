import type { Address, AssetAddress, Hex } from '@behest/spec'
import {
  encodeAbiParameters,
  encodeFunctionData,
  hexToBigInt,
  parseAbi,
  size,
  slice,
  zeroAddress,
} from 'viem'
import { erc20Abi } from '../abi/abis.js'

/** One read of the lens `ReadLens`. */
export type Read = { readonly target: Address; readonly data: Hex }

const multiTokenAbi = parseAbi([
  'function balanceOf(address account, uint256 id) view returns (uint256)',
])

/** Builds the read of a balance in native coin or of an ERC-20 or ERC-721. */
export function balanceRead(asset: AssetAddress, account: Address): Read {
  return asset === 'native'
    ? {
        target: zeroAddress,
        data: encodeAbiParameters([{ type: 'address' }], [account]),
      }
    : {
        target: asset,
        data: encodeFunctionData({
          abi: erc20Abi,
          functionName: 'balanceOf',
          args: [account],
        }),
      }
}

/** Builds the read of a balance in one kind of an ERC-1155. */
export function multiTokenRead(
  token: { readonly token: Address; readonly id: bigint },
  account: Address,
): Read {
  return {
    target: token.token,
    data: encodeFunctionData({
      abi: multiTokenAbi,
      functionName: 'balanceOf',
      args: [account, token.id],
    }),
  }
}

/** The number in an answer; `undefined` where there is none. */
export function toUint(answer: Hex | undefined): bigint | undefined {
  return answer === undefined || size(answer) < 32
    ? undefined
    : hexToBigInt(slice(answer, 0, 32))
}
