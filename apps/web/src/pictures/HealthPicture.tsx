import type { HealthChange } from '@behest/spec'
import { AxisBottom } from '@visx/axis'
import { scaleLinear } from '@visx/scale'
import { Bar, Circle, Line } from '@visx/shape'
import { useWords } from '../words/useWords.js'
import { AxisText } from './AxisText.js'
import { useWidth } from './useWidth.js'

const edge = 12
const most = 4
const bandTop = 14
const bandHeight = 8
const middle = bandTop + bandHeight / 2
// Below 1 it is sold off; below 1.5 a bad day is enough for that.
const bands = [
  { name: 'bad', from: 0.9, to: 1.1 },
  { name: 'fair', from: 1.1, to: 1.5 },
  { name: 'good', from: 1.5, to: most },
] as const

/** Draws the health of a loan before and after, on a scale with its limits. */
export function HealthPicture({ change }: { readonly change: HealthChange }) {
  const words = useWords()
  const { frame, width } = useWidth()
  const before = change.before ?? words.noDebt
  const after = change.after ?? words.noDebt
  const scale = scaleLinear<number>({
    domain: [0.9, most],
    range: [edge, Math.max(edge + 1, width - edge)],
    clamp: true,
  })
  const at = (factor: string) => scale(Number(factor))
  return (
    <figure className="health" ref={frame}>
      {width === 0 ? null : (
        <svg
          role="img"
          aria-label={`${words.health(change.venue)}: ${words.healthBefore} ${before}, ${words.healthAfter} ${after}`}
          width={width}
          height="46"
        >
          {bands.map(({ name, from, to }) => (
            <Bar
              key={name}
              className={name}
              x={scale(from)}
              y={bandTop}
              width={scale(to) - scale(from)}
              height={bandHeight}
            />
          ))}
          <AxisBottom
            scale={scale}
            top={bandTop + bandHeight}
            tickValues={[1, 1.5, 2, 3, most]}
            tickLength={4}
            tickFormat={(value) => `${value}${value === most ? '+' : ''}`}
            tickComponent={AxisText}
            hideAxisLine
          />
          {change.before === undefined || change.after === undefined ? null : (
            <Line
              className="way"
              from={{ x: at(change.before), y: middle }}
              to={{ x: at(change.after), y: middle }}
            />
          )}
          {change.before === undefined ? null : (
            <Circle
              className="before"
              cx={at(change.before)}
              cy={middle}
              r={6}
            />
          )}
          {change.after === undefined ? null : (
            <Circle className="after" cx={at(change.after)} cy={middle} r={8} />
          )}
        </svg>
      )}
      <figcaption>
        {words.healthBefore} {toShort(before)} → {words.healthAfter}{' '}
        <b>{toShort(after)}</b>{' '}
        <span className="quiet">{words.healthExplained}</span>
      </figcaption>
    </figure>
  )
}

function toShort(factor: string): string {
  const [whole = '0', fraction = ''] = factor.split('.')
  return /^\d+$/.test(whole) && fraction !== ''
    ? `${whole}.${fraction.slice(0, 2)}`
    : factor
}
