// One file because it is one computation: from a graph to places on a plane.
import { type SankeyNode, sankey, sankeyLeft } from '@visx/sankey'
import type { Flow, FlowEdge, FlowNode } from './buildFlow.js'

/** A place for text: nothing else is ever drawn over it. */
export type Box = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export type Point = { readonly x: number; readonly y: number }

/** Where everything of a flow is drawn. */
export type FlowPlaces = {
  readonly goes: 'right' | 'down'
  readonly width: number
  readonly height: number
  readonly nodes: readonly (Box & { readonly node: FlowNode })[]
  readonly cards: readonly (Box & { readonly edge: FlowEdge })[]
  readonly ribbons: readonly {
    readonly key: string
    readonly source: Point
    readonly target: Point
    readonly thickness: number
  }[]
}

/** The sizes of one way to draw, along the flow and across it. */
type Measures = {
  readonly goes: FlowPlaces['goes']
  readonly nodeAlong: number
  readonly nodeAcross: number
  readonly cardAlong: number
  readonly cardAcross: number
  readonly bend: number
  readonly gap: number
}

const sideways: Measures = {
  goes: 'right',
  nodeAlong: 72,
  nodeAcross: 36,
  cardAlong: 128,
  cardAcross: 54,
  bend: 24,
  gap: 10,
}
const downwards: Measures = {
  goes: 'down',
  nodeAlong: 30,
  nodeAcross: 88,
  cardAlong: 54,
  cardAcross: 88,
  bend: 26,
  gap: 6,
}
const widestBend = 72
const fullThickness = 40
const leastThickness = 2
const margin = 4

/** What stands in a column: a token, a pool, or a ribbon that passes by. */
type Piece =
  | { readonly id: string; readonly type: 'node'; readonly node: FlowNode }
  | { readonly id: string; readonly type: 'card'; readonly edge: FlowEdge }
  | { readonly id: string; readonly type: 'pass' }

type Stretch = {
  readonly key: string
  readonly source: string
  readonly target: string
  readonly value: number
}

/**
 * Places a flow as a Sankey diagram, from left to right, or from top to bottom
 * where that is too wide. Pools are nodes of it; a ribbon is as thick as its
 * share of the whole, and text never overlaps.
 *
 * @param options.widthAvailable - In pixels. The picture may still be wider:
 *   then it is to be scrolled, for text is never made smaller.
 */
export function placeFlow(options: {
  readonly flow: Flow
  readonly widthAvailable: number
}): FlowPlaces {
  const { flow, widthAvailable } = options
  if (flow.edges.length === 0)
    return {
      goes: 'right',
      width: 0,
      height: 0,
      nodes: [],
      cards: [],
      ribbons: [],
    }
  const graph = toGraph(flow)
  const columns = Math.max(...graph.depths.values()) + 1
  const spare = widthAvailable - alongOf(columns, sideways) - 2 * margin
  const measures =
    spare < 0
      ? downwards
      : {
          ...sideways,
          // Where there is room, ribbons bend gently.
          bend: Math.min(widestBend, sideways.bend + spare / (columns - 1)),
        }
  return place({ ...graph, columns, measures })
}

type Graph = {
  readonly pieces: readonly Piece[]
  readonly stretches: readonly Stretch[]
  readonly depths: ReadonlyMap<string, number>
}

/** Every link of it leads from one column to the next. */
function toGraph(flow: Flow): Graph {
  const pieces: Piece[] = [
    ...flow.nodes.map((node) => ({ id: node.id, type: 'node' as const, node })),
    ...flow.edges.map((edge) => ({ id: edge.id, type: 'card' as const, edge })),
  ]
  const near = flow.edges.flatMap(({ id, from, to }) => [
    { key: `${id} before`, source: from, target: id, value: 1 },
    { key: `${id} after`, source: id, target: to, value: 1 },
  ])
  const depths = new Map(
    arrange({ pieces, stretches: near, padding: 0, extent: 1 }).map(
      ({ id, depth }) => [id, depth ?? 0],
    ),
  )
  const shares = toShares(flow, depths)
  const stretches: Stretch[] = []
  for (const { id, from, to } of flow.edges) {
    const value = shares.get(id) ?? 0
    stretches.push({ key: `${id} before`, source: from, target: id, value })
    // What goes far has a place of its own in each column that it passes.
    let source = id
    const end = depths.get(to) ?? 0
    for (let depth = (depths.get(id) ?? 0) + 1; depth < end; depth += 1) {
      const pass = `${id} pass ${depth}`
      pieces.push({ id: pass, type: 'pass' })
      depths.set(pass, depth)
      stretches.push({ key: `${source} on`, source, target: pass, value })
      source = pass
    }
    stretches.push({ key: `${source} after`, source, target: to, value })
  }
  return { pieces, stretches, depths }
}

function arrange(options: {
  readonly pieces: readonly Piece[]
  readonly stretches: readonly Stretch[]
  readonly padding: number
  readonly extent: number
}): SankeyNode<Piece, Stretch>[] {
  const { pieces, stretches, padding, extent } = options
  // The library writes into what it is given.
  return sankey<Piece, Stretch>()
    .nodeId(({ id }) => id)
    .nodeAlign(sankeyLeft)
    .nodeWidth(0)
    .nodePadding(padding)
    .extent([
      [0, 0],
      [1, extent],
    ])({
    nodes: pieces.map((piece) => ({ ...piece })),
    links: stretches.map((stretch) => ({ ...stretch })),
  }).nodes
}

