import type { AgentHealth } from '@behest/client'
import { AxisBottom, AxisLeft } from '@visx/axis'
import { scaleLinear, scaleTime } from '@visx/scale'
import { Bar, Circle, LinePath } from '@visx/shape'
import { useWords } from '../words/useWords.js'
import { AxisText } from './AxisText.js'
import { useWidth } from './useWidth.js'

type WindowName = keyof AgentHealth['history']
type History = AgentHealth['history'][WindowName]
type HealthPoint = History['points'][number]

/** A young agent's few points are not squeezed into a corner. */
const leastStretches = 8
const left = 52
const right = 20
const top = 8
const plotHeight = 110
const stripTop = top + plotHeight + 10
const stripHeight = 14
const height = stripTop + stripHeight + 26
const tickEveryPx = 60

/** Draws how fast an agent answered, and below it which visits failed. */
export function HealthChart({
  history,
  window,
  says,
}: {
  readonly history: History
  readonly window: WindowName
  /** The same in words, for those who do not see it. */
  readonly says: string
}) {
  const words = useWords()
  const { frame, width } = useWidth()
  const { points } = history
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return null
  const stretch = history.stretchSeconds * 1000
  const end = Date.parse(last.at) + stretch
  const start = Math.min(Date.parse(first.at), end - leastStretches * stretch)
  const across = scaleTime<number>({
    domain: [start, end],
    range: [left, Math.max(left + 1, width - right)],
  })
  const slowest = Math.max(1, ...points.map((point) => point.p95LatencyMs ?? 0))
  const up = scaleLinear<number>({
    domain: [0, slowest],
    range: [top + plotHeight, top],
    nice: true,
  })
  const middleOf = ({ at }: HealthPoint) => across(Date.parse(at) + stretch / 2)
  const isAnswered = ({ p50LatencyMs }: HealthPoint) => p50LatencyMs !== null
  const barWidth = Math.max(1, across(start + stretch) - across(start) - 1)
  return (
    <figure className="chart" ref={frame}>
      {width === 0 ? null : (
        <svg role="img" aria-label={says} width={width} height={height}>
          {points.filter(isAnswered).map((point) => {
            const height = up(0) - up(point.p95LatencyMs ?? 0)
            return (
              <Bar
                key={point.at}
                className="slow"
                x={across(Date.parse(point.at))}
                y={up(0) - height}
                width={barWidth}
                height={height}
              />
            )
          })}
          <LinePath<HealthPoint>
            className="typical"
            data={[...points]}
            x={middleOf}
            y={(point) => up(point.p50LatencyMs ?? 0)}
            defined={isAnswered}
          />
          {points.map((point) => {
            const x = across(Date.parse(point.at))
            const share = point.succeeded / point.probes
            return (
              <g key={point.at}>
                {point.p50LatencyMs === null ? null : (
                  <Circle
                    className="point"
                    cx={middleOf(point)}
                    cy={up(point.p50LatencyMs)}
                    r={2.5}
                  />
                )}
                <Bar
                  className="failed"
                  x={x}
                  y={stripTop}
                  width={barWidth}
                  height={stripHeight}
                />
                <Bar
                  className="succeeded"
                  x={x}
                  y={stripTop + stripHeight * (1 - share)}
                  width={barWidth}
                  height={stripHeight * share}
                />
              </g>
            )
          })}
          <AxisLeft
            scale={up}
            left={left}
            numTicks={4}
            tickLength={4}
            tickFormat={(value) => words.milliseconds(String(value))}
            tickComponent={AxisText}
            axisLineClassName="axis"
            tickClassName="axis"
          />
          <AxisBottom
            scale={across}
            top={stripTop + stripHeight}
            tickValues={thin(across.ticks(), width)}
            tickLength={4}
            tickFormat={(value) =>
              new Date(Number(value)).toLocaleString(
                words.language,
                window === '30d'
                  ? { month: 'short', day: 'numeric' }
                  : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
              )
            }
            tickComponent={AxisText}
            axisLineClassName="axis"
            tickClassName="axis"
          />
        </svg>
      )}
      <figcaption className="legend">
        <span className="typical">{words.latencyTypical}</span>
        <span className="slow">{words.latencySlow}</span>
        <span className="succeeded">{words.visitsOk}</span>
        <span className="failed">{words.visitsFailed}</span>
      </figcaption>
    </figure>
  )
}

/** As many of them, evenly, as have room for their words. */
function thin(ticks: readonly Date[], width: number): Date[] {
  const most = Math.max(2, Math.floor((width - left - right) / tickEveryPx))
  const every = Math.ceil(ticks.length / most)
  return ticks.filter((_, index) => index % every === 0)
}
