// One file because it is one reading: a plan as a graph of what flows where.
import type { PlanStep, Token } from '@behest/spec'
import { toDecimal } from '@behest/spec'
import { shortenDecimal } from '../amounts/shortenDecimal.js'

/** Where amounts come from and go to: a token, a position, a person. */
export type FlowNode = {
  readonly id: string
  readonly label: string
  readonly kind: 'token' | 'position' | 'party'
}

/** What an amount passes: a pool, a market, a transfer. */
export type FlowEdge = {
  readonly id: string
  readonly from: string
  readonly to: string
  /** What it is, such as `uniswap-v3 0.3 %`. */
  readonly title: string
  /** What goes in and what comes out, shortened. */
  readonly lines: readonly string[]
  /** What goes in, in the smallest unit of where it comes from. */
  readonly units: bigint
}

/** A plan as a graph; it has no cycles. */
export type Flow = {
  readonly nodes: readonly FlowNode[]
  readonly edges: readonly FlowEdge[]
}

/** The words that a picture needs. */
export type FlowWords = {
  readonly lend: string
  readonly borrow: string
  readonly collateral: string
  readonly repay: string
  readonly withdraw: string
  readonly send: string
  readonly position: string
  readonly debt: string
  readonly perYear: (percent: string) => string
}

/**
 * Reads the steps of a plan as amounts that flow through pools and markets.
 *
 * Where a token comes back to what it came from it is a new place, so that the
 * picture always goes forward.
 *
 * @param options.percentByStep - Interest a year as measured, by step id.
 */
export function buildFlow(options: {
  readonly steps: readonly PlanStep[]
  readonly percentByStep: ReadonlyMap<string, string>
  readonly words: FlowWords
}): Flow {
  const { steps, percentByStep, words } = options
  const graph = createGraph()
  for (const step of steps) {
    const { instruction } = step
    const percent = percentByStep.get(step.id)
    const rate = percent === undefined ? [] : [words.perYear(percent)]
    switch (instruction.action) {
      case 'swap':
        addSwap(graph, step)
        break
      case 'transfer':
        for (const { token, atMostUnits } of step.spend)
          graph.connect({
            from: tokenKey(token),
            to: {
              key: `party ${instruction.to}`.toLowerCase(),
              label: shortAddress(instruction.to),
              kind: 'party',
            },
            title: words.send,
            lines: [say(token, atMostUnits)],
            units: atMostUnits,
          })
        break
      case 'supply':
        for (const { token, atMostUnits } of step.spend)
          graph.connect({
            from: tokenKey(token),
            to: place(step.venue, words.position),
            title: `${step.venue} · ${words.lend}`,
            lines: [say(token, atMostUnits), ...rate],
            units: atMostUnits,
          })
        break
      case 'withdraw':
        for (const { token, expectedUnits } of step.receive)
          graph.connect({
            from: place(step.venue, words.position),
            to: tokenKey(token),
            title: `${step.venue} · ${words.withdraw}`,
            lines: [say(token, expectedUnits)],
            units: expectedUnits,
          })
        break
      case 'borrow':
        for (const { token, atMostUnits } of step.spend)
          graph.connect({
            from: tokenKey(token),
            to: place(step.venue, words.position),
            title: `${step.venue} · ${words.collateral}`,
            lines: [say(token, atMostUnits)],
            units: atMostUnits,
          })
        for (const { token, expectedUnits } of step.receive)
          graph.connect({
            from: place(step.venue, words.position),
            to: tokenKey(token),
            title: `${step.venue} · ${words.borrow}`,
            lines: [say(token, expectedUnits), ...rate],
            units: expectedUnits,
          })
        break
      case 'repay':
        for (const { token, atMostUnits } of step.spend)
          graph.connect({
            from: tokenKey(token),
            to: place(`${step.venue} debt`, `${step.venue} ${words.debt}`),
            title: `${step.venue} · ${words.repay}`,
            lines: [say(token, atMostUnits)],
            units: atMostUnits,
          })
        break
      case 'approve':
      case 'revoke':
      case 'ask':
        break // nothing flows
      default:
        instruction satisfies never
    }
  }
  return graph.toFlow()
}

type Place = Omit<FlowNode, 'id'> & { readonly key: string }