function place(
  options: Graph & { readonly columns: number; readonly measures: Measures },
): FlowPlaces {
  const { pieces, stretches, depths, columns, measures } = options
  const { goes } = measures
  const along = alongOf(columns, measures)
  const arranged = arrange({ pieces, stretches, ...toSpacing(options) })
  const sized = arranged.map((piece) => {
    const { y0 = 0, y1 = 0, id } = piece
    const size =
      piece.type === 'pass'
        ? Math.max(leastThickness, y1 - y0)
        : Math.max(y1 - y0, acrossOf(piece, measures))
    return { piece, size, from: (y0 + y1 - size) / 2, column: depths.get(id) }
  })
  const start = Math.min(...sized.map(({ from }) => from))
  const across = Math.max(...sized.map(({ from, size }) => from + size)) - start
  const toPoint = (at: number, over: number): Point =>
    goes === 'right'
      ? { x: margin + at, y: margin + over - start }
      : { x: margin + over - start, y: margin + at }
  const boxOf = ({ from, size, column = 0 }: (typeof sized)[number]): Box => {
    const { begin, end } = columnAt(column, measures)
    const length = end - begin
    return {
      ...toPoint(begin, from),
      ...(goes === 'right'
        ? { width: length, height: size }
        : { width: size, height: length }),
    }
  }
  const ribbons: FlowPlaces['ribbons'][number][] = []
  for (const { piece, column = 0 } of sized) {
    const { end, begin } = columnAt(column, measures)
    for (const link of piece.sourceLinks ?? []) {
      const next = columnAt(column + 1, measures)
      ribbons.push({
        key: link.key,
        source: toPoint(end, link.y0 ?? 0),
        target: toPoint(next.begin, link.y1 ?? 0),
        thickness: Math.max(leastThickness, link.width ?? 0),
      })
    }
    if (piece.type === 'pass') {
      const middle = ((piece.y0 ?? 0) + (piece.y1 ?? 0)) / 2
      ribbons.push({
        key: piece.id,
        source: toPoint(begin, middle),
        target: toPoint(end, middle),
        thickness: Math.max(leastThickness, (piece.y1 ?? 0) - (piece.y0 ?? 0)),
      })
    }
  }
  return {
    goes,
    width: 2 * margin + (goes === 'right' ? along : across),
    height: 2 * margin + (goes === 'right' ? across : along),
    nodes: sized.flatMap((one) =>
      one.piece.type === 'node'
        ? [{ node: one.piece.node, ...boxOf(one) }]
        : [],
    ),
    cards: sized.flatMap((one) =>
      one.piece.type === 'card'
        ? [{ edge: one.piece.edge, ...boxOf(one) }]
        : [],
    ),
    ribbons,
  }
}

/** So much room that boxes lie apart, although ribbons are thinner than they. */
function toSpacing(
  options: Graph & { readonly columns: number; readonly measures: Measures },
): { readonly padding: number; readonly extent: number } {
  const { pieces, stretches, depths, columns, measures } = options
  const heights = new Map(
    pieces.map(({ id }) => {
      const sum = (end: 'source' | 'target') =>
        stretches
          .filter((stretch) => stretch[end] === id)
          .reduce((total, { value }) => total + value, 0)
      return [id, fullThickness * Math.max(sum('source'), sum('target'))]
    }),
  )
  const heightOf = ({ id }: Piece) => heights.get(id) ?? 0
  const inColumns = Array.from({ length: columns }, (_, column) =>
    pieces.filter(({ id }) => depths.get(id) === column),
  )
  const padding = Math.max(
    measures.gap,
    ...inColumns
      .filter((column) => column.length > 1)
      .map((column) => {
        const [least = 0, second = 0] = column
          .map(heightOf)
          .sort((a, b) => a - b)
        const widest = Math.max(
          ...column.map((piece) => acrossOf(piece, measures)),
        )
        return widest + measures.gap - (least + second) / 2
      }),
  )
  const extent = Math.max(
    ...inColumns.map(
      (column) =>
        column.reduce((sum, piece) => sum + heightOf(piece), 0) +
        padding * (column.length - 1),
    ),
  )
  return { padding, extent }
}

function acrossOf({ type }: Piece, measures: Measures): number {
  if (type === 'pass') return leastThickness
  return type === 'node' ? measures.nodeAcross : measures.cardAcross
}

/** Tokens and pools take turns: where a column begins and ends. */
function columnAt(
  column: number,
  { nodeAlong, cardAlong, bend }: Measures,
): { readonly begin: number; readonly end: number } {
  const begin =
    Math.ceil(column / 2) * nodeAlong +
    Math.floor(column / 2) * cardAlong +
    column * bend
  return { begin, end: begin + (column % 2 === 0 ? nodeAlong : cardAlong) }
}

function alongOf(columns: number, measures: Measures): number {
  return columnAt(columns - 1, measures).end
}

/** How much of the whole passes each edge, between 0 and 1. */
function toShares(
  flow: Flow,
  depths: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const shares = new Map<string, number>()
  const held = new Map<string, number>()
  const inOrder = [...flow.nodes].sort(
    (a, b) => (depths.get(a.id) ?? 0) - (depths.get(b.id) ?? 0),
  )
  for (const { id } of inOrder) {
    const outgoing = flow.edges.filter((edge) => edge.from === id)
    const total = outgoing.reduce((sum, edge) => sum + edge.units, 0n)
    const share = Math.min(1, held.get(id) ?? 1)
    for (const edge of outgoing) {
      const part =
        total === 0n
          ? share / outgoing.length
          : share * (Number((edge.units * 10_000n) / total) / 10_000)
      shares.set(edge.id, part)
      held.set(edge.to, (held.get(edge.to) ?? 0) + part)
    }
  }
  return shares
}
