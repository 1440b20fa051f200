// One file because it is one computation: from a graph to places on a plane.
import type { Flow, FlowEdge, FlowNode } from './buildFlow.js'

/** A place for text: nothing else is ever drawn over it. */
export type Box = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where everything of a flow is drawn. */
export type FlowLayout = {
  readonly width: number
  readonly height: number
  readonly nodes: readonly (Box & { readonly node: FlowNode })[]
  readonly cards: readonly (Box & { readonly edge: FlowEdge })[]
  readonly ribbons: readonly {
    readonly key: string
    readonly path: string
    readonly thickness: number
  }[]
}

/** The sizes of one way to lay out, along the flow and across it. */
type Measures = {
  readonly nodeAlong: number
  readonly nodeAcross: number
  readonly cardAlong: number
  readonly cardAcross: number
  readonly bend: number
  readonly gap: number
}

const sideways: Measures = {
  nodeAlong: 72,
  nodeAcross: 34,
  cardAlong: 128,
  cardAcross: 54,
  bend: 16,
  gap: 10,
}
const downwards: Measures = {
  nodeAlong: 30,
  nodeAcross: 88,
  cardAlong: 54,
  cardAcross: 92,
  bend: 16,
  gap: 8,
}
const fullThickness = 26
const leastThickness = 2
const margin = 4

/**
 * Lays a flow out from left to right, or from top to bottom where that is too
 * wide. Boxes never overlap; a ribbon is as thick as its share of the whole.
 *
 * @param options.widthAvailable - In pixels. The layout may still be wider:
 *   then it is to be scrolled, for text is never made smaller.
 */
export function layoutFlow(options: {
  readonly flow: Flow
  readonly widthAvailable: number
}): FlowLayout {
  const { flow, widthAvailable } = options
  const depths = toDepths(flow)
  const layers = Math.max(0, ...depths.values()) + 1
  const needed =
    layers * sideways.nodeAlong +
    (layers - 1) * (sideways.cardAlong + 2 * sideways.bend) +
    2 * margin
  return needed <= widthAvailable
    ? place({ flow, depths, layers, measures: sideways, goes: 'right' })
    : place({ flow, depths, layers, measures: downwards, goes: 'down' })
}

type Slot = { readonly across: number; readonly size: number }

