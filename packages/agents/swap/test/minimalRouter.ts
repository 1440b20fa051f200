import type { TestChain } from '@behest/agent-testing'
import type { Address } from '@behest/spec'
import {
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  parseAbi,
} from 'viem'
import type { SwapLeg } from '../src/calls/SwapLeg.js'
import { compileSolidity } from './compileSolidity.js'

const source = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

interface Token {
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

interface Wrapped is Token {
    function deposit() external payable;
    function withdraw(uint256 amount) external;
}

interface Pair {
    function getReserves() external view returns (uint112, uint112, uint32);
    function swap(uint256 out0, uint256 out1, address to, bytes calldata data) external;
}

interface Pool {
    function swap(address to, bool zeroForOne, int256 amount, uint160 limit, bytes calldata data)
        external
        returns (int256, int256);
}

/// The least that a contract must do to carry a route out: pay the first pool
/// of each leg, hand on, hold each leg to its bound, and let no one but a pool
/// of the factory ask for payment. It is a yardstick and is never deployed.
contract MinimalRouter {
    struct Hop {
        address pool;
        address tokenIn;
        address tokenOut;
        uint24 feePips;
        bool isPair;
    }

    struct Leg {
        uint256 amountIn;
        uint256 leastOut;
        Hop[] hops;
    }

    address private immutable factory;
    bytes32 private immutable poolCodeHash;
    Wrapped private immutable wrapped;

    constructor(address factory_, bytes32 poolCodeHash_, address wrapped_) {
        factory = factory_;
        poolCodeHash = poolCodeHash_;
        wrapped = Wrapped(wrapped_);
    }

    receive() external payable {}

    function swap(Leg[] calldata legs, bool buysNative, uint256 deadline) external payable {
        require(block.timestamp <= deadline, "late");
        address payer = msg.sender;
        if (msg.value > 0) {
            wrapped.deposit{value: msg.value}();
            payer = address(this);
        }
        address recipient = buysNative ? address(this) : msg.sender;
        uint256 total;
        for (uint256 index = 0; index < legs.length; ++index)
            total += walk(legs[index], payer, recipient);
        if (buysNative) {
            wrapped.withdraw(total);
            (bool paid, ) = msg.sender.call{value: total}("");
            require(paid, "unpaid");
        }
    }

    function walk(Leg calldata leg, address payer, address recipient) private returns (uint256 amount) {
        amount = leg.amountIn;
        uint256 count = leg.hops.length;
        for (uint256 index = 0; index < count; ++index) {
            Hop calldata hop = leg.hops[index];
            address to = recipient;
            if (index + 1 < count)
                to = leg.hops[index + 1].isPair ? leg.hops[index + 1].pool : address(this);
            if (hop.isPair) {
                // A later pair has been paid by the pool before it.
                if (index == 0) pay(hop.tokenIn, payer, hop.pool, amount);
                amount = throughPair(hop, to, amount);
            } else amount = throughPool(hop, to, amount, index == 0 ? payer : address(this));
        }
        require(amount >= leg.leastOut, "too little");
    }

    function throughPair(Hop calldata hop, address to, uint256 amountIn) private returns (uint256 amountOut) {
        bool zeroForOne = hop.tokenIn < hop.tokenOut;
        (uint256 held, uint256 other, ) = Pair(hop.pool).getReserves();
        if (!zeroForOne) (held, other) = (other, held);
        uint256 kept = amountIn * 997;
        amountOut = (kept * other) / (held * 1000 + kept);
        Pair(hop.pool).swap(zeroForOne ? 0 : amountOut, zeroForOne ? amountOut : 0, to, "");
    }

    function throughPool(Hop calldata hop, address to, uint256 amountIn, address payer)
        private
        returns (uint256)
    {
        bool zeroForOne = hop.tokenIn < hop.tokenOut;
        (int256 amount0, int256 amount1) = Pool(hop.pool).swap(
            to,
            zeroForOne,
            int256(amountIn),
            zeroForOne ? 4295128740 : 1461446703485210103287273052203988822378723970341,
            abi.encode(hop.tokenIn, hop.tokenOut, hop.feePips, payer)
        );
        return uint256(-(zeroForOne ? amount1 : amount0));
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata data) external {
        (address tokenIn, address tokenOut, uint24 feePips, address payer) =
            abi.decode(data, (address, address, uint24, address));
        require(msg.sender == poolOf(tokenIn, tokenOut, feePips), "not a pool");
        pay(tokenIn, payer, msg.sender, uint256(amount0 > 0 ? amount0 : amount1));
    }

    function poolOf(address tokenIn, address tokenOut, uint24 feePips) private view returns (address) {
        (address token0, address token1) = tokenIn < tokenOut ? (tokenIn, tokenOut) : (tokenOut, tokenIn);
        bytes32 salt = keccak256(abi.encode(token0, token1, feePips));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", factory, salt, poolCodeHash)))));
    }

    function pay(address token, address payer, address to, uint256 amount) private {
        bool paid = payer == address(this)
            ? Token(token).transfer(to, amount)
            : Token(token).transferFrom(payer, to, amount);
        require(paid, "unpaid");
    }
}
`

const abi = parseAbi([
  'constructor(address factory, bytes32 poolCodeHash, address wrapped)',
  'struct Hop { address pool; address tokenIn; address tokenOut; uint24 feePips; bool isPair; }',
  'struct Leg { uint256 amountIn; uint256 leastOut; Hop[] hops; }',
  'function swap(Leg[] legs, bool buysNative, uint256 deadline) payable',
])

// What the address of every V3 pool is derived from, on every chain alike.
const poolCodeHash =
  '0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54'

/** Puts the yardstick on the chain and gives its address. */
export async function openMinimalRouter(chain: TestChain): Promise<Address> {
  const { client, deployment, account } = chain
  const nonce = await client.getTransactionCount({ address: account })
  await chain.send({
    to: undefined as never,
    valueWei: 0n,
    data: encodeDeployData({
      abi,
      bytecode: compileSolidity({
        name: 'MinimalRouter',
        source,
        optimizerRuns: 1_000_000,
      }),
      args: [
        deployment.uniswapV3.factory,
        poolCodeHash,
        deployment.wrappedNative,
      ],
    }),
  })
  return getContractAddress({ from: account, nonce: BigInt(nonce) })
}

/** Encodes legs of exact inputs for the yardstick. */
export function encodeMinimal(options: {
  readonly legs: readonly Extract<SwapLeg, { type: 'exact-in' }>[]
  readonly buysNative: boolean
  readonly deadlineUnixSeconds: number
}): Hex {
  return encodeFunctionData({
    abi,
    functionName: 'swap',
    args: [
      options.legs.map((leg) => ({
        amountIn: leg.amountInUnits,
        leastOut: leg.leastOutUnits,
        hops: leg.hops.map((hop) => ({
          pool: hop.pool as Address,
          tokenIn: hop.tokenIn,
          tokenOut: hop.tokenOut,
          feePips: hop.feePips,
          isPair: hop.venue === 'uniswap-v2',
        })),
      })),
      options.buysNative,
      BigInt(options.deadlineUnixSeconds),
    ],
  })
}
