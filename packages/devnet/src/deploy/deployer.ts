import { BehestError } from '@behest/spec'
import {
  type Abi,
  type Address,
  concat,
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  getAddress,
  type Hex,
  parseGwei,
  toHex,
} from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { devnetAccounts } from '../accounts.js'
import {
  ArtifactMissingError,
  type Artifacts,
  linkBytecode,
} from '../build/readArtifacts.js'
import { DevnetRequestError, requestRpc } from '../requestRpc.js'

/** Thrown when a transaction of the deployment fails. */
export class DeploymentFailedError extends BehestError {
  readonly code = 'DEVNET_DEPLOYMENT_FAILED'
  readonly retry = 'never'

  constructor(facts: {
    readonly label: string
    readonly reason: string
    readonly cause?: unknown
  }) {
    super(
      `The deployment step "${facts.label}" failed: ${facts.reason}. Correct the phase that contains it.`,
      {
        facts: { label: facts.label, reason: facts.reason },
        ...(facts.cause === undefined ? {} : { cause: facts.cause }),
      },
    )
  }
}

/** The fields of a receipt that the deployment looks at. */
export type Receipt = {
  readonly status: Hex
  readonly transactionHash: Hex
  readonly contractAddress: Address | null
  readonly gasUsed: Hex
}

/** A call of a contract whose artifact has the given name. */
export type ContractCall = {
  readonly name: string
  readonly address: Address
  readonly functionName: string
  readonly args?: readonly unknown[]
}

/** The one account that deploys everything, and the ways in which it does so. */
export type Deployer = {
  readonly account: PrivateKeyAccount
  readonly chainId: number
  readonly artifacts: Artifacts
  readonly request: <Result>(
    method: string,
    params?: readonly unknown[],
  ) => Promise<Result>
  readonly send: (
    label: string,
    transaction: {
      readonly to?: Address
      readonly data?: Hex
      readonly value?: bigint
    },
  ) => Promise<Receipt>
  readonly deploy: (
    name: string,
    options?: {
      readonly args?: readonly unknown[]
      readonly libraries?: Readonly<Record<string, Address>>
    },
  ) => Promise<Address>
  readonly write: (
    call: ContractCall & { readonly value?: bigint },
  ) => Promise<void>
  readonly read: <Result>(call: ContractCall) => Promise<Result>
  /** Creation code through a factory that takes `salt ++ code`. */
  readonly deployThrough: (options: {
    readonly factory: Address
    readonly salt: Hex
    readonly name: string
    readonly expected: Address
  }) => Promise<Address>
  readonly assertCode: (label: string, address: Address) => Promise<void>
}

/**
 * Creates the deployer.
 *
 * Gas, fees and nonces are fixed: nothing is estimated, so two builds give the
 * same bytes whatever a client library thinks of fees.
 */
export async function createDeployer(options: {
  readonly url: string
  readonly chainId: number
  readonly artifacts: Artifacts
}): Promise<Deployer> {
  const { url, chainId, artifacts } = options
  const account = privateKeyToAccount(devnetAccounts[0].privateKey)
  let nonce = 0

  const request: Deployer['request'] = (method, params = []) =>
    requestRpc(url, method, params)

  const getAbi = (name: string): Abi => getArtifact(name).abi
  const getArtifact = (name: string) => {
    const artifact = artifacts.contracts.get(name)
    if (artifact === undefined)
      throw new ArtifactMissingError({ name, wanted: 'artifact' })
    return artifact
  }

  const send: Deployer['send'] = async (label, transaction) => {
    const { to, data, value = 0n } = transaction
    const signed = await account.signTransaction({
      type: 'eip1559',
      chainId,
      nonce,
      gas: 16_000_000n,
      maxFeePerGas: parseGwei('20'),
      maxPriorityFeePerGas: 0n,
      value,
      ...(to === undefined ? {} : { to }),
      ...(data === undefined ? {} : { data }),
    })
    nonce += 1
    const receipt = await request<Receipt>('eth_sendRawTransactionSync', [
      signed,
    ])
    if (receipt.status !== '0x1')
      throw new DeploymentFailedError({
        label,
        reason: await request('eth_call', [
          { from: account.address, to, data, value: toHex(value) },
          'latest',
        ]).then(
          () => 'it ran out of gas',
          (error: unknown) =>
            error instanceof DevnetRequestError
              ? (error.facts.reason ?? '')
              : String(error),
        ),
      })
    return receipt
  }

  const assertCode: Deployer['assertCode'] = async (label, address) => {
    const code = await request<Hex>('eth_getCode', [address, 'latest'])
    if (code === '0x')
      throw new DeploymentFailedError({
        label,
        reason: `no code at ${address}`,
      })
  }

  const deploy: Deployer['deploy'] = async (
    name,
    { args = [], libraries = {} } = {},
  ) => {
    const artifact = getArtifact(name)
    const bytecode = linkBytecode(artifact, libraries)
    const data = encodeDeployData({ abi: artifact.abi, bytecode, args })
    const receipt = await send(name, { data })
    if (receipt.contractAddress === null)
      throw new DeploymentFailedError({
        label: name,
        reason: 'the receipt names no contract',
      })
    const address = getAddress(receipt.contractAddress)
    await assertCode(name, address)
    return address
  }

  const write: Deployer['write'] = async (call) => {
    const { name, address, functionName, args = [], value = 0n } = call
    const data = encodeFunctionData({ abi: getAbi(name), functionName, args })
    await send(`${name}.${functionName}`, { to: address, data, value })
  }

  const read = async <Result>(call: ContractCall): Promise<Result> => {
    const { name, address, functionName, args = [] } = call
    const abi = getAbi(name)
    const data = await request<Hex>('eth_call', [
      { to: address, data: encodeFunctionData({ abi, functionName, args }) },
      'latest',
    ])
    return decodeFunctionResult({ abi, functionName, args, data }) as Result
  }

  const deployThrough: Deployer['deployThrough'] = async ({
    factory,
    salt,
    name,
    expected,
  }) => {
    const data = concat([salt, getArtifact(name).bytecode])
    await send(name, { to: factory, data })
    await assertCode(name, expected)
    return expected
  }

  await request('anvil_setBalance', [
    account.address,
    toHex(10_000_000n * 10n ** 18n),
  ])
  return {
    account,
    chainId,
    artifacts,
    request,
    send,
    deploy,
    write,
    read,
    deployThrough,
    assertCode,
  }
}
