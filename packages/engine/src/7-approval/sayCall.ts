import {
  isSameAddress,
  type PlanArtifact,
  type PlanCall,
  type Token,
  toDecimal,
} from '@behest/spec'
import type { DecodedArgument, DecodedCall } from '../decode/decodeCall.js'
import type { KnownContract } from '../ports.js'

const routerItself = '0x0000000000000000000000000000000000000002'

/** What names a call's addresses and amounts are put into words with. */
export type Vocabulary = {
  readonly account: string
  readonly tokens: readonly Token[]
  readonly knownContracts: readonly KnownContract[]
}

/** Collects every token that a plan speaks of. */
export function toVocabulary(
  plan: PlanArtifact,
  knownContracts: readonly KnownContract[],
): Vocabulary {
  const tokens = plan.steps.flatMap((step) => [
    ...[...step.spend, ...step.receive, ...step.positions].map(
      ({ token }) => token,
    ),
    ...(step.route ?? []).flatMap(({ tokenIn, tokenOut }) => [
      tokenIn,
      tokenOut,
    ]),
  ])
  return { account: plan.account, tokens, knownContracts }
}

/**
 * Puts a call into words made from its decoded bytes and nothing else.
 *
 * @param options.nativeSymbol - Symbol of the chain's coin.
 * @returns One sentence without a full stop.
 */
export function sayCall(options: {
  readonly call: PlanCall
  readonly decoded: DecodedCall
  readonly vocabulary: Vocabulary
  readonly nativeSymbol: string
}): string {
  const { call, decoded, vocabulary, nativeSymbol } = options
  const value =
    call.valueWei > 0n
      ? ` with ${toDecimal(call.valueWei, 18)} ${nativeSymbol}`
      : ''
  if (decoded.functionName === 'receive')
    return `send ${toDecimal(call.valueWei, 18)} ${nativeSymbol} to ${sayAddress(call.to, vocabulary)}`
  const [splice] = call.splices
  if (!splice) return `${sayDecoded(decoded, vocabulary)}${value}`
  // The bytes hold the least; the amount is written when it is known.
  const token = findToken(decoded.to, vocabulary)
  const [spender, least] = decoded.arguments
  return decoded.functionName === 'approve' && token && spender && least
    ? `allow ${sayAddress(String(spender.value), vocabulary)} to take exactly what step ${splice.step} gives of ${token.symbol}, at least ${sayUnits(least.value, token)}`
    : `${sayDecoded(decoded, vocabulary)}${value}, with what step ${splice.step} really gives in place of the least amount`
}

// The last moment that a date can name.
const lastUnixSeconds = 8_640_000_000_000n

/** An agent may write any number for a time; none of them is too absurd to say. */
function sayDeadline(unixSeconds: bigint): string {
  return unixSeconds > lastUnixSeconds
    ? 'without a deadline'
    : `until ${new Date(Number(unixSeconds) * 1000).toISOString()}`
}

function sayDecoded(decoded: DecodedCall, vocabulary: Vocabulary): string {
  if (decoded.inner.length > 0) {
    const until = decoded.arguments.find(({ name }) => name === 'deadline')
    const limit =
      typeof until?.value === 'bigint' ? `${sayDeadline(until.value)}: ` : ''
    return `${limit}${decoded.inner.map((inner) => sayDecoded(inner, vocabulary)).join('; ')}`
  }
  const token = findToken(decoded.to, vocabulary)
  const [first, second] = decoded.arguments
  if (decoded.functionName === 'approve' && token && first && second)
    return second.value === 0n
      ? `take back the allowance of ${sayAddress(String(first.value), vocabulary)} on ${token.symbol}`
      : `allow ${sayAddress(String(first.value), vocabulary)} to take exactly ${sayUnits(second.value, token)}`
  if (decoded.functionName === 'transfer' && token && first && second)
    return `send ${sayUnits(second.value, token)} to ${sayAddress(String(first.value), vocabulary)}`
  const values = decoded.arguments.map((argument) =>
    sayArgument(argument, vocabulary),
  )
  return `${decoded.contract}.${decoded.functionName}(${values.join(', ')})`
}

function sayArgument(
  argument: DecodedArgument,
  vocabulary: Vocabulary,
): string {
  const text = sayValue(argument.value, vocabulary)
  return argument.name === '' ? text : `${argument.name}: ${text}`
}

function sayValue(value: unknown, vocabulary: Vocabulary): string {
  if (typeof value === 'string')
    return /^0x[0-9a-fA-F]{40}$/.test(value)
      ? sayAddress(value, vocabulary)
      : sayBytes(value, vocabulary)
  if (Array.isArray(value))
    return `[${value.map((item) => sayValue(item, vocabulary)).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([name, item]) => `${name}: ${sayValue(item, vocabulary)}`)
      .join(', ')}}`
  return String(value)
}

/** A packed path names its tokens; other bytes are shown as they are. */
function sayBytes(value: string, vocabulary: Vocabulary): string {
  const bytes = (value.length - 2) / 2
  if (bytes >= 43 && (bytes - 20) % 23 === 0) {
    const names: string[] = []
    for (let at = 2; at + 40 <= value.length; at += 46) {
      names.push(sayAddress(`0x${value.slice(at, at + 40)}`, vocabulary))
      const fee = value.slice(at + 40, at + 46)
      if (fee.length === 6)
        names.push(`(${Number.parseInt(fee, 16) / 10_000} %)`)
    }
    return names.join(' ')
  }
  return value.length > 74 ? `${value.slice(0, 74)}… (${bytes} bytes)` : value
}

/** Names an address: the user, a token, a known contract, or itself in full. */
export function sayAddress(address: string, vocabulary: Vocabulary): string {
  if (isSameAddress(address, vocabulary.account)) return 'you'
  // Uniswap's routers know themselves by this address between two swaps.
  if (address === routerItself) return 'the router itself'
  const token = findToken(address, vocabulary)
  if (token) return token.symbol
  const contract = vocabulary.knownContracts.find((entry) =>
    isSameAddress(entry.address, address),
  )
  return contract ? `${contract.name} (${address})` : address
}

function sayUnits(value: unknown, token: Token): string {
  return typeof value === 'bigint'
    ? `${toDecimal(value, token.decimals)} ${token.symbol}`
    : String(value)
}

function findToken(address: string, vocabulary: Vocabulary): Token | undefined {
  return vocabulary.tokens.find((token) =>
    isSameAddress(token.address, address),
  )
}
