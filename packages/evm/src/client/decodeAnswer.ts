import {
  type Abi,
  type ContractFunctionName,
  type DecodeFunctionResultParameters,
  type DecodeFunctionResultReturnType,
  decodeFunctionResult,
} from 'viem'
import { ChainAnswerMalformedError } from './errors.js'

/**
 * Reads what a contract returned out of a node's answer. A node may say anything:
 * what the function cannot have returned is the node's fault, and said as such.
 *
 * @throws {ChainAnswerMalformedError} when the bytes do not fit the function.
 */
export function decodeAnswer<
  const TAbi extends Abi,
  TName extends ContractFunctionName<TAbi>,
>(
  answer: DecodeFunctionResultParameters<TAbi, TName>,
): DecodeFunctionResultReturnType<TAbi, TName> {
  try {
    return decodeFunctionResult(answer)
  } catch (cause) {
    throw new ChainAnswerMalformedError({
      functionName: String(answer.functionName),
      bytes: (answer.data.length - 2) / 2,
      cause,
    })
  }
}
