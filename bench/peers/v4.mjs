// Holds our quotes for V4 pools against its PoolManager, to the unit.
//   node v4.mjs [--pools N]   ten swaps in each, one after the other
// The manager is compiled from @uniswap/v4-core and runs on a chain of its own;
// each pool is made, filled and traded with in one call that is taken back.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import solc from 'solc'
import {
  createPublicClient,
  createWalletClient,
  decodeErrorResult,
  encodeFunctionData,
  http,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { spawnAnvil } from '../../packages/devnet/dist/spawnAnvil.js'
import {
  getSqrtPriceAtTick,
  getTickAtSqrtPrice,
  swapConcentrated,
} from '../../packages/router/dist/index.js'

const flag = process.argv.indexOf('--pools')
const count = flag > 0 ? Number(process.argv[flag + 1]) : 500
const swapsEach = 10
// A trade beyond all liquidity walks every word of ticks to the end of prices:
// 15 million gas where ticks are one apart.
const callGas = 1_000_000_000n
let state = 4
const draw = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}
const drawWhole = (least, most) => least + Math.floor(draw() * (most - least))
const pick = (list) => list[Math.floor(draw() * list.length)]

const knownReverts = {
  '0x': 'no reason; the gas of the call was used up',
  '0x93dafdf1': 'SafeCastOverflow: a range that takes more than 2^127 units',
}