function addSwap(graph: ReturnType<typeof createGraph>, step: PlanStep): void {
  const route = step.route ?? []
  const [sold] = step.spend
  const [bought] = step.receive
  if (!sold || !bought) return
  if (route.length === 0) {
    graph.connect({
      from: tokenKey(sold.token),
      to: tokenKey(bought.token),
      title: step.venue,
      lines: [
        say(sold.token, sold.atMostUnits),
        `→ ${say(bought.token, bought.expectedUnits)}`,
      ],
      units: sold.atMostUnits,
    })
    return
  }
  // The gas token is wrapped on the way: the ends are what the person names.
  const comesIn = new Set(route.map((hop) => hop.tokenIn.address.toLowerCase()))
  const goesOut = new Set(
    route.map((hop) => hop.tokenOut.address.toLowerCase()),
  )
  const nameOf = (token: Token): Token => {
    const address = token.address.toLowerCase()
    if (sold.token.address === 'native' && !goesOut.has(address))
      return sold.token
    if (bought.token.address === 'native' && !comesIn.has(address))
      return bought.token
    return token
  }
  const pools = new Map<string, (typeof route)[number]>()
  for (const hop of route) {
    const key = `${hop.pool} ${hop.tokenIn.address} ${hop.tokenOut.address}`
    const before = pools.get(key)
    pools.set(key, {
      ...hop,
      amountInUnits: hop.amountInUnits + (before?.amountInUnits ?? 0n),
      amountOutUnits: hop.amountOutUnits + (before?.amountOutUnits ?? 0n),
    })
  }
  graph.connectAll(
    [...pools.values()].map((hop) => ({
      from: tokenKey(nameOf(hop.tokenIn)),
      to: tokenKey(nameOf(hop.tokenOut)),
      title: `${hop.venue} · ${sayFee(hop.feePips)}`,
      lines: [
        say(nameOf(hop.tokenIn), hop.amountInUnits),
        `→ ${say(nameOf(hop.tokenOut), hop.amountOutUnits)}`,
      ],
      units: hop.amountInUnits,
    })),
  )
}

type Connection = Omit<FlowEdge, 'id' | 'from' | 'to'> & {
  readonly from: Place
  readonly to: Place
}

function createGraph() {
  const nodes: FlowNode[] = []
  const edges: FlowEdge[] = []
  const newest = new Map<string, string>()

  const nodeOf = (at: Place): string => {
    const known = newest.get(at.key)
    if (known !== undefined) return known
    return addNode(at)
  }
  const addNode = ({ key, label, kind }: Place): string => {
    const id = `${key}#${nodes.length}`
    nodes.push({ id, label, kind })
    newest.set(key, id)
    return id
  }
  const leadsTo = (from: string, to: string): boolean =>
    from === to ||
    edges.some((edge) => edge.from === from && leadsTo(edge.to, to))

  const connect = (connection: Connection): void => {
    const { from, to, ...rest } = connection
    const start = nodeOf(from)
    const known = newest.get(to.key)
    const end =
      known === undefined || leadsTo(known, start) ? addNode(to) : known
    edges.push({ ...rest, id: `e${edges.length}`, from: start, to: end })
  }
  /** Adds what belongs together in the order in which it flows. */
  const connectAll = (connections: readonly Connection[]): void => {
    const open = [...connections]
    while (open.length > 0) {
      const ready = open.findIndex(
        ({ from }) =>
          !open.some(
            (other) => other.from !== from && other.to.key === from.key,
          ),
      )
      const [next] = open.splice(Math.max(0, ready), 1)
      if (next) connect(next)
    }
  }
  return { connect, connectAll, toFlow: (): Flow => ({ nodes, edges }) }
}

function tokenKey(token: Token): Place {
  return {
    key: `token ${token.address}`.toLowerCase(),
    label: token.symbol,
    kind: 'token',
  }
}

function place(key: string, label: string): Place {
  return { key: `place ${key}`, label, kind: 'position' }
}

function say(token: Token, units: bigint): string {
  return `${shortenDecimal(toDecimal(units, token.decimals))} ${token.symbol}`
}

function sayFee(feePips: number): string {
  return `${toDecimal(BigInt(feePips), 4)} %`
}

function shortAddress(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`
}
