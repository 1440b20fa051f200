import type { RouteHop } from '@behest/spec'
import { toDecimal } from '@behest/spec'

const rowHeight = 56
const columnWidth = 190

/** Draws the pools that amounts flow through: one column a hop, one row a branch. */
export function RoutePicture({
  route,
}: {
  readonly route: readonly RouteHop[]
}) {
  const depthOf = toDepths(route)
  const columns = Math.max(...route.map((hop) => depthOf(hop))) + 1
  const rows = new Map<number, number>()
  const placed = route.map((hop, index) => {
    const depth = depthOf(hop)
    const row = rows.get(depth) ?? 0
    rows.set(depth, row + 1)
    return { hop, depth, row, key: `${hop.pool} ${index}` }
  })
  const height = Math.max(...rows.values()) * rowHeight
  const label = route
    .map(
      (hop) =>
        `${short(hop.amountInUnits, hop.tokenIn.decimals)} ${hop.tokenIn.symbol} to ${short(hop.amountOutUnits, hop.tokenOut.decimals)} ${hop.tokenOut.symbol} at ${hop.venue}`,
    )
    .join(', then ')
  return (
    <svg
      className="route"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${columns * columnWidth} ${height}`}
    >
      {placed.map(({ hop, depth, row, key }) => (
        <g
          key={key}
          transform={`translate(${depth * columnWidth} ${row * rowHeight})`}
        >
          <rect
            x="4"
            y="4"
            width={columnWidth - 24}
            height={rowHeight - 10}
            rx="8"
          />
          <text x="14" y="22">
            {short(hop.amountInUnits, hop.tokenIn.decimals)}{' '}
            {hop.tokenIn.symbol}
          </text>
          <text x="14" y="40" className="to">
            → {short(hop.amountOutUnits, hop.tokenOut.decimals)}{' '}
            {hop.tokenOut.symbol}
          </text>
          <text x={columnWidth - 28} y="22" textAnchor="end" className="fee">
            {hop.feePips / 10_000} %
          </text>
          {depth + 1 < columns ? (
            <path
              d={`M${columnWidth - 20} ${rowHeight / 2} h16`}
              markerEnd=""
            />
          ) : null}
        </g>
      ))}
    </svg>
  )
}

/** A hop stands one column after the hops that bring its token in. */
function toDepths(route: readonly RouteHop[]): (hop: RouteHop) => number {
  const depths = new Map<RouteHop, number>()
  const visit = (hop: RouteHop, seen: readonly RouteHop[]): number => {
    const known = depths.get(hop)
    if (known !== undefined) return known
    const feeders = route.filter(
      (other) =>
        other.tokenOut.address === hop.tokenIn.address && !seen.includes(other),
    )
    const depth = feeders.reduce(
      (deepest, feeder) => Math.max(deepest, visit(feeder, [...seen, hop]) + 1),
      0,
    )
    depths.set(hop, depth)
    return depth
  }
  return (hop) => visit(hop, [hop])
}

function short(units: bigint, decimals: number): string {
  const [whole = '0', fraction = ''] = toDecimal(units, decimals).split('.')
  return fraction === '' ? whole : `${whole}.${fraction.slice(0, 4)}`
}
