import {
  type ContractSignaturePort,
  RegistryNotReadyError,
} from '@behest/registry'
import {
  BaseError,
  createPublicClient,
  encodeFunctionData,
  HttpRequestError,
  http,
  parseAbi,
  TimeoutError,
} from 'viem'

const abi = parseAbi([
  'function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)',
])
const isValid = '0x1626ba7e'
/** Enough for many owners and for passkeys; a loop ends here. */
const maxGas = 3_000_000n

/**
 * Creates the question to contract accounts (ERC-1271): does this account stand
 * behind a signature? Asked on the chain of the registry's domain, each time
 * anew, for an account may change its owners.
 *
 * @param rpcUrl - Where the chain is asked.
 */
export function createContractSignatures(
  rpcUrl: string,
): ContractSignaturePort {
  const client = createPublicClient({
    transport: http(rpcUrl, { retryCount: 0, timeout: 3_000 }),
  })
  return async ({ account, hash, signature }) => {
    try {
      const { data } = await client.call({
        to: account,
        data: encodeFunctionData({
          abi,
          functionName: 'isValidSignature',
          args: [hash, signature],
        }),
        gas: maxGas,
      })
      return data?.slice(0, 10).toLowerCase() === isValid
    } catch (error) {
      const isAway =
        error instanceof BaseError &&
        error.walk(
          (cause) =>
            cause instanceof HttpRequestError || cause instanceof TimeoutError,
        ) !== null
      if (isAway)
        throw new RegistryNotReadyError({
          missing: 'the chain that the owner’s account stands on is away',
        })
      return false // it refused, or it is no contract
    }
  }
}
