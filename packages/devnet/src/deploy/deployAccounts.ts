import { type Address, type Hex, pad, toHex } from 'viem'
import type { DevnetAddresses } from '../addresses.js'
import { create2FactoryAddress } from './deployCanonical.js'
import { type Deployer, DeploymentFailedError } from './deployer.js'

const entryPoint08 = {
  factory: create2FactoryAddress,
  name: 'EntryPoint08',
  salt: '0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9',
  expected: '0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108',
} as const

const entryPoint07 = {
  factory: create2FactoryAddress,
  name: 'EntryPoint07',
  salt: '0x90d8084deab30c2a37c45e8d47f49f2f7965183cb6990a98943ef94940681de3',
  expected: '0x0000000071727De22E5E9d8BAf0edAc6f37da032',
} as const

/** Phase 8, first half: ERC-4337 at its public addresses. */
export async function deployEntryPoints(
  deployer: Deployer,
): Promise<
  Pick<
    DevnetAddresses,
    'entryPoints' | 'simpleAccountFactory' | 'simple7702Account'
  >
> {
  const v08 = await deployer.deployThrough(entryPoint08)
  const v07 = await deployer.deployThrough(entryPoint07)
  return {
    entryPoints: { v07, v08 },
    simpleAccountFactory: await deployer.deploy('SimpleAccountFactory', {
      args: [v08],
    }),
    simple7702Account: await deployer.deploy('Simple7702Account'),
  }
}

/** Phase 8, second half: Safe 1.4.1 at its public addresses. */
export async function deploySafe(
  deployer: Deployer,
): Promise<DevnetAddresses['safe']> {
  const { request, artifacts } = deployer
  const { signerAddress, transaction, address } = artifacts.safeSingletonFactory
  await request('anvil_setBalance', [signerAddress, toHex(10n ** 18n)])
  const receipt = await request<{ readonly status: Hex }>(
    'eth_sendRawTransactionSync',
    [transaction],
  )
  if (receipt.status !== '0x1')
    throw new DeploymentFailedError({
      label: 'Safe singleton factory',
      reason: 'its pre-signed transaction reverted',
    })
  await deployer.assertCode('Safe singleton factory', address)

  const deployOne = (name: string, expected: Address) =>
    deployer.deployThrough({
      factory: address,
      salt: pad('0x'),
      name,
      expected,
    })
  return {
    singletonFactory: address,
    safe: await deployOne('Safe', '0x41675C099F32341bf84BFc5382aF534df5C7461a'),
    safeL2: await deployOne(
      'SafeL2',
      '0x29fcB43b46531BcA003ddC8FCB67FFE91900C762',
    ),
    safeProxyFactory: await deployOne(
      'SafeProxyFactory',
      '0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67',
    ),
    multiSend: await deployOne(
      'MultiSend',
      '0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526',
    ),
    multiSendCallOnly: await deployOne(
      'MultiSendCallOnly',
      '0x9641d764fc13c8B624c04430C7356C1C7C8102e2',
    ),
    compatibilityFallbackHandler: await deployOne(
      'CompatibilityFallbackHandler',
      '0xfd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99',
    ),
    signMessageLib: await deployOne(
      'SignMessageLib',
      '0xd53cd0aB83D845Ac265BE939c57F53AD838012c9',
    ),
    createCall: await deployOne(
      'CreateCall',
      '0x9b35Af71d77eaf8d7e40252370304687390A1A52',
    ),
    simulateTxAccessor: await deployOne(
      'SimulateTxAccessor',
      '0x3d4BA2E0884aa488718476ca2FB8Efc291A46199',
    ),
  }
}