// All that the manager needs of the one contract that its package leaves out.
const owned = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
abstract contract Owned {
    address public owner;
    modifier onlyOwner() {
        require(msg.sender == owner);
        _;
    }
    constructor(address first) {
        owner = first;
    }
}`

function compile() {
  const require = createRequire(import.meta.url)
  const name = 'PoolProbe.sol'
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: 'Solidity',
        sources: {
          [name]: {
            content: readFileSync(new URL(name, import.meta.url), 'utf8'),
          },
        },
        settings: {
          evmVersion: 'cancun',
          optimizer: { enabled: true, runs: 200 },
          viaIR: true,
          outputSelection: { [name]: { '*': ['abi', 'evm.bytecode.object'] } },
        },
      }),
      {
        import: (path) => ({
          contents: path.endsWith('/Owned.sol')
            ? owned
            : readFileSync(require.resolve(path), 'utf8'),
        }),
      },
    ),
  )
  const errors = (output.errors ?? []).filter(
    ({ severity }) => severity === 'error',
  )
  if (errors.length > 0) throw new Error(errors[0].formattedMessage)
  const { abi, evm } = output.contracts[name].PoolProbe
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}

const { abi, bytecode } = compile()
const anvil = await spawnAnvil({
  port: 0,
  flags: [
    '--hardfork',
    'cancun',
    '--disable-code-size-limit',
    '--gas-limit',
    String(2n * callGas),
  ],
})
try {
  const transport = http(anvil.url)
  const account = mnemonicToAccount(
    'test test test test test test test test test test test junk',
  )
  const client = createPublicClient({ transport })
  const hash = await createWalletClient({ account, transport }).deployContract({
    abi,
    bytecode,
    chain: null,
    gas: 29_000_000n,
  })
  const { contractAddress } = await client.waitForTransactionReceipt({ hash })

  let compared = 0
  let equal = 0
  let refused = 0
  const reasons = new Map()
  for (let which = 0; which < count; which++) {
    const made = drawPool(which)
    const steps = await probe(client, contractAddress, made)
    if (typeof steps === 'string') {
      refused++
      reasons.set(steps, (reasons.get(steps) ?? 0) + 1)
      continue
    }
    const { pool: start, trades } = made
    const [first, ...rest] = steps
    let pool = { ...start, tick: first.tick, liquidity: first.liquidity }
    for (const [i, { zeroForOne, amount }] of trades.entries()) {
      const step = rest[i]
      const isExactIn = amount < 0n
      const swap = swapConcentrated(pool, {
        direction: zeroForOne ? 'zero-for-one' : 'one-for-zero',
        type: isExactIn ? 'exact-in' : 'exact-out',
        units: isExactIn ? -amount : amount,
      })
      const [paid, received] = zeroForOne
        ? [-step.amount0, step.amount1]
        : [-step.amount1, step.amount0]
      pool = swap.poolAfter
      compared++
      const isEqual =
        swap.amountIn === paid &&
        swap.amountOut === received &&
        pool.sqrtPriceX96 === step.sqrtPriceX96 &&
        pool.liquidity === step.liquidity &&
        pool.tick === step.tick
      if (isEqual) equal++
      else if (compared - equal < 5)
        console.log('different', {
          which,
          i,
          amount,
          zeroForOne,
          fee: start.feePips,
          protocolFee: made.protocolFee,
          ours: [
            swap.amountIn,
            swap.amountOut,
            pool.sqrtPriceX96,
            pool.tick,
            pool.liquidity,
          ],
          theirs: [
            paid,
            received,
            step.sqrtPriceX96,
            step.tick,
            step.liquidity,
          ],
        })
      pool = {
        ...pool,
        sqrtPriceX96: step.sqrtPriceX96,
        tick: step.tick,
        liquidity: step.liquidity,
      }
    }
  }
  console.log(
    `v4: ${compared} swaps in ${count - refused} pools compared with PoolManager, ${equal} equal to the unit, price, tick and liquidity; ${refused} pools that it refuses`,
  )
  for (const [reason, pools] of reasons) console.log(`  ${pools}: ${reason}`)
  if (equal !== compared) process.exitCode = 1
} finally {
  await anvil.stop()
}

/** A pool with a handful of ranges, fees of every size, and trades with it. */
function drawPool(which) {
  const tickSpacing = pick([1, 10, 60, 200, drawWhole(1, 2000)])
  const lpFee = pick([0, 100, 500, 3000, 10_000, drawWhole(1, 200_000)])
  const protocolFee = draw() < 0.3 ? drawWhole(1, 1000) : 0
  const around = drawWhole(-200_000, 200_000)
  const sqrtPriceX96 =
    getSqrtPriceAtTick(around) + BigInt(Math.floor(draw() * 1e6))
  const furthest = Math.floor(887_272 / tickSpacing) * tickSpacing
  const snap = (tick) =>
    Math.min(
      furthest,
      Math.max(-furthest, Math.round(tick / tickSpacing) * tickSpacing),
    )
  const ranges = []
  for (let i = drawWhole(1, 8); i > 0; i--) {
    const width = tickSpacing * (1 + Math.exp(draw() * 7))
    const centre = around + (draw() - 0.5) * 2 * width
    const lower = snap(centre - width)
    const upper = Math.max(lower + tickSpacing, snap(centre + width))
    if (upper > furthest) continue
    ranges.push({
      lower,
      upper,
      liquidity: BigInt(Math.floor(10 ** (6 + draw() * 18))),
    })
  }
  const nets = new Map()
  for (const { lower, upper, liquidity } of ranges) {
    nets.set(lower, (nets.get(lower) ?? 0n) + liquidity)
    nets.set(upper, (nets.get(upper) ?? 0n) - liquidity)
  }
  const trades = Array.from({ length: swapsEach }, () => {
    const units = BigInt(Math.floor(10 ** (draw() * 24))) + 1n
    return { zeroForOne: draw() < 0.5, amount: draw() < 0.6 ? -units : units }
  })
  return {
    ranges,
    trades,
    lpFee,
    protocolFee,
    pool: {
      kind: 'concentrated',
      id: `v4-${which}`,
      tokens: [
        '0x0000000000000000000000000000000000000000',
        '0x0000000000000000000000000000000000000001',
      ],
      // Both fees are taken one after the other.
      feePips:
        protocolFee + lpFee - Math.floor((protocolFee * lpFee) / 1_000_000),
      tickSpacing,
      sqrtPriceX96,
      liquidity: 0n,
      tick: getTickAtSqrtPrice(sqrtPriceX96),
      ticks: [...nets]
        .filter(([, net]) => net !== 0n)
        .sort(([left], [right]) => left - right)
        .map(([index, liquidityNet]) => ({ index, liquidityNet })),
      gas: 110_000,
    },
  }
}

async function probe(client, to, { pool, ranges, trades, lpFee, protocolFee }) {
  const [currency0, currency1] = pool.tokens
  const data = encodeFunctionData({
    abi,
    functionName: 'probe',
    args: [
      {
        currency0,
        currency1,
        fee: lpFee,
        tickSpacing: pool.tickSpacing,
        hooks: '0x0000000000000000000000000000000000000000',
      },
      pool.sqrtPriceX96,
      // The same fee in both directions.
      protocolFee * 4096 + protocolFee,
      ranges,
      trades,
    ],
  })
  try {
    await client.call({ to, data, gas: callGas })
  } catch (error) {
    const raw = error.walk?.((cause) => typeof cause.data === 'string')?.data
    if (raw === undefined) return error.walk?.()?.message ?? String(error)
    try {
      const { errorName, args } = decodeErrorResult({ abi, data: raw })
      return errorName === 'Steps' ? args[0] : errorName
    } catch {
      const selector = raw.slice(0, 10)
      return knownReverts[selector] ?? selector
    }
  }
  throw new RangeError('a probe came back without reverting')
}
