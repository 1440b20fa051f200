import type { Dual } from '../solve/createDual.js'

/** What one pool should take from one token to another, as a real number. */
export type Flow = {
  readonly pool: number
  /** Positions of the tokens within the pool. */
  readonly indexIn: number
  readonly indexOut: number
  /** Positions of the tokens within the market. */
  readonly from: number
  readonly to: number
  /** What goes in, valued in the buy token. */
  value: number
}

// A thousandth of a millionth of the trade: less than any rounding that counts.
const negligibleShare = 1e-9

/** Reads the best trades with each pool at the current prices as flows. */
export function collectFlows(dual: Dual): Flow[] {
  const { market } = dual
  const least = dual.amount * dual.price[dual.sell]! * negligibleShare
  const flows: Flow[] = []
  for (let i = 0; i < dual.activeCount; i++) {
    if (!(dual.activeIn[i]! > least)) continue
    const side = dual.activeSide[i]!
    flows.push({
      pool: side >> 1,
      indexIn: side & 1,
      indexOut: 1 - (side & 1),
      from: market.sideIn[side]!,
      to: market.sideOut[side]!,
      value: dual.activeIn[i]!,
    })
  }
  for (const { pool, trade } of dual.activeCliques) {
    const first = market.poolStart[pool]!
    const size = trade.flows.length
    let received = 0
    for (let k = 0; k < size; k++) received += Math.max(0, trade.flows[k]!)
    if (!(received > 0)) continue
    for (let j = 0; j < size; j++)
      for (let k = 0; k < size; k++) {
        if (trade.flows[j]! >= 0 || trade.flows[k]! <= 0) continue
        const value = (-trade.flows[j]! * trade.flows[k]!) / received
        if (value > least)
          flows.push({
            pool,
            indexIn: j,
            indexOut: k,
            from: market.poolToken[first + j]!,
            to: market.poolToken[first + k]!,
            value,
          })
      }
  }
  return flows
}

/** Flows without cycles, and the order in which tokens are to be handled. */
export type AcyclicFlows = {
  readonly flows: readonly Flow[]
  /** Tokens from the sold one to the bought one. */
  readonly order: readonly number[]
  /** Value that was cut to break cycles. */
  readonly cut: number
}

/**
 * Makes flows executable one after the other: breaks every cycle at its
 * smallest flow and keeps what lies on a way from the sold to the bought token.
 */
export function orderFlows(
  all: readonly Flow[],
  sell: number,
  buy: number,
): AcyclicFlows {
  // Nothing may flow back into the start or on from the end.
  let flows = all.filter((flow) => flow.to !== sell && flow.from !== buy)
  let cut = 0
  for (const flow of all)
    if (flow.to === sell || flow.from === buy) cut += flow.value

  for (;;) {
    const cycle = findCycle(flows)
    if (cycle === undefined) break
    let smallest = cycle[0]!
    for (const flow of cycle) if (flow.value < smallest.value) smallest = flow
    // Taking the smallest flow off the whole cycle keeps every token's balance.
    const amount = smallest.value
    for (const flow of cycle) flow.value -= amount
    cut += amount
    flows = flows.filter((flow) => flow.value > 0 && flow !== smallest)
  }

  flows = keepConnected(flows, sell, buy)
  return { flows, order: sortTokens(flows, sell), cut }
}

function groupByStart(flows: readonly Flow[]): Map<number, Flow[]> {
  const groups = new Map<number, Flow[]>()
  for (const flow of flows) {
    const group = groups.get(flow.from)
    if (group === undefined) groups.set(flow.from, [flow])
    else group.push(flow)
  }
  return groups
}

function findCycle(flows: readonly Flow[]): Flow[] | undefined {
  const leaving = groupByStart(flows)
  const finished = new Set<number>()
  const onPath = new Set<number>()
  for (const start of leaving.keys()) {
    if (finished.has(start)) continue
    const path: Flow[] = []
    const stack = [{ token: start, next: 0 }]
    onPath.add(start)
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      const flow = leaving.get(top.token)?.[top.next++]
      if (flow === undefined) {
        stack.pop()
        path.pop()
        onPath.delete(top.token)
        finished.add(top.token)
        continue
      }
      if (onPath.has(flow.to)) {
        path.push(flow)
        return path.slice(path.findIndex(({ from }) => from === flow.to))
      }
      if (finished.has(flow.to)) continue
      path.push(flow)
      onPath.add(flow.to)
      stack.push({ token: flow.to, next: 0 })
    }
  }
  return undefined
}

function keepConnected(
  flows: readonly Flow[],
  sell: number,
  buy: number,
): Flow[] {
  const reach = (
    start: number,
    from: (flow: Flow) => number,
    to: (flow: Flow) => number,
  ): Set<number> => {
    const leaving = new Map<number, number[]>()
    for (const flow of flows) {
      const group = leaving.get(from(flow))
      if (group === undefined) leaving.set(from(flow), [to(flow)])
      else group.push(to(flow))
    }
    const seen = new Set([start])
    const queue = [start]
    for (let head = 0; head < queue.length; head++)
      for (const next of leaving.get(queue[head]!) ?? [])
        if (!seen.has(next)) {
          seen.add(next)
          queue.push(next)
        }
    return seen
  }
  const forward = reach(
    sell,
    (flow) => flow.from,
    (flow) => flow.to,
  )
  const backward = reach(
    buy,
    (flow) => flow.to,
    (flow) => flow.from,
  )
  return flows.filter((flow) => forward.has(flow.from) && backward.has(flow.to))
}

function sortTokens(flows: readonly Flow[], sell: number): number[] {
  const leaving = groupByStart(flows)
  const waiting = new Map<number, number>()
  for (const flow of flows)
    waiting.set(flow.to, (waiting.get(flow.to) ?? 0) + 1)
  const order = [sell]
  for (let head = 0; head < order.length; head++)
    for (const flow of leaving.get(order[head]!) ?? []) {
      const left = waiting.get(flow.to)! - 1
      waiting.set(flow.to, left)
      if (left === 0) order.push(flow.to)
    }
  return order
}
