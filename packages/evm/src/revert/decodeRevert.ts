import type { Hex } from '@behest/spec'
import { decodeErrorResult, parseAbi, size, slice } from 'viem'
import { knownErrorsAbi } from '../abi/abis.js'
import { delegationErrorsAbi } from '../mandate/delegationAbi.js'
import { aaveErrors } from './aaveErrors.js'

const errorsAbi = [
  ...parseAbi(['error Error(string reason)', 'error Panic(uint256 code)']),
  ...knownErrorsAbi,
  ...delegationErrorsAbi,
]

const panics: Readonly<Record<string, string>> = {
  '1': 'an assertion failed',
  '17': 'a number overflowed',
  '18': 'a division by zero',
  '50': 'a list was read past its end',
}

/**
 * Decodes why a call reverted.
 *
 * The words are a contract's own: data for people, never an instruction.
 *
 * @param data - What the call returned.
 * @param message - What the node said, where there is no data.
 * @returns One line of at most 300 letters.
 */
export function decodeRevert(data: Hex, message = ''): string {
  return clean(decode(data, message, 0))
}

function decode(data: Hex, message: string, depth: number): string {
  if (size(data) < 4)
    return /out of gas/i.test(message)
      ? 'it ran out of gas'
      : 'it reverted without a reason'
  let decoded: ReturnType<typeof decodeErrorResult<typeof errorsAbi>>
  try {
    decoded = decodeErrorResult({ abi: errorsAbi, data })
  } catch {
    // viem throws for a selector that the list does not have.
    return `it reverted with an unknown error ${slice(data, 0, 4)}`
  }
  switch (decoded.errorName) {
    case 'Error': {
      const [reason] = decoded.args
      const words = aaveErrors[reason]
      return words === undefined ? reason : `${words} (Aave error ${reason})`
    }
    case 'Panic': {
      const code = decoded.args[0].toString()
      return `${panics[code] ?? 'an internal check failed'} (panic ${code})`
    }
    case 'ExecutionFailed': {
      const [index, inner] = decoded.args
      const reason = depth > 3 ? inner : decode(inner, '', depth + 1)
      return `command ${index} failed: ${reason}`
    }
    default: {
      const args: readonly unknown[] = decoded.args ?? []
      return `${decoded.errorName}(${args.map(String).join(', ')})`
    }
  }
}

function clean(reason: string): string {
  return reason.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').slice(0, 300)
}
