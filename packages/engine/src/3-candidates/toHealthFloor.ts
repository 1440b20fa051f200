import { type Condition, type Step, toUnits } from '@behest/spec'

/**
 * Reads the health factor that the user wants to keep: "… if my health stays
 * above 1.8" on a borrowing or a withdrawal, the two that lower it.
 *
 * @returns The highest floor said, as a decimal; `undefined` where the step has
 *   any other condition, or none.
 */
export function toHealthFloor(step: Step): string | undefined {
  const { action, when = [] } = step
  if (action !== 'borrow' && action !== 'withdraw') return undefined
  if (!when.every(isFloor)) return undefined
  return when
    .map(({ value }) => value)
    .reduce<string | undefined>(
      (highest, value) =>
        highest === undefined || toUnits(value, 18) > toUnits(highest, 18)
          ? value
          : highest,
      undefined,
    )
}

function isFloor({ subject, comparator, value, unit, join }: Condition) {
  return (
    subject.kind === 'health' &&
    (comparator === '>' || comparator === '>=') &&
    unit === 'ratio' &&
    join !== 'or' &&
    /^\d{1,9}(?:\.\d{1,18})?$/.test(value)
  )
}
