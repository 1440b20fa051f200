import type { Address, Hex } from '@behest/spec'
import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  type DecodeFunctionResultParameters,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  numberToHex,
} from 'viem'
import type { ChainClient } from '../client/createChainClient.js'
import { decodeAnswer } from '../client/decodeAnswer.js'
import { ChainReadError, toChainError } from '../client/errors.js'

/** A contract that only a state override brings into being. */
export type Lens<TAbi extends Abi> = {
  readonly address: Address
  readonly code: Hex
  readonly abi: TAbi
}

/**
 * Runs a lens at one block: one request, whatever it reads.
 *
 * @param options.blockNumber - The block whose state is read; the newest if absent.
 * @returns What the lens function returns.
 * @throws {StateGoneError} when the node dropped that block's state.
 * @throws {ChainReadError} when the node refuses, e.g. for lack of gas.
 * @throws {ChainUnreachableError} when it does not answer.
 */
export async function callLens<
  const TAbi extends Abi,
  TName extends ContractFunctionName<TAbi, 'view'>,
  const TArgs extends ContractFunctionArgs<TAbi, 'view', TName>,
>(options: {
  readonly client: ChainClient
  readonly lens: Lens<TAbi>
  readonly functionName: TName
  readonly args: TArgs
  readonly blockNumber?: bigint | undefined
}): Promise<ContractFunctionReturnType<TAbi, 'view', TName, TArgs>> {
  const { client, lens, functionName, args, blockNumber } = options
  const data = encodeFunctionData({
    abi: lens.abi,
    functionName,
    args,
  } as unknown as EncodeFunctionDataParameters)
  const answer = await client
    .request({
      method: 'eth_call',
      params: [
        { to: lens.address, data },
        blockNumber === undefined ? 'latest' : numberToHex(blockNumber),
        { [lens.address]: { code: lens.code } },
      ],
    })
    .catch((error: unknown) => {
      throw toChainError(error, {
        method: 'eth_call',
        ...(blockNumber === undefined ? {} : { blockNumber }),
      })
    })
  if (answer === '0x')
    throw new ChainReadError({
      method: 'eth_call',
      reason: 'it ignored the state override',
    })
  return decodeAnswer({
    abi: lens.abi,
    functionName,
    data: answer,
  } as unknown as DecodeFunctionResultParameters) as ContractFunctionReturnType<
    TAbi,
    'view',
    TName,
    TArgs
  >
}
