import type { TickRendererProps } from '@visx/axis'

/** The text of a tick, plain: nothing has to be measured to draw it. */
export function AxisText({
  x,
  y,
  formattedValue,
  textAnchor,
}: TickRendererProps) {
  return (
    <text className="tick" x={x} y={y} textAnchor={textAnchor}>
      {formattedValue}
    </text>
  )
}
