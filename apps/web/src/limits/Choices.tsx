import { Checkbox } from '@base-ui/react/checkbox'
import { CheckboxGroup } from '@base-ui/react/checkbox-group'
import { Field } from '@base-ui/react/field'
import { Fieldset } from '@base-ui/react/fieldset'
import { useWords } from '../words/useWords.js'

/** Some of a list, or all of it: what is listed by name ends `any`. */
export function Choices({
  name,
  legend,
  anyLabel,
  options,
  value,
  isWrong = false,
  onChange,
}: {
  readonly name: string
  readonly legend: string
  readonly anyLabel?: string
  readonly options: readonly {
    readonly value: string
    readonly label: string
  }[]
  readonly value: readonly string[]
  readonly isWrong?: boolean
  readonly onChange: (value: readonly string[]) => void
}) {
  const words = useWords()
  const isAny = value.includes('any')
  const extra = value.filter(
    (entry) => entry !== 'any' && !options.some((one) => one.value === entry),
  )
  const all = [
    { value: 'any', label: anyLabel ?? words.limits.anything },
    ...options,
    ...extra.map((entry) => ({ value: entry, label: entry })),
  ]
  return (
    <Field.Root name={name} invalid={isWrong}>
      <Fieldset.Root
        className="choices"
        render={
          <CheckboxGroup
            value={isAny ? ['any'] : [...value]}
            onValueChange={(chosen) =>
              onChange(
                // `any` stands alone: whichever was chosen last holds.
                chosen.includes('any') && !isAny
                  ? ['any']
                  : chosen.filter(
                      (entry) => entry !== 'any' || chosen.length < 2,
                    ),
              )
            }
          />
        }
      >
        <Fieldset.Legend className="legend-of">{legend}</Fieldset.Legend>
        {all.map((one) => (
          <Field.Item key={one.value}>
            <Field.Label className="chip">
              <Checkbox.Root className="check" value={one.value}>
                <Checkbox.Indicator>✓</Checkbox.Indicator>
              </Checkbox.Root>
              <span>{one.label}</span>
            </Field.Label>
          </Field.Item>
        ))}
      </Fieldset.Root>
    </Field.Root>
  )
}
