import type { Market } from '../market/Market.js'
import type { Dual } from './createDual.js'
import { createFactorisation } from './createFactorisation.js'
import { orderByMinimumDegree } from './minimumDegree.js'

/** How a minimisation ended. */
export type Solution = {
  readonly type: 'converged' | 'stopped' | 'out-of-time'
  readonly rounds: number
}

// One e-fold of price a step: a wilder one overflows before it can be undone.
const longestStep = 1
// Predicted gain, as a share of the bound, under which a step is not worth it:
// 1e-7 basis points.
const negligibleGain = 1e-11
const firstDamping = 1e-2
const leastDamping = 1e-12
const mostDamping = 1e12
const mostRounds = 200

/**
 * Minimises the dual function by a damped semismooth Newton method on log
 * prices. Its matrix is the Laplacian of the pools that trade at the current
 * prices, so only tokens that something flows through are solved for.
 *
 * @param options.startPath - Pools that carry the first unit, as sides with
 * their conductance at rest. At the starting prices nothing flows yet, and
 * without them the first step would not know how deep the path is.
 * @param options.isLate - Tells whether the time is used up.
 */
export function solveDual(
  dual: Dual,
  options: {
    readonly startPath?: readonly {
      readonly from: number
      readonly to: number
      readonly conductance: number
    }[]
    readonly isLate?: (() => boolean) | undefined
  } = {},
): Solution {
  const { market, buy, shift, gradient } = dual
  const position = getElimination(market)
  const system = createSystem(market)
  let damping = firstDamping
  let startPath = options.startPath ?? []
  dual.evaluate()

  for (let round = 0; round < mostRounds; round++) {
    if (options.isLate?.() === true)
      return { type: 'out-of-time', rounds: round }
    system.collect(dual, startPath, position)
    startPath = []
    const { nodes, count, step } = system
    if (count === 0) return { type: 'converged', rounds: round }

    let solved = false
    while (!solved && damping <= mostDamping) {
      solved = system.solve(dual, damping)
      if (!solved) damping *= 100
    }
    if (!solved) return { type: 'stopped', rounds: round }
    let slope = 0
    let longest = 0
    for (let k = 0; k < count; k++) {
      slope += gradient[nodes[k]!]! * step[k]!
      longest = Math.max(longest, Math.abs(step[k]!))
    }
    if (!(slope < 0)) return { type: 'converged', rounds: round }
    const settled =
      -slope <= negligibleGain * dual.value && longest < longestStep
    const value = dual.value
    const before = system.rememberShift(shift)
    let scale = Math.min(1, longestStep / longest)
    const fullScale = scale
    let accepted = false
    for (let trial = 0; trial < 40; trial++) {
      for (let k = 0; k < count; k++) {
        const token = nodes[k]!
        if (token !== buy) shift[token] = before[k]! + scale * step[k]!
      }
      dual.evaluate()
      let slopeHere = 0
      for (let k = 0; k < count; k++)
        slopeHere += gradient[nodes[k]!]! * step[k]!
      // The function is convex: while it still falls here, it is lower here,
      // whatever the rounding of its value says.
      if (
        slopeHere <= 0 ||
        dual.value <= value + 1e-4 * scale * slope ||
        (settled && dual.value <= value)
      ) {
        accepted = true
        break
      }
      const guess = slope / (slope - slopeHere)
      scale *= Math.min(0.6, Math.max(0.1, guess))
    }
    if (!accepted) {
      for (let k = 0; k < count; k++) shift[nodes[k]!] = before[k]!
      dual.evaluate()
      if (settled) return { type: 'converged', rounds: round + 1 }
      damping = Math.max(damping, leastDamping) * 100
      if (damping > mostDamping) return { type: 'stopped', rounds: round }
      continue
    }
    if (settled) return { type: 'converged', rounds: round + 1 }
    damping =
      scale === fullScale
        ? Math.max(leastDamping, damping / 10)
        : Math.min(mostDamping, damping * 3)
  }
  return { type: 'stopped', rounds: mostRounds }
}

/** Orders all tokens for elimination, once per market. */
function getElimination(market: Market): Int32Array {
  if (market.elimination !== undefined) return market.elimination
  const { corePools, poolStart, poolToken, peelPosition } = market
  const edges: number[] = []
  for (const pool of corePools)
    for (let i = poolStart[pool]!; i < poolStart[pool + 1]!; i++)
      for (let j = i + 1; j < poolStart[pool + 1]!; j++) {
        const left = poolToken[i]!
        const right = poolToken[j]!
        if (peelPosition[left]! < 0 && peelPosition[right]! < 0)
          edges.push(left, right)
      }
  const core = orderByMinimumDegree(market.tokenIds.length, edges)
  // Tokens that hang on one pool are eliminated first: they fill nothing in.
  const { peeled } = market
  for (let token = 0; token < core.length; token++)
    core[token] =
      peelPosition[token]! >= 0
        ? peelPosition[token]!
        : core[token]! + peeled.length
  market.elimination = core
  return core
}

