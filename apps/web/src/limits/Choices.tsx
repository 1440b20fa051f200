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
    <fieldset className="choices" aria-invalid={isWrong}>
      <legend>{legend}</legend>
      {all.map((one) => (
        <label key={one.value} className="chip">
          <input
            type="checkbox"
            name={name}
            checked={isAny ? one.value === 'any' : value.includes(one.value)}
            onChange={({ target }) => {
              if (one.value === 'any') onChange(target.checked ? ['any'] : [])
              else {
                const others = value.filter(
                  (entry) => entry !== 'any' && entry !== one.value,
                )
                onChange(target.checked ? [...others, one.value] : others)
              }
            }}
          />
          <span>{one.label}</span>
        </label>
      ))}
    </fieldset>
  )
}
