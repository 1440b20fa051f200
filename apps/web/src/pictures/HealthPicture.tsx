import type { HealthChange } from '@behest/spec'
import { useWords } from '../words/useWords.js'

const width = 320
const left = 12
const right = width - 12
const most = 4

/** Draws the health of a loan before and after, on a scale with its limits. */
export function HealthPicture({ change }: { readonly change: HealthChange }) {
  const words = useWords()
  const before = change.before ?? words.noDebt
  const after = change.after ?? words.noDebt
  return (
    <figure className="health">
      <svg
        role="img"
        aria-label={`${words.health(change.venue)}: ${words.healthBefore} ${before}, ${words.healthAfter} ${after}`}
        viewBox={`0 0 ${width} 40`}
      >
        <rect
          className="bad"
          x={left}
          y="14"
          width={at('1.1') - left}
          height="6"
        />
        <rect
          className="fair"
          x={at('1.1')}
          y="14"
          width={at('1.5') - at('1.1')}
          height="6"
        />
        <rect
          className="good"
          x={at('1.5')}
          y="14"
          width={right - at('1.5')}
          height="6"
        />
        {['1', '1.5', '2', '3'].map((mark) => (
          <text key={mark} x={at(mark)} y="38">
            {mark}
          </text>
        ))}
        {change.before === undefined ? null : (
          <circle className="before" cx={at(change.before)} cy="17" r="6" />
        )}
        {change.after === undefined ? null : (
          <circle className="after" cx={at(change.after)} cy="17" r="8" />
        )}
      </svg>
      <figcaption>
        {words.healthBefore} {toShort(before)} → {words.healthAfter}{' '}
        <b>{toShort(after)}</b>{' '}
        <span className="quiet">{words.healthExplained}</span>
      </figcaption>
    </figure>
  )
}

/** Where a factor stands: 1 at the left end, {@link most} and more at the right. */
function at(factor: string): number {
  const value = Math.min(most, Math.max(0.9, Number(factor)))
  return left + ((value - 0.9) / (most - 0.9)) * (right - left)
}

function toShort(factor: string): string {
  const [whole = '0', fraction = ''] = factor.split('.')
  return /^\d+$/.test(whole) && fraction !== ''
    ? `${whole}.${fraction.slice(0, 2)}`
    : factor
}
