import {
  type Address,
  encodeAbiParameters,
  type Hex,
  keccak256,
  toBytes,
} from 'viem'
import { type Deployer, DeploymentFailedError } from './deployer.js'

export const multicall3Address: Address =
  '0xcA11bde05977b3631167028862bE2a173976CA11'
export const permit2Address: Address =
  '0x000000000022D473030F116dDEE9F6B43aC78BA3'
/** Anvil's genesis already has it. */
export const create2FactoryAddress: Address =
  '0x4e59b44847b379578588920cA78FbF26c0B4956C'

/**
 * The domain separator that the published runtime caches for chain 31337. It is
 * wrong, so signatures would fail on this chain and on no other.
 */
const wrongSeparator =
  'd5a17abc3865df5c1400c0299bd4ce2eefc8114aec5f9d3dded1745783e57b98'

/** Phase 1: Multicall3 and Permit2 where every chain has them. */
export async function deployCanonical(deployer: Deployer): Promise<{
  readonly multicall3: Address
  readonly permit2: Address
  readonly create2Factory: Address
}> {
  const { request, artifacts, assertCode } = deployer
  const receipt = await deployer.send('Multicall3', {
    data: artifacts.multicall3Bytecode,
  })
  const runtime = await request<Hex>('eth_getCode', [
    receipt.contractAddress,
    'latest',
  ])
  await request('anvil_setCode', [multicall3Address, runtime])
  await request('anvil_setCode', [
    permit2Address,
    patchPermit2(artifacts.permit2Runtime, deployer.chainId),
  ])
  const separator = await request<Hex>('eth_call', [
    { to: permit2Address, data: '0x3644e515' },
    'latest',
  ])
  if (separator !== getPermit2Separator(deployer.chainId))
    throw new DeploymentFailedError({
      label: 'Permit2',
      reason: `its domain separator is ${separator}`,
    })
  await assertCode('Multicall3', multicall3Address)
  await assertCode('create2 factory', create2FactoryAddress)
  return {
    multicall3: multicall3Address,
    permit2: permit2Address,
    create2Factory: create2FactoryAddress,
  }
}

/** Puts the right domain separator into Permit2's published runtime. */
export function patchPermit2(runtime: Hex, chainId: number): Hex {
  const parts = runtime.split(wrongSeparator)
  if (parts.length !== 2)
    throw new DeploymentFailedError({
      label: 'Permit2',
      reason: `the separator to replace occurs ${parts.length - 1} times`,
    })
  return parts.join(getPermit2Separator(chainId).slice(2)) as Hex
}

function getPermit2Separator(chainId: number): Hex {
  return keccak256(
    encodeAbiParameters(
      [
        { type: 'bytes32' },
        { type: 'bytes32' },
        { type: 'uint256' },
        { type: 'address' },
      ],
      [
        keccak256(
          toBytes(
            'EIP712Domain(string name,uint256 chainId,address verifyingContract)',
          ),
        ),
        keccak256(toBytes('Permit2')),
        BigInt(chainId),
        permit2Address,
      ],
    ),
  )
}
