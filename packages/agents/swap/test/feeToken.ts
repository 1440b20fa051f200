import type { TestChain } from '@behest/agent-testing'
import type { Address } from '@behest/spec'
import {
  type Abi,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  parseAbi,
} from 'viem'
import { compileSolidity } from './compileSolidity.js'

const source = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

/// Keeps a hundredth of every transfer.
contract FeeToken {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    string public symbol = "FEE";
    uint8 public decimals = 18;

    constructor() {
        balanceOf[msg.sender] = 1e30;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        move(from, to, amount);
        return true;
    }

    function move(address from, address to, uint256 amount) private {
        balanceOf[from] -= amount;
        balanceOf[to] += amount - amount / 100;
    }
}
`
const abi = parseAbi([
  'function transfer(address to, uint256 amount) returns (bool)',
  'function createPair(address first, address second) returns (address)',
  'function getPair(address first, address second) view returns (address)',
  'function mint(address to) returns (uint256)',
])

/** Puts a token that takes a fee on transfer, and a pair with WETH, on the chain. */
export async function openFeePair(chain: TestChain): Promise<Address> {
  const { client, deployment, account } = chain
  const nonce = await client.getTransactionCount({ address: account })
  await chain.send({
    to: undefined as never,
    valueWei: 0n,
    data: encodeDeployData({
      abi: [] as Abi,
      bytecode: compileSolidity({ name: 'FeeToken', source }),
    }),
  })
  const token = getContractAddress({ from: account, nonce: BigInt(nonce) })
  const { factory } = deployment.uniswapV2
  const weth = chain.token('WETH').address as Address
  const call = (to: Address, data: Hex) =>
    chain.send({ to, valueWei: 0n, data })
  await call(
    factory,
    encodeFunctionData({
      abi,
      functionName: 'createPair',
      args: [token, weth],
    }),
  )
  const pair = await client.readContract({
    address: factory,
    abi,
    functionName: 'getPair',
    args: [token, weth],
  })
  await chain.deal('WETH', 40n * 10n ** 18n)
  for (const [asset, units] of [
    [token, 10n ** 24n],
    [weth, 20n * 10n ** 18n],
  ] as const)
    await call(
      asset,
      encodeFunctionData({
        abi,
        functionName: 'transfer',
        args: [pair, units],
      }),
    )
  await call(
    pair,
    encodeFunctionData({ abi, functionName: 'mint', args: [account] }),
  )
  return token
}
