import { Field } from '@base-ui/react/field'
import type { ComponentProps, ReactNode } from 'react'

/** A field with its name above it, its unit beside it and what is wrong below. */
export function TypedField({
  label,
  before,
  after,
  wrong,
  ...control
}: {
  readonly label: ReactNode
  /** A unit, before or after what is typed. */
  readonly before?: string
  readonly after?: string
  /** What is wrong with what was typed; nothing when absent. */
  readonly wrong?: string | undefined
} & ComponentProps<typeof Field.Control>) {
  return (
    <Field.Root className="typed" invalid={wrong !== undefined}>
      <Field.Label>{label}</Field.Label>
      <span className="with-unit">
        {before === undefined ? null : <i>{before}</i>}
        <Field.Control autoComplete="off" {...control} />
        {after === undefined ? null : <i>{after}</i>}
      </span>
      <Field.Error className="problem" match={wrong !== undefined}>
        {wrong}
      </Field.Error>
    </Field.Root>
  )
}