type System = {
  nodes: Int32Array
  count: number
  step: Float64Array
  readonly collect: (
    dual: Dual,
    startPath: readonly {
      readonly from: number
      readonly to: number
      readonly conductance: number
    }[],
    position: Int32Array,
  ) => void
  readonly solve: (dual: Dual, damping: number) => boolean
  readonly rememberShift: (shift: Float64Array) => Float64Array
}

/** Holds the Newton system of the tokens that something flows through. */
function createSystem(market: Market): System {
  const { sideIn, sideOut, poolStart, poolToken } = market
  const tokens = market.tokenIds.length
  const factorisation = createFactorisation()
  const local = new Int32Array(tokens).fill(-1)
  let low = new Int32Array(64)
  let high = new Int32Array(64)
  let weight = new Float64Array(64)
  let ground = new Float64Array(16)
  let diagonal = new Float64Array(16)
  let before = new Float64Array(16)
  let edges = 0
  let previousLow = new Int32Array(0)
  let previousHigh = new Int32Array(0)
  let previousEdges = -1
  let previousCount = -1

  const system: System = {
    nodes: new Int32Array(16),
    count: 0,
    step: new Float64Array(16),
    collect: (dual, startPath, position) => {
      const found: number[] = []
      const touch = (token: number): void => {
        if (local[token] !== -1) return
        local[token] = -2
        found.push(token)
      }
      local[dual.buy] = -3
      touch(dual.sell)
      for (let i = 0; i < dual.activeCount; i++) {
        const side = dual.activeSide[i]!
        touch(sideIn[side]!)
        touch(sideOut[side]!)
      }
      for (const { from, to } of startPath) {
        touch(from)
        touch(to)
      }
      let needed = dual.activeCount + startPath.length
      for (const { pool, trade } of dual.activeCliques) {
        const size = trade.flows.length
        needed += (size * (size - 1)) / 2
        for (let slot = poolStart[pool]!; slot < poolStart[pool + 1]!; slot++)
          touch(poolToken[slot]!)
      }
      found.sort((left, right) => position[left]! - position[right]!)
      const count = found.length
      if (ground.length < count) {
        system.nodes = new Int32Array(count * 2)
        system.step = new Float64Array(count * 2)
        ground = new Float64Array(count * 2)
        diagonal = new Float64Array(count * 2)
        before = new Float64Array(count * 2)
      }
      if (low.length < needed) {
        low = new Int32Array(needed * 2)
        high = new Int32Array(needed * 2)
        weight = new Float64Array(needed * 2)
      }
      system.count = count
      for (let k = 0; k < count; k++) {
        system.nodes[k] = found[k]!
        local[found[k]!] = k
        ground[k] = 0
      }
      edges = 0
      const join = (from: number, to: number, conductance: number): void => {
        if (!(conductance > 0)) return
        const left = local[from]!
        const right = local[to]!
        if (left < 0) ground[right]! += conductance
        else if (right < 0) ground[left]! += conductance
        else {
          low[edges] = Math.min(left, right)
          high[edges] = Math.max(left, right)
          weight[edges++] = conductance
        }
      }
      for (let i = 0; i < dual.activeCount; i++) {
        const side = dual.activeSide[i]!
        join(sideIn[side]!, sideOut[side]!, dual.activeConductance[i]!)
      }
      for (const { from, to, conductance } of startPath)
        join(from, to, conductance)
      for (const { pool, trade } of dual.activeCliques) {
        const first = poolStart[pool]!
        const size = trade.flows.length
        for (let j = 0; j < size; j++)
          for (let k = j + 1; k < size; k++)
            join(
              poolToken[first + j]!,
              poolToken[first + k]!,
              trade.conductances[j * size + k]!,
            )
      }
      for (let k = 0; k < count; k++) local[system.nodes[k]!] = -1
      local[dual.buy] = -1
    },
    solve: (dual, damping) => {
      const { count, nodes, step } = system
      const extra = damping * Math.abs(dual.value)
      for (let k = 0; k < count; k++) {
        diagonal[k] = ground[k]! + extra
        step[k] = -dual.gradient[nodes[k]!]!
      }
      let reuse = previousCount === count && previousEdges === edges
      for (let e = 0; reuse && e < edges; e++)
        reuse = previousLow[e] === low[e] && previousHigh[e] === high[e]
      if (!reuse) {
        if (previousLow.length < edges) {
          previousLow = new Int32Array(edges * 2)
          previousHigh = new Int32Array(edges * 2)
        }
        for (let e = 0; e < edges; e++) {
          previousLow[e] = low[e]!
          previousHigh[e] = high[e]!
        }
        previousEdges = edges
        previousCount = count
      }
      return factorisation.solve({
        count,
        edges,
        low,
        high,
        weight,
        diagonal,
        right: step,
        reuse,
      })
    },
    rememberShift: (shift) => {
      for (let k = 0; k < system.count; k++)
        before[k] = shift[system.nodes[k]!]!
      return before
    },
  }
  return system
}