function place(options: {
  readonly flow: Flow
  readonly depths: ReadonlyMap<string, number>
  readonly layers: number
  readonly measures: Measures
  readonly goes: 'right' | 'down'
}): FlowLayout {
  const { flow, depths, layers, measures, goes } = options
  const { nodeAlong, nodeAcross, cardAlong, cardAcross, bend, gap } = measures
  const depthOf = (id: string) => depths.get(id) ?? 0
  const shares = toShares(flow, depths)
  const thicknessOf = (edge: FlowEdge) =>
    Math.max(leastThickness, fullThickness * (shares.get(edge.id) ?? 0))
  const spanOf = (edge: FlowEdge) => depthOf(edge.to) - depthOf(edge.from)
  // Those that go far keep to one side, so that they cross nothing on the way.
  const ordered = [...flow.edges].sort(
    (a, b) =>
      spanOf(b) - spanOf(a) ||
      (shares.get(b.id) ?? 0) - (shares.get(a.id) ?? 0),
  )

  const nodeSlots = new Map<string, Slot>()
  const cardSlots = new Map<string, Slot>()
  const passSlots = new Map<string, Slot>()
  const columns: { readonly key: string; readonly size: number }[][] = []
  for (let layer = 0; layer < layers; layer += 1) {
    columns.push([
      ...ordered
        .filter(
          (edge) => depthOf(edge.from) < layer && layer < depthOf(edge.to),
        )
        .map((edge) => ({
          key: `pass ${edge.id} ${layer}`,
          size: thicknessOf(edge),
        })),
      ...flow.nodes
        .filter(({ id }) => depthOf(id) === layer)
        .map(({ id }) => ({ key: id, size: nodeAcross })),
    ])
    if (layer === layers - 1) continue
    columns.push(
      ordered
        .filter(
          (edge) => depthOf(edge.from) <= layer && layer < depthOf(edge.to),
        )
        .map((edge) =>
          depthOf(edge.from) === layer
            ? { key: `card ${edge.id}`, size: cardAcross }
            : { key: `lane ${edge.id} ${layer}`, size: thicknessOf(edge) },
        ),
    )
  }
  const across = Math.max(
    nodeAcross,
    ...columns.map(
      (items) =>
        items.reduce((sum, { size }) => sum + size, 0) +
        gap * Math.max(0, items.length - 1),
    ),
  )
  for (const items of columns) {
    const used =
      items.reduce((sum, { size }) => sum + size, 0) +
      gap * Math.max(0, items.length - 1)
    let at = (across - used) / 2
    for (const { key, size } of items) {
      const slot = { across: at, size }
      if (key.startsWith('card ')) cardSlots.set(key.slice(5), slot)
      else if (key.startsWith('pass ') || key.startsWith('lane '))
        passSlots.set(key, slot)
      else nodeSlots.set(key, slot)
      at += size + gap
    }
  }

  const pitch = nodeAlong + cardAlong + 2 * bend
  const toBox = (along: number, slot: Slot, size: number): Box =>
    goes === 'right'
      ? {
          x: margin + along,
          y: margin + slot.across,
          width: size,
          height: slot.size,
        }
      : {
          x: margin + slot.across,
          y: margin + along,
          width: slot.size,
          height: size,
        }
  const none: Slot = { across: 0, size: 0 }
  const centre = (slot: Slot) => slot.across + slot.size / 2

  const attach = toAttachments(ordered, flow, nodeSlots, thicknessOf)
  const ribbons = ordered.flatMap((edge) => {
    const start = depthOf(edge.from)
    const end = depthOf(edge.to)
    const card = cardSlots.get(edge.id) ?? none
    const before: Point[] = [
      [start * pitch + nodeAlong, attach.get(`out ${edge.id}`) ?? 0],
      [start * pitch + nodeAlong + bend, centre(card)],
    ]
    const after: Point[] = [
      [start * pitch + nodeAlong + bend + cardAlong, centre(card)],
    ]
    for (let layer = start + 1; layer < end; layer += 1) {
      const pass = centre(passSlots.get(`pass ${edge.id} ${layer}`) ?? none)
      const lane = centre(passSlots.get(`lane ${edge.id} ${layer}`) ?? none)
      after.push([layer * pitch, pass], [layer * pitch + nodeAlong, pass])
      after.push(
        [layer * pitch + nodeAlong + bend, lane],
        [layer * pitch + nodeAlong + bend + cardAlong, lane],
      )
    }
    after.push([end * pitch, attach.get(`in ${edge.id}`) ?? 0])
    const thickness = thicknessOf(edge)
    return [
      { key: `${edge.id} before`, path: toPath(before, goes), thickness },
      { key: `${edge.id} after`, path: toPath(after, goes), thickness },
    ]
  })

  const along = layers * nodeAlong + (layers - 1) * (cardAlong + 2 * bend)
  return {
    width: 2 * margin + (goes === 'right' ? along : across),
    height: 2 * margin + (goes === 'right' ? across : along),
    nodes: flow.nodes.map((node) => ({
      node,
      ...toBox(
        depthOf(node.id) * pitch,
        nodeSlots.get(node.id) ?? none,
        nodeAlong,
      ),
    })),
    cards: ordered.map((edge) => ({
      edge,
      ...toBox(
        depthOf(edge.from) * pitch + nodeAlong + bend,
        cardSlots.get(edge.id) ?? none,
        cardAlong,
      ),
    })),
    ribbons,
  }
}

type Point = readonly [along: number, across: number]

function toPath(points: readonly Point[], goes: 'right' | 'down'): string {
  const at = ([along, across]: Point) =>
    goes === 'right'
      ? `${round(margin + along)} ${round(margin + across)}`
      : `${round(margin + across)} ${round(margin + along)}`
  return points
    .map((point, index) => {
      const previous = points[index - 1]
      if (previous === undefined) return `M${at(point)}`
      const middle = (previous[0] + point[0]) / 2
      return `C${at([middle, previous[1]])} ${at([middle, point[1]])} ${at(point)}`
    })
    .join(' ')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** Where each ribbon meets a node: side by side, centred on it. */
function toAttachments(
  ordered: readonly FlowEdge[],
  flow: Flow,
  nodeSlots: ReadonlyMap<string, Slot>,
  thicknessOf: (edge: FlowEdge) => number,
): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  for (const { id } of flow.nodes) {
    const slot = nodeSlots.get(id)
    if (slot === undefined) continue
    for (const side of ['in', 'out'] as const) {
      const met = ordered.filter(
        (edge) => (side === 'in' ? edge.to : edge.from) === id,
      )
      const total = met.reduce((sum, edge) => sum + thicknessOf(edge), 0)
      const scale = total > slot.size ? slot.size / total : 1
      let at = slot.across + (slot.size - total * scale) / 2
      for (const edge of met) {
        const size = thicknessOf(edge) * scale
        places.set(`${side} ${edge.id}`, at + size / 2)
        at += size
      }
    }
  }
  return places
}

/** A node stands after everything that leads to it. */
function toDepths(flow: Flow): ReadonlyMap<string, number> {
  const depths = new Map(flow.nodes.map(({ id }) => [id, 0]))
  // As many rounds as there can be layers: the flow has no cycles.
  for (const _ of flow.nodes)
    for (const { from, to } of flow.edges)
      depths.set(to, Math.max(depths.get(to) ?? 0, (depths.get(from) ?? 0) + 1))
  return depths
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
