import { Meter } from '@base-ui/react/meter'
import type { ReactNode } from 'react'

/** How much of a whole something is, as a bar that is also read aloud. */
export function Share({
  name,
  value,
  says,
  tone = 'calm',
}: {
  readonly name: ReactNode
  /** Between 0 and 1; what lies outside is drawn as the nearer end. */
  readonly value: number
  /** The value in words. */
  readonly says: string
  /** `near` where what is filled is nearly too much. */
  readonly tone?: 'calm' | 'near'
}) {
  const within = Math.max(0, Math.min(1, value))
  return (
    <Meter.Root
      className="share"
      data-tone={tone}
      value={within}
      max={1}
      getAriaValueText={() => says}
    >
      <Meter.Label className="share-name">{name}</Meter.Label>
      <Meter.Track className="share-track">
        <Meter.Indicator className="share-filled" />
      </Meter.Track>
      <Meter.Value className="share-value">{() => says}</Meter.Value>
    </Meter.Root>
  )
}
