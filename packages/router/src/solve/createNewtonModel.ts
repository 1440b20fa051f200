import type { CliqueTrade } from '../market/CliquePool.js'
import type { Market } from '../market/Market.js'
import { type Dual, evaluateSide } from './createDual.js'
import {
  createFactorisation,
  type Factorisation,
} from './createFactorisation.js'
import { getElimination } from './getElimination.js'
import type { Rates } from './getRates.js'
import { grow } from './grow.js'

/**
 * The local picture of the dual function: every pool that trades, or is about
 * to, as a spring between the log prices of its tokens.
 */
export type NewtonModel = {
  /** Tokens whose price may move, in elimination order. */
  readonly nodes: Int32Array
  readonly count: number
  /** Pools in the model. */
  readonly springs: number
  readonly step: Float64Array
  /** Log prices and slopes at the start of the round, by node. */
  readonly before: Float64Array
  readonly gradient: Float64Array
  /** Takes the picture at the dual's current prices. */
  readonly begin: () => void
  /**
   * Adds the pools that a step of this length wakes first; false when there is
   * none. The dual is at the trial prices.
   */
  readonly learn: (length: number) => boolean
  /** Drops the pools that were added since `begin`. */
  readonly forget: () => void
  /** Solves for the step; false when the matrix is not positive. */
  readonly solve: (damping: number) => boolean
  /** Slope of the bound along the step, where the round began. */
  readonly getSlope: () => number
  /** The same at the dual's current prices. */
  readonly getSlopeHere: () => number
  /** Longest relative move of any token but the sold and the bought one. */
  readonly getLongest: () => number
  /** Longest move of the sold and the bought token. */
  readonly getFarthest: () => number
  /** Leaves the shared buffers as they were found. */
  readonly end: () => void
  /** Moves the dual's prices along the step and evaluates it. */
  readonly move: (length: number) => void
}

type Woken = {
  readonly which: number
  /** How far the side is from trading, in half log prices; not positive. */
  readonly distance: number
  /** How far the whole step moves its log price. */
  readonly moved: number
  /** The part of the step at which it begins to trade. */
  readonly at: number
}

// Pools that wake a little later are taken along: once the earlier ones slow
// the tokens down together, these are met next.
const wakeMargin = 2
// A side this close to trading pulls in the first guess.
const nearby = 1e-12
// Rounds of deciding which springs pull at the predicted prices.
const mostSettlings = 8

/** Creates the model of a dual function; its buffers live as long as it. */
export function createNewtonModel(dual: Dual, rates: Rates): NewtonModel {
  const { market, sell, buy } = dual
  const anchor = chooseAnchor(dual, rates)
  const { sideIn, sideOut, sideOffset, poolStart, poolToken } = market
  const position = getElimination(market)
  const { factorisation, local, spring, start, slopes, touched } =
    getScratch(market)

  let nodes = new Int32Array(32)
  let step = new Float64Array(32)
  let before = new Float64Array(32)
  let gradient = new Float64Array(32)
  let diagonal = new Float64Array(32)
  let ground = new Float64Array(32)
  let right = new Float64Array(32)
  let count = 0
  let value = 0
  // Tokens outside the model that move along with the node their path leads
  // through: left behind, each would leave the edge of trading that it rests on.
  let followers = new Int32Array(32)
  let leaders = new Int32Array(32)
  let followerCount = 0

  // Springs: sides with what they carry at the round's prices. A negative flow
  // tells how far the side is from beginning to trade.
  let side = new Int32Array(64)
  let ends = new Int32Array(128)
  let flow = new Float64Array(64)
  let conductance = new Float64Array(64)
  let pulls = new Uint8Array(64)
  let springs = 0
  let restingFrom = 0
  const cliques = new Map<number, CliqueTrade>()

  const pairs = new Set<number>()
  let low = new Int32Array(64)
  let high = new Int32Array(64)
  let weight = new Float64Array(64)
  let known = { count: -1, edges: -1 }
  let knownLow = new Int32Array(64)
  let knownHigh = new Int32Array(64)

  const add = (
    which: number,
    from: number,
    to: number,
    carried: number,
    slope: number,
    isPulling: boolean,
  ): void => {
    if (springs === side.length) {
      side = grow(side, Int32Array)
      ends = grow(ends, Int32Array)
      flow = grow(flow, Float64Array)
      conductance = grow(conductance, Float64Array)
      pulls = grow(pulls, Uint8Array)
    }
    if (which >= 0) spring[which] = springs
    side[springs] = which
    ends[2 * springs] = from
    ends[2 * springs + 1] = to
    flow[springs] = carried
    conductance[springs] = slope
    pulls[springs++] = isPulling ? 1 : 0
  }

  /** Adds a side that does not trade yet, with its distance from trading. */
  const addResting = (which: number): void => {
    const slope = getSlopeAtRest(which)
    const distance =
      sideOffset[which]! +
      (getStart(sideOut[which]!) - getStart(sideIn[which]!)) / 2
    add(
      which,
      sideIn[which]!,
      sideOut[which]!,
      2 * slope * Math.min(0, distance),
      slope,
      distance > -nearby,
    )
  }

  /** Adds one pair of tokens of a pool that does not trade yet. */
  const addPair = (pool: number, from: number, to: number): boolean => {
    const key = (pool * 64 + from) * 64 + to
    if (cliques.has(pool) || pairs.has(key)) return false
    pairs.add(key)
    const first = poolStart[pool]!
    const clique = market.cliques[pool]!
    const tokenIn = poolToken[first + from]!
    const tokenOut = poolToken[first + to]!
    const surplus =
      clique.getLogRate(from, to) +
      Math.log1p(-market.pools[pool]!.feePips / 1e6) +
      market.basePrice[tokenOut]! -
      market.basePrice[tokenIn]! +
      getStart(tokenOut) -
      getStart(tokenIn)
    const price = Math.exp(
      market.basePrice[tokenIn]! -
        market.basePrice[buy]! +
        getStart(tokenIn) -
        getStart(buy),
    )
    const slope = price * clique.getConductance(from, to)
    add(
      -1,
      tokenIn,
      tokenOut,
      slope * Math.min(0, surplus),
      slope,
      surplus > -nearby,
    )
    return true
  }

  /** Numbers the tokens of all springs, keeping known prices and slopes. */
  const number = (): void => {
    const found: number[] = []
    const touch = (token: number): void => {
      if (local[token] !== -1 || token === buy) return
      local[token] = -2
      found.push(token)
    }
    touch(sell)
    touch(anchor)
    for (let end = 0; end < 2 * springs; end++) touch(ends[end]!)
    for (const pool of cliques.keys())
      for (let slot = poolStart[pool]!; slot < poolStart[pool + 1]!; slot++)
        touch(poolToken[slot]!)
    // Every token brings its way to the bought one, so that none floats.
    for (let f = 0; f < found.length; f++) {
      const token = found[f]!
      const pool = rates.viaPool[token]!
      if (pool < 0) continue
      const next = rates.viaToken[token]!
      touch(next)
      const first = poolStart[pool]!
      if (market.cliques[pool] !== undefined)
        addPair(
          pool,
          poolToken.indexOf(token, first) - first,
          poolToken.indexOf(next, first) - first,
        )
      else {
        const which = 2 * pool + (sideIn[2 * pool] === token ? 0 : 1)
        if (spring[which]! < 0 && dual.allows(which)) addResting(which)
      }
    }
    found.sort((left, other) => position[left]! - position[other]!)
    count = found.length
    if (nodes.length < count) {
      nodes = new Int32Array(count * 2)
      step = new Float64Array(count * 2)
      before = new Float64Array(count * 2)
      gradient = new Float64Array(count * 2)
      diagonal = new Float64Array(count * 2)
      ground = new Float64Array(count * 2)
      right = new Float64Array(count * 2)
    }
    for (let k = 0; k < count; k++) {
      nodes[k] = found[k]!
      local[found[k]!] = -1
    }
  }

  const met: number[] = []
  const readNodes = (isTrial: boolean): void => {
    // Tokens that join during a trial have not moved yet and have no slope
    // beyond what the trial's own pools give them.
    for (let k = 0; k < count; k++) {
      const token = nodes[k]!
      if (touched[token] === 0) {
        touched[token] = 1
        met.push(token)
        start[token] = dual.shift[token]!
        slopes[token] = isTrial ? 0 : dual.gradient[token]!
      }
      before[k] = start[token]!
      gradient[k] = slopes[token]!
    }
    follow()
  }

  const follow = (): void => {
    for (let k = 0; k < count; k++) local[nodes[k]!] = k
    local[buy] = -3
    followerCount = 0
    for (let k = 0; k < count; k++) {
      if (nodes[k] === anchor) continue
      const first = followerCount
      gather(nodes[k]!, k)
      for (let f = first; f < followerCount; f++) gather(followers[f]!, k)
    }
    for (let k = 0; k < count; k++) local[nodes[k]!] = -1
    local[buy] = -1
    for (let f = 0; f < followerCount; f++) {
      const token = followers[f]!
      if (touched[token] === 0) {
        touched[token] = 1
        start[token] = dual.shift[token]!
        slopes[token] = 0
        met.push(token)
      }
    }
  }

  const gather = (token: number, leader: number): void => {
    const { childStart, child } = rates
    for (let c = childStart[token]!; c < childStart[token + 1]!; c++) {
      const next = child[c]!
      if (local[next] !== -1) continue
      if (followerCount === followers.length) {
        followers = grow(followers, Int32Array)
        leaders = grow(leaders, Int32Array)
      }
      followers[followerCount] = next
      leaders[followerCount++] = leader
    }
  }

  const solveOnce = (damping: number): boolean => {
    const extra = damping * Math.abs(value)
    for (let k = 0; k < count; k++) {
      local[nodes[k]!] = k
      ground[k] = 0
      right[k] = -gradient[k]!
    }
    let edges = 0
    const needed = springs + cliques.size * 28
    if (low.length < needed) {
      low = new Int32Array(needed * 2)
      high = new Int32Array(needed * 2)
      weight = new Float64Array(needed * 2)
    }
    const join = (from: number, to: number, pull: number): void => {
      if (from < 0) ground[to]! += pull
      else if (to < 0) ground[from]! += pull
      else {
        low[edges] = Math.min(from, to)
        high[edges] = Math.max(from, to)
        weight[edges++] = pull
      }
    }
    for (let s = 0; s < springs; s++) {
      const from = local[ends[2 * s]!]!
      const to = local[ends[2 * s + 1]!]!
      if (pulls[s] === 1) join(from, to, conductance[s]!)
      // A spring that trades now and will not, or the other way round, changes
      // what the tokens are short of.
      const change =
        s < restingFrom
          ? pulls[s] === 1
            ? 0
            : -flow[s]!
          : pulls[s] === 1
            ? flow[s]!
            : 0
      if (change !== 0) {
        if (from >= 0) right[from]! += change
        if (to >= 0) right[to]! -= change
      }
    }
    for (const [pool, trade] of cliques) {
      const first = poolStart[pool]!
      const size = trade.flows.length
      for (let j = 0; j < size; j++)
        for (let k = j + 1; k < size; k++)
          join(
            local[poolToken[first + j]!]!,
            local[poolToken[first + k]!]!,
            trade.conductances[j * size + k]!,
          )
    }
    for (let k = 0; k < count; k++) {
      local[nodes[k]!] = -1
      diagonal[k] = ground[k]! + extra
      step[k] = right[k]!
    }
    let reuse = known.count === count && known.edges === edges
    for (let e = 0; reuse && e < edges; e++)
      reuse = knownLow[e] === low[e] && knownHigh[e] === high[e]
    if (!reuse) {
      if (knownLow.length < edges) {
        knownLow = new Int32Array(edges * 2)
        knownHigh = new Int32Array(edges * 2)
      }
      knownLow.set(low.subarray(0, edges))
      knownHigh.set(high.subarray(0, edges))
      known = { count, edges }
    }
    const isSolved = factorisation.solve({
      count,
      edges,
      low,
      high,
      weight,
      diagonal,
      right: step,
      reuse,
    })
    if (!isSolved) known = { count: -1, edges: -1 }
    return isSolved
  }

  /** Decides which springs pull at the predicted prices; true when it changed. */
  const settle = (): boolean => {
    for (let k = 0; k < count; k++) local[nodes[k]!] = k
    let changed = false
    for (let s = 0; s < springs; s++) {
      const from = local[ends[2 * s]!]!
      const to = local[ends[2 * s + 1]!]!
      const moved = (to < 0 ? 0 : step[to]!) - (from < 0 ? 0 : step[from]!)
      const next = flow[s]! + conductance[s]! * moved > 0 ? 1 : 0
      if (next !== pulls[s]) {
        pulls[s] = next
        changed = true
      }
    }
    for (let k = 0; k < count; k++) local[nodes[k]!] = -1
    return changed
  }

  const model: NewtonModel = {
    get nodes() {
      return nodes
    },
    get count() {
      return count
    },
    get springs() {
      return springs
    },
    get step() {
      return step
    },
    get before() {
      return before
    },
    get gradient() {
      return gradient
    },
    begin: () => {
      for (let s = 0; s < springs; s++) if (side[s]! >= 0) spring[side[s]!] = -1
      pairs.clear()
      for (const token of met) touched[token] = 0
      met.length = 0
      springs = 0
      cliques.clear()
      value = dual.value
      touched[buy] = 1
      met.push(buy)
      start[buy] = dual.shift[buy]!
      for (let i = 0; i < dual.activeCount; i++)
        add(
          dual.activeSide[i]!,
          sideIn[dual.activeSide[i]!]!,
          sideOut[dual.activeSide[i]!]!,
          dual.activeIn[i]!,
          dual.activeConductance[i]!,
          true,
        )
      restingFrom = springs
      for (const { pool, trade } of dual.activeCliques)
        cliques.set(pool, {
          ...trade,
          conductances: trade.conductances.slice(),
        })
      number()
      readNodes(false)
    },
    end: () => {
      for (let s = 0; s < springs; s++) if (side[s]! >= 0) spring[side[s]!] = -1
      springs = 0
      for (const token of met) touched[token] = 0
      met.length = 0
    },
    learn: (length) => {
      const had = springs
      for (let k = 0; k < count; k++) local[nodes[k]!] = k
      const woken: Woken[] = []
      let slope = 0
      for (let k = 0; k < count; k++) slope += gradient[k]! * step[k]!
      for (let i = 0; i < dual.activeCount; i++) {
        const which = dual.activeSide[i]!
        if (spring[which]! >= 0) continue
        const from = local[sideIn[which]!]!
        const to = local[sideOut[which]!]!
        const moved =
          length * ((to < 0 ? 0 : step[to]!) - (from < 0 ? 0 : step[from]!))
        if (!(moved > 0)) continue
        const distance = Math.min(
          0,
          sideOffset[which]! +
            (getStart(sideOut[which]!) - getStart(sideIn[which]!)) / 2,
        )
        woken.push({ which, distance, moved, at: (-2 * distance) / moved })
      }
      for (let k = 0; k < count; k++) local[nodes[k]!] = -1
      woken.sort((left, other) => left.at - other.at)
      // Follow the step until the pools that wake on the way stop its fall.
      let stiffness = -slope * length * length
      let offset = slope * length
      let end = Number.POSITIVE_INFINITY
      for (const { which, distance, moved, at } of woken) {
        if (offset + stiffness * at >= 0) end = Math.min(end, wakeMargin * at)
        if (at > end) break
        const pull = getSlopeAtRest(which)
        stiffness += pull * moved * moved
        offset -= pull * moved * moved * at
        add(
          which,
          sideIn[which]!,
          sideOut[which]!,
          2 * pull * distance,
          pull,
          false,
        )
      }
      for (const { pool, trade } of dual.activeCliques) {
        const size = trade.flows.length
        for (let from = 0; from < size; from++)
          for (let to = 0; to < size; to++)
            if (trade.flows[from]! < 0 && trade.flows[to]! > 0)
              addPair(pool, from, to)
      }
      if (springs === had) return false
      number()
      readNodes(true)
      return true
    },
    forget: () => {
      while (springs > restingFrom) {
        springs--
        if (side[springs]! >= 0) spring[side[springs]!] = -1
      }
      for (let s = 0; s < springs; s++) pulls[s] = 1
      pairs.clear()
    },
    solve: (damping) => {
      if (!solveOnce(damping)) return false
      if (springs === restingFrom) return true
      for (let round = 0; round < mostSettlings && settle(); round++)
        if (!solveOnce(damping)) return false
      return true
    },
    getSlope: () => {
      let slope = 0
      for (let k = 0; k < count; k++) slope += gradient[k]! * step[k]!
      return slope
    },
    getSlopeHere: () => {
      const common = getCommonStep()
      // All slopes add up to the value, so those of the tokens outside the
      // model, which move with the anchor, are what is left of it.
      let slope = common * (dual.value - dual.gradient[buy]!)
      for (let k = 0; k < count; k++)
        slope += dual.gradient[nodes[k]!]! * (step[k]! - common)
      for (let f = 0; f < followerCount; f++)
        slope += dual.gradient[followers[f]!]! * (step[leaders[f]!]! - common)
      return slope
    },
    getLongest: () => {
      const common = getCommonStep()
      let longest = 0
      for (let k = 0; k < count; k++)
        if (nodes[k] !== sell)
          longest = Math.max(longest, Math.abs(step[k]! - common))
      return longest
    },
    getFarthest: () => {
      const common = getCommonStep()
      let farthest = Math.abs(common)
      for (let k = 0; k < count; k++)
        if (nodes[k] === sell)
          farthest = Math.max(farthest, Math.abs(step[k]! - common))
      return farthest
    },
    move: (length) => {
      const { shift } = dual
      const common = getCommonStep()
      for (let k = 0; k < count; k++)
        shift[nodes[k]!] = before[k]! + length * (step[k]! - common)
      for (let f = 0; f < followerCount; f++) {
        const token = followers[f]!
        shift[token] = start[token]! + length * (step[leaders[f]!]! - common)
      }
      shift[buy] = start[buy]! - length * common
      dual.evaluate()
    },
  }
  return model

  /** The anchor's step: what all tokens outside the model move along with. */
  function getCommonStep(): number {
    if (anchor === buy) return 0
    for (let k = 0; k < count; k++) if (nodes[k] === anchor) return step[k]!
    return 0
  }

  function getStart(token: number): number {
    return touched[token] === 1 ? start[token]! : dual.shift[token]!
  }

  function getSlopeAtRest(which: number): number {
    const from = sideIn[which]!
    const price = Math.exp(
      market.basePrice[from]! -
        market.basePrice[buy]! +
        getStart(from) -
        getStart(buy),
    )
    return (
      evaluateSide(market, which, 0).slope * price * market.sideScale[which]!
    )
  }
}

/** Buffers as long as the market, kept clean between solves. */
type Scratch = {
  readonly factorisation: Factorisation
  readonly local: Int32Array
  readonly spring: Int32Array
  readonly start: Float64Array
  readonly slopes: Float64Array
  readonly touched: Uint8Array
}

// By the list of tokens: a market that charges for its swaps shares it.
const scratches = new WeakMap<Market['tokenIds'], Scratch>()

/** Selections of pools are solved by the hundred: fresh buffers cost more. */
function getScratch(market: Market): Scratch {
  let scratch = scratches.get(market.tokenIds)
  if (scratch === undefined) {
    const tokens = market.tokenIds.length
    scratch = {
      factorisation: createFactorisation(),
      local: new Int32Array(tokens).fill(-1),
      spring: new Int32Array(market.sideIn.length).fill(-1),
      start: new Float64Array(tokens),
      slopes: new Float64Array(tokens),
      touched: new Uint8Array(tokens),
    }
    scratches.set(market.tokenIds, scratch)
  }
  return scratch
}

/**
 * Chooses the token that the market's other tokens keep their prices in: the
 * busiest one on the way. Kept in the bought token, a small market for that one
 * would shift every price there is.
 */
function chooseAnchor(dual: Dual, rates: Rates): number {
  const { market, sell, buy } = dual
  const { tokenStart } = market
  const getDegree = (token: number): number =>
    tokenStart[token + 1]! - tokenStart[token]!
  let anchor = buy
  for (let token = sell; token >= 0; token = rates.viaToken[token]!)
    if (getDegree(token) > getDegree(anchor)) anchor = token
  return anchor
}
